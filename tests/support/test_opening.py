"""What a customer writes finds its ticket: one open conversation for each person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.models import Message, ParkedEntry, TimelineEntry
from loyalty.models import MemberTier, Tier, TierPrivilege
from support import opening, states
from support.models import Ticket, TicketMessage, Topic
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.tickets import (
    AccountFactory,
    TeamFactory,
    account,
    after,
    agent,
    ticket,
    ticket_of,
    wrote,
)

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


def test_an_agent_begins_a_conversation_once() -> None:
    person, colleague = CustomerFactory(), agent()
    how = {"account": account(), "to": "1234567", "text": "Ваш заказ готов", "by": colleague, "key": "k"}
    begun = opening.begin(person, at=after(hours=1), **how)

    assert opening.begin(person, at=after(hours=1), **how) == begun
    assert (begun.opened_by, begun.assignee, begun.category) == (colleague, colleague, Category.OPEN)
    assert (begun.channel, begun.address) == ("telegram", "1234567")
    assert not begun.clocks.filter(kind="first_response").exists()
    message = Message.objects.get()
    assert (message.state, message.send_at) == (Message.State.QUEUED, after(hours=1, seconds=10))


def test_an_agent_who_begins_goes_on_in_the_open_conversation() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)

    begun = opening.begin(
        person,
        account=account("sms"),
        to="+359888000001",
        text="Пишу и сюда",
        by=agent(),
        key="k",
        at=after(hours=1),
    )

    assert begun == its
    assert (begun.channel, begun.last_words) == ("telegram", "Пишу и сюда")


def test_what_was_said_elsewhere_opens_a_ticket_once_and_is_answered_by_mail() -> None:
    person, mail = CustomerFactory(), AccountFactory(channel="email", address="hello@lipa.example")
    IdentityFactory(customer=person, value="irina@mail.example", verified=True)
    topic = Topic.objects.create(slug="feedback", names={"en": "Feedback"}, team=TeamFactory())
    account()
    said = {
        "subject": "Оценка 2",
        "text": "Ваза разбилась",
        "source": "survey",
        "source_id": "17",
        "channel": "online",
        "topic": topic,
    }
    its = opening.open_for(person, at=after(hours=1), **said)

    assert opening.open_for(person, at=after(hours=2), **said) == its
    assert (its.topic, its.team, its.subject) == (topic, topic.team, "Оценка 2")
    assert (its.account, its.address) == (mail, "irina@mail.example")
    assert Message.objects.get().text == "Ваза разбилась"


def test_who_is_in_a_tier_with_priority_is_answered_sooner() -> None:
    member = MemberFactory()
    tier = Tier.objects.create(programme=member.programme, slug="gold", name="Gold", level=2)
    TierPrivilege.objects.create(tier=tier, kind="priority_support", settings={"level": 3})
    MemberTier.objects.create(member=member, tier=tier, since_at=after(days=-1))

    assert ticket(customer=member.customer).priority == Ticket.Priority.URGENT
    assert ticket().priority == Ticket.Priority.NORMAL
