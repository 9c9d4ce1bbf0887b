"""A ticket's clocks as its verbs tell them, and what the inbox sees of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import Call, ChannelAccount
from support import opening
from support.models import Clock, ClockEvent, SubState, Ticket
from support.models.tagging import Category
from support.timekeeping import clocks
from support.timekeeping.deadlines import Kind
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

pytestmark = pytest.mark.django_db

SOFIA = ZoneInfo("Europe/Sofia")
MINUTE = timedelta(minutes=1)


def monday(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 6, 8, hour, minute, second, tzinfo=SOFIA)


def tuesday(hour: int, minute: int = 0) -> datetime:
    return monday(hour, minute) + timedelta(days=1)


@pytest.fixture(autouse=True)
def shop_hours():
    return calendar_of_weekdays((9, 13), (14, 18))


@pytest.fixture
def policy():
    return SlaPolicyFactory(first_response_minutes=60, next_response_minutes=120, resolution_minutes=480)


@pytest.fixture
def ticket(policy):
    ticket = TicketFactory(opened_at=monday(12))
    clocks.opened(ticket, at=monday(12))
    return ticket


def due(ticket: Ticket) -> tuple[datetime | None, str]:
    kept = Ticket.objects.get(pk=ticket.pk)
    assert (kept.next_due_at, kept.next_due_kind) == (ticket.next_due_at, ticket.next_due_kind)
    return kept.next_due_at, kept.next_due_kind


def told(ticket: Ticket, kind: Kind) -> list[tuple[str, datetime]]:
    its = ClockEvent.objects.filter(clock__ticket=ticket, clock__kind=kind).order_by("clock__turn", "number")
    return [(event.kind, event.at) for event in its]


def set_state(ticket: Ticket, category: Category, at: datetime, sub_state: SubState | None = None) -> None:
    ticket.category, ticket.sub_state = category, sub_state
    ticket.save()
    clocks.state_changed(ticket, at=at)


def resolve(ticket: Ticket, at: datetime) -> None:
    ticket.category = Category.RESOLVED
    ticket.save()
    clocks.resolved(ticket, at=at)


def reopen(ticket: Ticket, at: datetime) -> None:
    ticket.category = Category.OPEN
    ticket.save()
    clocks.reopened(ticket, at=at, by_customer=True)


def test_a_new_ticket_shows_when_its_first_answer_is_due(ticket):
    assert due(ticket) == (monday(13), "first_response")


def test_what_the_customer_writes_before_the_answer_moves_nothing(ticket):
    clocks.customer_wrote(ticket, at=monday(12, 30))

    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12))]
    assert told(ticket, Kind.NEXT_RESPONSE) == []


def test_an_answer_leaves_the_resolution_to_be_due(ticket):
    clocks.answered(ticket, at=monday(12, 20))

    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("fulfil", monday(12, 20))]
    assert due(ticket) == (tuesday(12), "resolution")


def test_each_further_turn_of_the_customer_has_a_clock_of_its_own(ticket):
    clocks.answered(ticket, at=monday(12, 20))
    clocks.customer_wrote(ticket, at=monday(15))
    clocks.customer_wrote(ticket, at=monday(15, 30))
    clocks.answered(ticket, at=monday(16))
    clocks.customer_wrote(ticket, at=monday(17))

    assert told(ticket, Kind.NEXT_RESPONSE) == [
        ("activate", monday(15)),
        ("fulfil", monday(16)),
        ("activate", monday(17)),
    ]
    assert due(ticket) == (tuesday(10), "next_response")


def test_telling_the_same_again_changes_nothing(ticket):
    for _again in range(2):
        clocks.opened(ticket, at=monday(12))
        clocks.answered(ticket, at=monday(12, 20))
        resolve(ticket, monday(15))

    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("fulfil", monday(12, 20))]
    assert told(ticket, Kind.RESOLUTION) == [("activate", monday(12)), ("fulfil", monday(15))]


def test_an_answer_written_before_the_question_does_not_answer_it(ticket):
    clocks.answered(ticket, at=monday(11, 59))

    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12))]


def test_a_message_that_arrives_late_moves_the_beginning_of_the_turn_back(ticket):
    clocks.customer_wrote(ticket, at=monday(11, 30))

    assert due(ticket) == (monday(12, 30), "first_response")


def test_waiting_for_the_customer_pauses_the_resolution_and_no_answer(ticket):
    set_state(ticket, Category.WAITING_CUSTOMER, monday(12, 30))

    assert due(ticket) == (monday(13), "first_response")
    assert told(ticket, Kind.RESOLUTION)[-1] == ("pause", monday(12, 30))


def test_what_is_due_moves_by_the_open_time_of_a_pause(ticket):
    clocks.answered(ticket, at=monday(12, 20))
    set_state(ticket, Category.WAITING_CUSTOMER, monday(12, 20))
    assert due(ticket) == (None, "")

    set_state(ticket, Category.OPEN, monday(16, 20))

    # Three open hours went by: 12:20–13 and 14–16:20.
    assert due(ticket) == (tuesday(16), "resolution")


def test_a_sub_state_that_pauses_holds_up_every_clock_but_promises(ticket):
    supplier = SubState.objects.create(
        slug="supplier", names={"en": "At the supplier"}, category=Category.OPEN, pauses_clocks=True
    )
    clocks.promised(ticket, promise=7, due_at=monday(15), at=monday(12))

    set_state(ticket, Category.OPEN, monday(12, 10), supplier)

    assert due(ticket) == (monday(15), "promise")
    assert {its.pause_reason for its in Clock.objects.exclude(kind=Kind.PROMISE)} == {"sub_state"}


def test_a_resolved_ticket_has_nothing_due_and_keeps_its_unanswered_question(ticket):
    resolve(ticket, monday(12, 30))

    assert due(ticket) == (None, "")
    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("pause", monday(12, 30))]


def test_reopening_goes_on_where_the_resolution_ended_and_restarts_no_first_answer(ticket):
    clocks.answered(ticket, at=monday(12, 20))
    resolve(ticket, monday(13))
    reopen(ticket, tuesday(9))
    clocks.customer_wrote(ticket, at=tuesday(9))

    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("fulfil", monday(12, 20))]
    assert told(ticket, Kind.NEXT_RESPONSE) == [("activate", tuesday(9))]
    # One of eight hours had gone by.
    resolution = Clock.objects.get(kind=Kind.RESOLUTION)
    assert resolution.due_at == tuesday(17)


def test_a_conversation_that_a_colleague_began_waits_for_no_first_answer(policy):
    ticket = TicketFactory(opened_by=UserFactory())
    clocks.opened(ticket, at=monday(9))
    clocks.customer_wrote(ticket, at=monday(10))

    assert due(ticket) == (monday(12), "next_response")
    assert told(ticket, Kind.FIRST_RESPONSE) == []


def test_without_a_promise_of_service_clocks_are_counted_and_never_due():
    ticket = TicketFactory()
    clocks.opened(ticket, at=monday(9))

    assert due(ticket) == (None, "")
    assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(9))]


def test_a_promise_is_due_at_its_own_moment_and_can_be_moved_and_kept(ticket):
    clocks.answered(ticket, at=monday(12, 1))
    clocks.promised(ticket, promise=3, due_at=monday(21), at=monday(12, 1))
    clocks.promised(ticket, promise=3, due_at=monday(20), at=monday(12, 2))
    assert due(ticket) == (monday(20), "promise")

    clocks.promise_kept(ticket, promise=3, at=monday(19))
    clocks.promise_kept(ticket, promise=3, at=monday(19))

    assert told(ticket, Kind.PROMISE) == [
        ("activate", monday(12, 1)),
        ("retarget", monday(12, 2)),
        ("fulfil", monday(19)),
    ]
    assert due(ticket) == (tuesday(12), "resolution")


def test_another_promise_of_service_changes_what_runs(ticket, policy):
    SlaPolicyFactory(
        conditions={"field": "ticket.priority", "op": "gte", "value": 4}, position=0, first_response_minutes=5
    )
    policy.position = 1
    policy.save()
    ticket.priority = Ticket.Priority.URGENT
    ticket.save()

    clocks.reconsidered(ticket, at=monday(12, 2))

    assert due(ticket) == (monday(12, 5), "first_response")
    assert told(ticket, Kind.FIRST_RESPONSE)[-1] == ("retarget", monday(12, 2))


class TestMerging:
    @pytest.fixture
    def other(self, policy):
        ticket = TicketFactory(opened_at=monday(12, 10))
        clocks.opened(ticket, at=monday(12, 10))
        return ticket

    def merge(self, ticket: Ticket, into: Ticket, at: datetime) -> None:
        ticket.merged_into = into
        ticket.save()
        clocks.merged(ticket, into, at=at)

    def test_the_clock_that_began_first_stays_due_in_the_ticket_that_goes_on(self, ticket, other):
        self.merge(ticket, other, monday(12, 20))

        assert due(ticket) == (None, "")
        assert due(other) == (monday(13), "first_response")
        assert told(other, Kind.FIRST_RESPONSE) == [("activate", monday(12, 10)), ("join", monday(12, 20))]

    def test_one_answer_answers_both(self, ticket, other):
        self.merge(ticket, other, monday(12, 20))

        clocks.answered(other, at=monday(12, 40))

        assert told(ticket, Kind.FIRST_RESPONSE)[-1] == ("fulfil", monday(12, 40))
        assert told(other, Kind.FIRST_RESPONSE)[-1] == ("fulfil", monday(12, 40))
        assert due(other) == (tuesday(12), "resolution")

    def test_a_promise_of_the_one_is_due_in_the_other_until_it_is_kept(self, ticket, other):
        clocks.promised(ticket, promise=5, due_at=monday(12, 30), at=monday(12, 5))
        self.merge(ticket, other, monday(12, 20))
        assert due(other) == (monday(12, 30), "promise")

        clocks.promise_kept(ticket, promise=5, at=monday(12, 25))

        other.refresh_from_db()
        assert due(other) == (monday(13), "first_response")

    def test_undone_each_is_due_as_before(self, ticket, other):
        before = due(ticket), due(other)
        self.merge(ticket, other, monday(12, 20))
        ticket.merged_into = None
        ticket.save()

        clocks.unmerged(ticket, other, at=monday(12, 25))

        assert (due(ticket), due(other)) == before

    def test_undone_what_was_answered_meanwhile_stays_answered(self, ticket, other):
        self.merge(ticket, other, monday(12, 20))
        clocks.answered(other, at=monday(12, 22))
        ticket.merged_into = None
        ticket.save()

        clocks.unmerged(ticket, other, at=monday(12, 25))

        assert due(ticket)[1] == due(other)[1] == "resolution"


class TestCalls:
    def call(self, ticket: Ticket, rang: datetime, answered: datetime | None = None, **more: Any) -> Call:
        account, _is_new = ChannelAccount.objects.get_or_create(
            channel="phone", defaults={"name": "Phone", "opened_at": monday(9)}
        )
        told = {
            "account": account,
            "external_id": str(rang),
            "customer": ticket.customer,
            "direction": "in",
            "phone": "+359888123456",
            "rang_at": rang,
            "answered_at": answered,
            "recorded_at": rang,
            **more,
        }
        return Call.objects.create(**told)

    def test_who_is_talked_to_is_answered(self, ticket):
        call = self.call(ticket, monday(12, 20), monday(12, 21))

        for _again in range(2):
            opening.hear_call(call, at=monday(12, 30))

        assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("fulfil", monday(12, 21))]
        assert told(ticket, Kind.NEXT_RESPONSE) == []

    def test_who_rings_again_in_vain_waits_again(self, ticket):
        clocks.answered(ticket, at=monday(12, 5))
        missed = self.call(ticket, monday(12, 20), missed_at=monday(12, 21))

        opening.hear_call(missed, at=monday(12, 22))

        assert told(ticket, Kind.NEXT_RESPONSE) == [("activate", monday(12, 20))]
        ticket.refresh_from_db()
        assert due(ticket) == (monday(15, 20), "next_response")

    def test_a_conversation_that_begins_with_a_talk_is_answered_at_once(self, policy):
        caller = TicketFactory.build(customer=CustomerFactory())
        ticket = opening.hear_call(self.call(caller, monday(12), monday(12, 1)), at=monday(12, 2))

        assert ticket is not None
        assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12)), ("fulfil", monday(12, 1))]

    def test_our_own_call_that_nobody_took_answers_nothing(self, ticket):
        opening.hear_call(
            self.call(ticket, monday(12, 20), direction="out", ended_at=monday(12, 21)), at=monday(12, 22)
        )

        assert told(ticket, Kind.FIRST_RESPONSE) == [("activate", monday(12))]


def test_events_of_clocks_are_never_rewritten(ticket):
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockEvent.objects.update(at=monday(9))
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockEvent.objects.all().delete()


def test_a_turn_costs_as_many_questions_however_many_came_before(ticket):
    def costs(minute: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            clocks.answered(ticket, at=monday(12, minute))
            clocks.customer_wrote(ticket, at=monday(12, minute + 1))
        return len(asked)

    for minute in range(1, 20, 2):
        costs(minute)

    assert costs(40) == costs(50) <= 30
