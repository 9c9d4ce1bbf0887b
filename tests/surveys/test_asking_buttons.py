"""Under an invitation in a messenger stand the points of its scale: one tap is an answer, and opens no ticket."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from config.reactions import hear_what_was_tapped
from crm import relay
from crm.channels.base import Incoming, Receipt, Sender
from crm.messages import receiving, sending
from crm.models import Customer, Message, TimelineEntry
from crm.people.identity_kinds import IdentityKind
from support.models import Ticket
from surveys.models import Answer, Invitation, Response, SurveyVersion
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import NOON, ShopFactory
from tests.factories.surveys import only, published, survey
from tests.factories.surveys_asked import ask

pytestmark = pytest.mark.django_db
MARKS = [str(number) for number in range(11)]
SECONDS = timedelta(seconds=1)


@pytest.fixture
def anna() -> Customer:
    """Writes to the shop by Telegram and by Viber, and reads English."""
    shop = ShopFactory()
    anna: Customer = CustomerFactory(language="en", given_name="Anna")
    for channel in ("telegram", "viber"):
        PaperAccountFactory(channel=channel, shop=shop)
        IdentityFactory(
            customer=anna,
            kind=IdentityKind(channel),
            value={"telegram": "4242001", "viber": "viber-1"}[channel],
            verified_at=NOON,
            evidence="message",
        )
    return anna


def asked(anna: Customer, version: SurveyVersion | None = None, *, by: str = "telegram") -> Invitation:
    anna.preferred_channel = by
    anna.save()
    found = ask(version, customer=anna)
    assert isinstance(found, Invitation)
    assert found.message
    Message.objects.filter(pk=found.message_id).update(state=Message.State.SENDING)
    sending.note_sent(
        found.message, Receipt(external_id=f"out-{found.pk}", thread=found.message.address), at=NOON
    )
    found.message.refresh_from_db()
    return found


def tap(its: Invitation, text: str, *, at: datetime = NOON + 5 * SECONDS, is_under: bool = True) -> Message:
    """As the channel tells it: Telegram says under what, Viber does not."""
    assert its.message
    message = receiving.receive(
        its.message.account,
        Incoming(
            external_id=f"in-{Message.objects.count()}",
            sender=Sender(kind=IdentityKind(its.channel), value=its.message.address),
            text=text,
            occurred_at=at,
            thread=its.message.thread,
            replies_to=[its.message.external_id] if is_under else [],
        ),
        raw=None,
        at=at,
    )
    while relay.pump():
        pass
    return message


def said() -> str:
    return Message.objects.filter(direction="out").latest("pk").text


def test_the_points_of_the_first_question_stand_under_it(anna: Customer) -> None:
    its = asked(anna)

    assert its.message
    assert its.message.choices == MARKS
    assert "Question score?" in its.message.text


@pytest.mark.parametrize(("channel", "is_under"), [("telegram", True), ("viber", False)])
def test_a_tap_is_an_answer_and_is_thanked_for(anna: Customer, channel: str, is_under: bool) -> None:
    its = asked(anna, by=channel)
    tap(its, "3", is_under=is_under)

    answer = Answer.objects.get()
    assert (answer.value, answer.response.invitation, answer.response.channel) == (3, its, channel)
    assert "Thank you!" in said()
    assert "/s/" in said()


def test_a_tap_opens_no_ticket(anna: Customer) -> None:
    tap(asked(anna), "3")

    assert not Ticket.objects.exists()


def test_words_under_an_invitation_are_a_message_like_any_other(anna: Customer) -> None:
    tap(asked(anna), "Where is my parcel?")

    assert Ticket.objects.count() == 1
    assert not Response.objects.exists()


def test_a_number_long_after_is_a_message_where_something_else_was_said_since(anna: Customer) -> None:
    its = asked(anna, by="viber")
    tap(its, "Hello", at=NOON + 5 * SECONDS, is_under=False)
    assert its.message
    Message.objects.create(
        customer=anna,
        account=its.message.account,
        direction="out",
        author_kind="rule",
        state="sent",
        identity_kind="viber",
        address=its.message.address,
        text="How many?",
        source="test",
        source_id="later",
        occurred_at=NOON + 8 * SECONDS,
        recorded_at=NOON + 8 * SECONDS,
    )
    tap(its, "3", at=NOON + 10 * SECONDS, is_under=False)

    assert not Response.objects.exists()


def test_the_last_tap_counts(anna: Customer) -> None:
    its = asked(anna)
    tap(its, "3")
    tap(its, "9", at=NOON + 9 * SECONDS)

    assert list(Answer.objects.values_list("value", flat=True)) == [9]


def test_a_late_tap_changes_nothing_and_is_told_so(anna: Customer) -> None:
    its = asked(anna)
    tap(its, "3")
    tap(its, "9", at=NOON + timedelta(days=2))

    assert list(Answer.objects.values_list("value", flat=True)) == [3]
    assert "answered already" in said()


def test_whoever_has_no_more_questions_gets_no_more_link(anna: Customer) -> None:
    version = published(survey("one"), content=only("csat"))
    tap(asked(anna, version), "5")

    assert said().startswith("Thank you!")
    assert "/s/" not in said()


def test_an_anonymous_survey_has_nothing_to_tap(anna: Customer) -> None:
    its = asked(anna, published(survey("honest", is_anonymous=True)))

    assert its.message
    assert its.message.choices == []


def test_the_relay_hears_a_tap_once(anna: Customer) -> None:
    message = tap(asked(anna), "3")
    entry = TimelineEntry.objects.get(kind="crm.message_received", subject_id=message.pk)
    hear_what_was_tapped([entry])

    assert Response.objects.count() == 1
    assert Message.objects.filter(source="surveys", source_id=f"button:{message.pk}").count() == 1


def test_a_mark_of_somebody_who_is_not_proved_is_a_message(anna: Customer) -> None:
    its = asked(anna)
    assert its.message
    forged = Sender(kind=IdentityKind(its.channel), value=its.message.address, is_proved=False)
    message = Incoming(
        external_id="forged",
        sender=forged,
        text="10",
        occurred_at=NOON + SECONDS,
        thread=its.message.thread,
        replies_to=[its.message.external_id],
    )
    receiving.receive(its.message.account, message, raw=None, at=NOON + SECONDS)
    while relay.pump():
        pass

    assert not Response.objects.exists()
