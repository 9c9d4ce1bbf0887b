"""Promises have a clock of their own; what is put off comes back."""

from __future__ import annotations

import pytest

from crm.colleagues.tasking import AlreadyPast
from crm.models import TimelineEntry
from support import snoozing, states
from support.changing import TicketIsClosed
from support.models import Ticket
from support.models.tagging import Category
from support.timekeeping import promising
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import after, agent, ticket, wrote

pytestmark = pytest.mark.django_db


def test_a_promise_is_due_and_kept() -> None:
    its, colleague = ticket(), agent()
    made = promising.promise(its, what="Позвонить", due_at=after(hours=3), by=colleague, at=after(hours=1))
    its.refresh_from_db()
    assert (its.next_due_at, its.next_due_kind) == (after(hours=3), "promise")

    promising.keep(made, by=colleague, at=after(hours=2))
    assert promising.break_due(at=after(hours=4)) == 0
    its.refresh_from_db()
    assert its.next_due_at is None
    kinds = TimelineEntry.objects.filter(kind__startswith="support.promise").values_list("kind", flat=True)
    assert sorted(kinds) == ["support.promise_kept", "support.promise_made"]


def test_promised_twice_it_is_one_promise() -> None:
    its, how = ticket(), {"what": "Позвонить", "due_at": after(hours=3), "by": agent(), "at": after(hours=1)}

    assert promising.promise(its, **how) == promising.promise(its, **how)


def test_a_promise_is_broken_once_and_can_still_be_kept() -> None:
    colleague = agent()
    made = promising.promise(
        ticket(), what="Позвонить", due_at=after(hours=3), by=colleague, at=after(hours=1)
    )

    assert [promising.break_due(at=after(hours=4)) for _time in range(2)] == [1, 0]
    kept = promising.keep(made, by=colleague, at=after(hours=5))

    assert (kept.broken_at, kept.kept_at) == (after(hours=4), after(hours=5))


def test_what_is_over_stays_over() -> None:
    its, colleague = ticket(), agent()
    made = promising.promise(its, what="Позвонить", due_at=after(hours=3), by=colleague, at=after(hours=1))
    promising.drop(made, by=colleague, at=after(hours=2))
    promising.drop(made, by=colleague, at=after(hours=2))

    with pytest.raises(promising.PromiseIsOver):
        promising.keep(made, by=colleague, at=after(hours=2))
    with pytest.raises(AlreadyPast):
        promising.promise(its, what="Позвонить", due_at=after(hours=1), by=colleague, at=after(hours=2))
    with pytest.raises(promising.EmptyPromise):
        promising.promise(its, what="  ", due_at=after(hours=3), by=colleague, at=after(hours=2))


def test_what_is_put_off_comes_back_by_itself() -> None:
    its = snoozing.snooze(ticket(), until=after(days=1), by=agent(), at=after(hours=1))
    assert not Ticket.objects.awake(after(hours=2)).exists()

    assert [snoozing.wake(at=after(days=1)) for _time in range(2)] == [1, 0]
    its.refresh_from_db()
    assert (its.snoozed_until, its.unread_since) == (None, after(days=1))


def test_the_customers_word_brings_it_back_earlier() -> None:
    person = CustomerFactory()
    snoozing.snooze(ticket(customer=person), until=after(days=1), by=agent(), at=after(hours=1))

    wrote("Ау", customer=person, at=after(hours=2))

    assert Ticket.objects.get().snoozed_until is None


def test_neither_the_past_nor_a_resolved_ticket_is_put_off() -> None:
    its, colleague = ticket(), agent()
    with pytest.raises(AlreadyPast):
        snoozing.snooze(its, until=after(hours=1), by=colleague, at=after(hours=2))
    states.move(its, to=Category.RESOLVED, by=colleague, at=after(hours=2))
    with pytest.raises(TicketIsClosed):
        snoozing.snooze(its, until=after(hours=5), by=colleague, at=after(hours=3))
