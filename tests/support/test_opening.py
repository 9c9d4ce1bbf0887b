"""What a customer writes finds its ticket: one open conversation for each person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.models import Message, ParkedEntry, TimelineEntry
from support import opening, states
from support.models import Ticket, TicketMessage
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import after, agent, ticket, ticket_of, wrote

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_parked():
    yield
    assert not ParkedEntry.objects.exists()


def test_a_first_message_opens_a_ticket_that_waits_for_us() -> None:
    its = ticket("Где моя посылка?")

    assert its.category == Category.NEW
    assert its.subject == "Где моя посылка?"
    assert its.unread_since is not None
    assert its.clocks.filter(kind="first_response", fulfilled_at=None).exists()
    assert TimelineEntry.objects.filter(customer=its.customer, kind="support.ticket_opened").exists()


def test_what_comes_on_another_channel_joins_the_open_conversation() -> None:
    person = CustomerFactory()
    first = ticket(customer=person, by="telegram")
    second = ticket("Алло?", customer=person, by="sms", at=after(hours=2))

    assert second == first
    second.refresh_from_db()
    assert (second.channel, second.last_words) == ("sms", "Алло?")


def test_two_people_have_two_tickets() -> None:
    assert ticket() != ticket()


def test_heard_twice_it_stands_once() -> None:
    message = wrote()
    its = ticket_of(message)

    assert opening.hear(message, at=after(minutes=5)) == its
    assert TicketMessage.objects.filter(message=message).count() == 1


def test_a_word_in_a_resolved_thread_opens_it_again_within_a_week() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    states.move(its, to=Category.RESOLVED, by=agent(), at=after(hours=1))

    again = ticket("Всё равно не пришла", customer=person, at=after(days=3))

    assert again == its
    assert again.category == Category.OPEN
    assert again.resolved_at is None
    assert TimelineEntry.objects.filter(kind="support.ticket_reopened").count() == 1


@pytest.mark.parametrize("words", ["Спасибо!", "Благодаря Ви много", "Thank you so much", "👍"])
def test_thanks_alone_open_nothing_again(words: str) -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    states.move(its, to=Category.RESOLVED, by=agent(), at=after(hours=1))

    again = ticket(words, customer=person, at=after(hours=2))

    assert again == its
    assert again.category == Category.RESOLVED
    assert again.unread_since is None


def test_after_a_week_a_new_ticket_begins() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    states.move(its, to=Category.RESOLVED, by=agent(), at=after(hours=1))

    assert ticket("Ещё вопрос", customer=person, at=after(hours=2, days=7)) != its


def test_what_a_machine_wrote_hurries_nobody() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    states.move(its, to=Category.WAITING_CUSTOMER, by=agent(), at=after(hours=1))

    wrote("Я в отпуске", customer=person, is_automatic=True, at=after(hours=2))

    its.refresh_from_db()
    assert its.category == Category.WAITING_CUSTOMER


def test_whoever_writes_in_a_storm_opens_five_tickets_an_hour_and_no_more() -> None:
    person, colleague = CustomerFactory(), agent()
    for minute in range(9):
        its = ticket(
            f"Сообщение {minute}",
            customer=person,
            is_automatic=True,
            thread=f"t{minute}",
            at=after(minutes=minute),
        )
        if its.is_at_work:
            states.move(its, to=Category.RESOLVED, by=colleague, at=after(minutes=minute))

    assert Ticket.objects.count() == 5
    assert Message.objects.count() == TicketMessage.objects.count() == 9


def test_a_message_told_late_is_no_news() -> None:
    person = CustomerFactory()
    its = ticket("Второе", customer=person, at=after(hours=2))
    wrote("Первое", customer=person, at=after(hours=3), occurred_at=after(hours=1), by="sms")

    its.refresh_from_db()
    assert (its.last_words, its.channel) == ("Второе", "telegram")
    assert its.last_message_at - after(hours=2) == timedelta(0)
