"""A calendar that changes while clocks run by it."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from support.clock_tasks import count_anew
from support.models import Calendar, ClockEvent, Holiday, Ticket, WorkingInterval
from support.timekeeping import calendar_days, clocks, escalation
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

pytestmark = pytest.mark.django_db

SOFIA = ZoneInfo("Europe/Sofia")


def june(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=SOFIA)


@pytest.fixture
def calendar() -> Calendar:
    return calendar_of_weekdays((9, 18))


@pytest.fixture
def ticket(calendar: Calendar) -> Ticket:
    """Asked on Monday 8 June at 17:00, to be answered within four open hours."""
    SlaPolicyFactory(first_response_minutes=240)
    ticket = TicketFactory()
    clocks.opened(ticket, at=june(8, 17))
    return ticket


def due(ticket: Ticket) -> datetime | None:
    ticket.refresh_from_db()
    return ticket.next_due_at


def test_a_holiday_put_in_later_moves_what_is_due(ticket, calendar):
    assert due(ticket) == june(9, 12)
    Holiday.objects.create(calendar=calendar, on=june(9, 0).date())
    calendar_days.note_change(calendar, at=june(8, 17, 30))

    assert calendar_days.count_anew() == 1
    assert due(ticket) == june(10, 12)


def test_hours_added_later_bring_it_forward(ticket, calendar):
    WorkingInterval.objects.create(calendar=calendar, weekday=0, opens=time(19), closes=time(22))
    calendar_days.note_change(calendar, at=june(8, 17, 30))

    count_anew()

    assert due(ticket) == june(8, 22)


def test_what_was_counted_once_is_not_counted_again(ticket, calendar):
    calendar_days.note_change(calendar, at=june(8, 17, 30))

    assert calendar_days.count_anew() == 1
    assert calendar_days.count_anew() == 0


def test_what_another_calendar_counts_stays(ticket, calendar):
    other = calendar_of_weekdays((0, 24), name="Chat", position=5)
    calendar_days.note_change(other, at=june(8, 17, 30))

    assert calendar_days.count_anew() == 0


def test_nothing_is_late_on_a_holiday_that_was_put_in_too_late_to_be_counted(ticket, calendar):
    Holiday.objects.create(calendar=calendar, on=june(9, 0).date())

    assert escalation.climb_due(at=june(9, 13)) == 0
    assert not ClockEvent.objects.filter(kind="breach").exists()
    assert escalation.climb_due(at=june(10, 12)) == 2
