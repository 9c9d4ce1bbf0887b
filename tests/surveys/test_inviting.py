"""Everybody is asked once in a while, by a way they allow; and whoever is not asked, there is a reason."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crm import drawing
from crm.consents import consenting
from crm.models import Customer, Message, Shop, TimelineEntry
from crm.people import erasure, merging
from surveys.asking import inviting
from surveys.models import Invitation, Skip, Survey
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.survey_answers import invitation
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import ask, mailbox, reachable

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
Reason = Skip.Reason


@pytest.fixture(autouse=True)
def _mailbox() -> None:
    mailbox()


def relationship(slug: str = "nps") -> Survey:
    return survey(slug, budget=Survey.Budget.RELATIONSHIP)


def agrees(person: Customer) -> None:
    consenting.give(
        person,
        purpose="advertising",
        channel="email",
        source="test",
        occurred_at=NOON - A_DAY,
        at=NOON - A_DAY,
    )


def reason(asked: Invitation | Skip) -> str:
    assert isinstance(asked, Skip)
    return asked.reason


def test_somebody_is_written_to_with_a_link_of_their_own() -> None:
    asked = ask(customer=reachable(language="en"))

    assert isinstance(asked, Invitation)
    assert asked.message
    assert "/s/" in asked.message.text
    assert "How was it?" in asked.message.subject
    assert (asked.channel, asked.message.purpose) == ("email", Message.Purpose.SERVICE)


def test_that_somebody_was_asked_stands_on_the_timeline_once() -> None:
    person, version = reachable(language="en"), published()
    ask(version, customer=person)
    ask(version, customer=person)

    entry = TimelineEntry.objects.get(kind="surveys.person_invited")
    assert (entry.customer, entry.preview) == (person, "Asked: “How was it?”")


def test_the_same_occasion_asks_once() -> None:
    person, version = reachable(), published()

    assert ask(version, customer=person) == ask(version, customer=person)
    assert Message.objects.count() == 1


def test_nobody_is_asked_anything_else_within_the_pause() -> None:
    person = reachable()
    ask(published(), customer=person)
    other = published(survey("other"))

    assert reason(ask(other, customer=person, source_id="2", at=NOON + 29 * A_DAY)) == Reason.ASKED_LATELY
    assert isinstance(ask(other, customer=person, source_id="3", at=NOON + 30 * A_DAY), Invitation)


def test_what_is_asked_about_the_whole_counts_for_itself() -> None:
    person = reachable()
    agrees(person)
    ask(published(), customer=person)

    assert isinstance(ask(published(relationship()), customer=person, source_id="2"), Invitation)


def test_whether_we_made_up_for_it_is_asked_of_people_who_were_asked_lately() -> None:
    person, version = reachable(), published()
    ask(version, customer=person)

    again = ask(version, customer=person, source_id="2", at=NOON + A_DAY, budget=Survey.Budget.RECOVERY)
    assert isinstance(again, Invitation)


def test_two_ids_of_one_person_are_one_person() -> None:
    person, other = reachable(), reachable()
    ask(published(), customer=other)
    merging.merge(person, other=other, by=None, at=NOON)

    asked = ask(published(survey("other")), customer=other, source_id="2", at=NOON + A_DAY)
    assert (reason(asked), asked.customer) == (Reason.ASKED_LATELY, person)


def test_the_database_keeps_the_promise_too() -> None:
    asked = invitation()

    with pytest.raises(IntegrityError), transaction.atomic():
        invitation(published(survey("other")), customer=asked.customer)


def test_an_invitation_that_was_taken_back_leaves_the_person_free() -> None:
    person = reachable()
    asked = ask(published(), customer=person)
    Invitation.objects.filter(pk=asked.pk).update(withdrawn_at=NOON)

    assert isinstance(ask(published(survey("other")), customer=person, source_id="2"), Invitation)


def test_about_the_whole_only_those_are_asked_who_agreed_to_hear_from_us() -> None:
    silent, agreed = reachable(), reachable()
    agrees(agreed)
    version = published(relationship())

    assert reason(ask(version, customer=silent)) == Reason.NO_CONSENT
    assert isinstance(ask(version, customer=agreed, source_id="2"), Invitation)
    assert Message.objects.get().purpose == Message.Purpose.ADVERTISING


def test_whoever_cannot_be_reached_is_not_asked() -> None:
    assert reason(ask(customer=CustomerFactory())) == Reason.NO_WAY


def test_a_survey_goes_by_its_own_channels_alone() -> None:
    assert reason(ask(published(survey(channels=["telegram"])))) == Reason.NO_WAY


def test_nothing_of_an_invitation_is_left_where_nobody_was_asked() -> None:
    ask(customer=CustomerFactory())

    assert not Invitation.objects.exists()
    assert not Message.objects.exists()
    assert not TimelineEntry.objects.exists()


def test_whoever_was_forgotten_is_not_asked() -> None:
    person = reachable()
    erasure.erase(person, reason="asked", by=UserFactory(), at=NOON)

    assert reason(ask(customer=person)) == Reason.ERASED


@pytest.mark.parametrize("ended_at", [NOON, NOON - A_DAY])
def test_what_is_over_is_not_asked(ended_at: object) -> None:
    assert reason(ask(published(survey(ended_at=ended_at)))) == Reason.ENDED


def test_a_version_that_was_replaced_is_not_asked() -> None:
    assert reason(ask(published(state="retired"))) == Reason.ENDED


def test_whoever_was_not_drawn_has_a_row_with_the_probability() -> None:
    version = published()
    asked = [
        ask(version, customer=reachable(), source_id=str(n), probability=Decimal("0.5")) for n in range(40)
    ]

    skipped = [one for one in asked if isinstance(one, Skip)]
    assert {one.reason for one in skipped} == {Reason.NOT_DRAWN}
    assert {one.probability for one in Invitation.objects.all()} == {Decimal("0.5")}
    assert {one.probability for one in Skip.objects.all()} == {Decimal("0.5")}
    assert 8 < len(skipped) < 32


def test_a_draw_is_as_likely_as_it_says_and_the_same_again() -> None:
    keys = [f"wave:1:{n}" for n in range(20_000)]
    drawn = [key for key in keys if drawing.is_drawn(key, probability=Decimal("0.1"))]

    assert 0.09 < len(drawn) / len(keys) < 0.11
    assert drawn == [key for key in keys if drawing.is_drawn(key, probability=Decimal("0.1"))]
    assert all(drawing.is_drawn(key, probability=Decimal(1)) for key in keys)


def test_at_night_a_message_waits_and_the_days_to_answer_with_it() -> None:
    PaperAccountFactory(channel="sms", shop=Shop.objects.get())
    night = NOON.replace(hour=23)
    person = CustomerFactory(time_zone="Europe/Sofia")
    IdentityFactory(customer=person, kind="phone", value="+359888123456")
    asked = ask(customer=person, at=night)

    assert isinstance(asked, Invitation)
    assert asked.message
    assert asked.message.send_at
    assert asked.message.send_at > night
    assert asked.expires_at == asked.message.send_at + timedelta(days=14)


def test_asking_costs_a_known_number_of_queries(django_assert_max_num_queries: object) -> None:
    person, version = reachable(), published()

    with django_assert_max_num_queries(41):  # type: ignore[operator]
        ask(version, customer=person)


def test_reasons_of_the_database_fit_what_may_come() -> None:
    """Every word of notifying has its reason here."""
    assert set(inviting.REASONS) == set(inviting.WhyNot)
