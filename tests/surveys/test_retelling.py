"""Whoever a question did not reach is asked by another way, in its form; and where there is none, is free again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from config.notices import send_notices_another_way
from crm import company
from crm.company import Company
from crm.messages import sending
from crm.models import Customer, Message, TimelineEntry
from crm.people.identity_kinds import IdentityKind
from surveys.asking import reminding, retelling
from surveys.asking.inviting import pause_of
from surveys.models import Invitation, Skip, Survey
from surveys.reports import delivering
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import NOON, ShopFactory
from tests.factories.surveys import only, published, survey
from tests.factories.surveys_asked import ask

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
ADDRESSES = {"telegram": "4242001", "sms": "+359888123456", "email": "anna@mail.example"}
KINDS = {"telegram": "telegram", "sms": "phone", "email": "email"}


def reachable_by(*channels: str, first: str = "telegram") -> Customer:
    anna: Customer = CustomerFactory(language="en", preferred_channel=first)
    for channel in channels:
        PaperAccountFactory(channel=channel, shop=ShopFactory())
        IdentityFactory(
            customer=anna,
            kind=IdentityKind(KINDS[channel]),
            value=ADDRESSES[channel],
            verified_at=NOON,
            evidence="message",
        )
    return anna


def asked(anna: Customer, **more: object) -> Invitation:
    found = ask(published(survey(**more), content=only("nps")), customer=anna)
    assert isinstance(found, Invitation)
    return found


def failed(message: Message | None) -> Message:
    """For good; and the house hears of it, as from the feed."""
    assert message
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING)
    sending.fail(message, why="blocked", at=NOON)
    entry = TimelineEntry.objects.get(source="channel", source_id=f"message:{message.pk}")
    send_notices_another_way([entry])
    message.refresh_from_db()
    return message


def test_what_did_not_arrive_by_a_messenger_goes_by_sms_short_and_without_buttons() -> None:
    its = asked(reachable_by("telegram", "sms"))
    first = failed(its.message)
    assert first.choices

    its.refresh_from_db()
    assert its.message
    assert (its.channel, its.message.instead_of) == ("sms", first)
    assert its.message.text == its.message.short_text
    assert "/s/" in its.message.text
    assert not its.message.html


def test_by_mail_it_has_a_link_for_each_mark() -> None:
    its = asked(reachable_by("telegram", "email"))
    failed(its.message)

    its.refresh_from_db()
    assert its.message
    assert its.channel == "email"
    assert "score=10" in its.message.html
    assert retelling.is_ours(its.message)


def test_who_was_reached_the_other_way_has_been_asked() -> None:
    its = asked(reachable_by("telegram", "sms"))
    failed(its.message)
    its.refresh_from_db()
    Message.objects.filter(pk=its.message_id).update(state=Message.State.DELIVERED)

    delivering.note_deliveries(at=NOON)

    its.refresh_from_db()
    assert its.delivered_at
    assert ask(published(survey("other")), customer=its.customer, source_id="2", at=NOON + A_DAY).pk
    assert Skip.objects.get().reason == Skip.Reason.ASKED_LATELY


def test_only_ways_that_the_survey_allows_are_gone() -> None:
    its = asked(reachable_by("telegram", "sms"), channels=["telegram", "email"])
    failed(its.message)

    its.refresh_from_db()
    assert its.withdrawn_at


def test_who_could_not_be_reached_at_all_is_free_to_be_asked_again() -> None:
    its = asked(reachable_by("telegram", "sms"))
    failed(its.message)
    its.refresh_from_db()
    failed(its.message)

    its.refresh_from_db()
    assert its.withdrawn_at
    assert Skip.objects.get().reason == Skip.Reason.NO_WAY
    assert isinstance(ask(published(survey("other")), customer=its.customer, source_id="2"), Invitation)


def test_hearing_of_it_twice_asks_once_more_once() -> None:
    its = asked(reachable_by("telegram", "sms"))
    first = failed(its.message)

    again = retelling.tell_another_way(first, at=NOON)

    assert Message.objects.count() == 2
    assert again == Message.objects.get(instead_of=first)


def test_who_has_answered_meanwhile_is_not_asked_once_more() -> None:
    its = asked(reachable_by("telegram", "sms"))
    Invitation.objects.update(answered_at=NOON)

    failed(its.message)

    assert Message.objects.count() == 1


def test_a_reminder_that_did_not_arrive_goes_another_way_and_takes_nothing_back() -> None:
    its = asked(reachable_by("telegram", "sms"), reminder_days=3)
    assert its.message
    Message.objects.filter(pk=its.message_id).update(state=Message.State.DELIVERED)
    reminding.remind_due(at=NOON + 4 * A_DAY)
    its.refresh_from_db()
    assert its.reminder

    failed(failed(its.reminder).instead.get())

    its.refresh_from_db()
    assert its.withdrawn_at is None
    assert its.reminder
    assert its.reminder.account.channel == "sms"


def test_what_was_never_sent_gives_the_pause_back() -> None:
    its = asked(reachable_by("telegram"))
    Message.objects.update(state=Message.State.CANCELLED)

    assert retelling.give_back_unsent(at=NOON) == 1
    assert retelling.give_back_unsent(at=NOON) == 0
    its.refresh_from_db()
    assert its.withdrawn_at == NOON


# ── How long nobody is asked again ───────────────────────────────────────────
def test_the_company_says_how_long_nobody_is_asked_again() -> None:
    its = asked(reachable_by("telegram"))
    other = published(survey("other"))
    company.remember(Company(own_ask_again_after_days=60))

    early = ask(other, customer=its.customer, source_id="2", at=NOON + 59 * A_DAY)
    assert isinstance(early, Skip)
    assert isinstance(ask(other, customer=its.customer, source_id="3", at=NOON + 60 * A_DAY), Invitation)


@override_settings(ASK_AGAIN_AFTER_DAYS=10)
def test_a_pause_that_was_made_shorter_holds_for_those_who_are_asked_from_now_on() -> None:
    company.forget()
    its = asked(reachable_by("telegram"))
    other = published(survey("other"))

    assert isinstance(ask(other, customer=its.customer, source_id="2", at=NOON + 9 * A_DAY), Skip)
    assert isinstance(ask(other, customer=its.customer, source_id="3", at=NOON + 10 * A_DAY), Invitation)


def test_about_the_whole_the_pause_is_its_own() -> None:
    company.remember(Company(own_ask_about_us_after_days=120))

    assert pause_of(Survey.Budget.RELATIONSHIP) == 120 * A_DAY
    assert pause_of(Survey.Budget.TRANSACTIONAL) == 30 * A_DAY
