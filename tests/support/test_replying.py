"""Answers go where the customer wrote, once, never past what is new, and count when they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import timeline
from crm.facts import MessageNotDelivered, MessageSent
from crm.messages.messaging import NothingToSay
from crm.models import Message
from crm.people import merging
from support import joining, labelling, states
from support.answering import noting, replying
from support.changing import TicketChanged, TicketIsClosed
from support.models import Ticket
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import AccountFactory, after, agent, ticket, ticket_of, wrote

pytestmark = pytest.mark.django_db


def answer(its: Ticket, text: str = "Уже в пути", **more: Any) -> Message:
    told = {
        "by": more.pop("by", None) or agent(),
        "key": "k",
        "at": after(hours=1),
        "version": its.version,
        **more,
    }
    return replying.reply(its, text=text, **told)


def was_sent(message: Message, at: Any) -> None:
    """As crm.messages.sending tells it, when the provider took it."""
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=at)
    timeline.record(
        message.customer,
        MessageSent(channel_code="telegram", subject="", text=message.text),
        source="test",
        source_id=str(message.pk),
        occurred_at=at,
        recorded_at=at,
        subject=message,
    )


def test_an_answer_goes_where_the_customer_wrote_last() -> None:
    person = CustomerFactory()
    ticket(customer=person, by="telegram")
    last = wrote("Алло", customer=person, by="sms", at=after(minutes=5))
    its = ticket_of(last)

    said = answer(its)

    assert (said.account, said.address, said.in_reply_to) == (last.account, last.address, last)
    assert said.send_at == after(hours=1, seconds=10)
    its.refresh_from_db()
    assert its.category == Category.WAITING_CUSTOMER
    assert its.assignee == said.author
    assert its.unread_since is None


def test_of_merged_people_the_identity_that_wrote_is_answered() -> None:
    one, other = CustomerFactory(), CustomerFactory()
    wrote(customer=one, by="telegram")
    merging.merge(one, other=other, by=None, at=after(minutes=1))
    last = wrote("Это снова я", customer=other, by="telegram", at=after(minutes=2))

    assert answer(ticket_of(last)).address == last.address


def test_sent_twice_it_is_one_answer() -> None:
    its, colleague = ticket(), agent()
    first = answer(its, by=colleague)

    assert answer(its, by=colleague) == first
    assert its.placed.count() == 2


def test_who_answers_past_a_new_message_is_shown_it() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    fresh = wrote("Уже не надо", customer=person, at=after(minutes=30))

    with pytest.raises(TicketChanged) as refused:
        answer(its)

    assert refused.value.figures["fresh"] == [fresh.pk]
    assert its.placed.count() == 2


def test_of_two_agents_at_once_the_second_is_stopped() -> None:
    its = ticket()
    first = answer(its, by=agent())

    with pytest.raises(TicketChanged) as refused:
        answer(its, "Тоже ответ", by=agent(), key="other")

    assert refused.value.figures["fresh"] == [first.pk]


def test_a_tag_or_a_note_stops_no_answer() -> None:
    its, colleague = ticket(), agent()
    labelling.add_tag(its, name="доставка", by=colleague, at=after(minutes=1))
    noting.write_note(its, text="Склад знает", by=colleague, key="n", at=after(minutes=2))

    assert answer(its).pk


def test_an_answer_to_a_ticket_that_a_colleague_resolved_meanwhile_is_stopped() -> None:
    its = ticket()
    states.move(its, to=Category.RESOLVED, by=agent(), at=after(minutes=1))

    with pytest.raises(TicketChanged):
        answer(its)


def test_an_answer_to_a_merged_ticket_goes_to_the_one_it_goes_on_in() -> None:
    person = CustomerFactory()
    first = ticket(customer=person)
    begun = joining.split(
        first, messages=[wrote("Ваза", customer=person, at=after(minutes=1))], by=agent(), at=after(minutes=2)
    )
    into = joining.merge(begun, into=first, by=agent(), at=after(minutes=3))

    said = answer(begun, version=into.version)

    assert ticket_of(said) == into


def test_closed_empty_and_unreachable_are_refused() -> None:
    closed = ticket()
    states.move(closed, to=Category.CLOSED, by=agent(), at=after(minutes=1))
    with pytest.raises(TicketIsClosed):
        answer(Ticket.objects.get(pk=closed.pk))
    with pytest.raises(NothingToSay):
        answer(ticket(), "  \n ")
    unreachable = ticket()
    unreachable.account.closed_at = after(minutes=1)
    unreachable.account.save()
    with pytest.raises(replying.NoWayToAnswer):
        answer(unreachable)


def test_where_an_account_was_closed_the_main_one_of_its_kind_answers() -> None:
    its = ticket()
    its.account.closed_at = after(minutes=1)
    its.account.save()
    other = AccountFactory()

    assert answer(its).account == other


def test_clocks_stop_when_it_is_sent_as_of_when_it_was_written() -> None:
    its = ticket()
    said = answer(its)
    clock = its.clocks.get(kind="first_response")
    assert clock.fulfilled_at is None

    was_sent(said, after(hours=1, seconds=12))

    clock.refresh_from_db()
    its.refresh_from_db()
    assert clock.fulfilled_at == its.first_answered_at == after(hours=1)


def test_what_is_sent_later_answers_later_and_not_at_night() -> None:
    its = ticket()
    said = answer(its, send_at=after(hours=12))
    assert said.send_at > after(hours=12)

    was_sent(said, said.send_at)

    assert its.clocks.get(kind="first_response").fulfilled_at == said.send_at


def test_what_is_taken_back_was_never_said() -> None:
    its, colleague = ticket("Где?"), agent()
    said = answer(its, by=colleague)

    replying.take_back(said, by=colleague, at=after(hours=1, seconds=5))
    stands = replying.take_back(said, by=colleague, at=after(hours=1, seconds=6))

    said.refresh_from_db()
    assert said.state == Message.State.CANCELLED
    assert (stands.category, stands.last_words) == (Category.NEW, "Где?")
    assert its.clocks.get(kind="first_response").fulfilled_at is None


def test_what_is_being_sent_is_not_taken_back() -> None:
    its, colleague = ticket(), agent()
    said = answer(its, by=colleague)
    Message.objects.filter(pk=said.pk).update(state="sending")

    with pytest.raises(replying.AlreadySent):
        replying.take_back(said, by=colleague, at=after(hours=1, seconds=11))


def test_a_customers_word_is_not_taken_back() -> None:
    with pytest.raises(replying.NotAnAnswer):
        replying.take_back(wrote(), by=agent(), at=after(hours=1))


def test_an_answer_costs_so_many_queries_however_long_the_conversation(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    person, colleague = CustomerFactory(), agent()
    its = ticket(customer=person)
    for minute in range(20):
        wrote(f"Ещё {minute}", customer=person, at=after(minutes=minute))
    its.refresh_from_db()

    with django_assert_max_num_queries(50):
        answer(its, by=colleague)


def test_an_answer_that_did_not_arrive_brings_the_ticket_back() -> None:
    its = ticket()
    said = answer(its)

    timeline.record(
        said.customer,
        MessageNotDelivered(channel_code="telegram", why="blocked"),
        source="test",
        source_id="failed",
        occurred_at=after(hours=2),
        recorded_at=after(hours=2),
        subject=said,
    )

    its.refresh_from_db()
    assert (its.category, its.unread_since) == (Category.OPEN, after(hours=2))


def test_hearing_costs_the_same_however_long_the_conversation() -> None:
    person = CustomerFactory()

    def heard(minute: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            wrote(f"Ещё {minute}", customer=person, at=after(minutes=minute))
        return len(caught)

    wrote(customer=person)
    heard(1)
    few = heard(2)
    for minute in range(3, 10):
        heard(minute)

    assert heard(10) == few
