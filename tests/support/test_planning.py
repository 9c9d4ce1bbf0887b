"""Shifts that come every week: planned ahead, each day once; one day is changed, and the pattern ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from crm import company
from crm.company import Company
from support.colleagues import planning
from support.models import Holiday, Shift, ShiftPattern
from tests.factories.support import calendar_of_weekdays
from tests.factories.tickets import agent

pytestmark = pytest.mark.django_db

SOFIA = ZoneInfo("Europe/Sofia")
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)  # a Monday; the clocks change on the 29th
TUESDAYS = [date(2026, 3, day) for day in (17, 24, 31)] + [date(2026, 4, 7)]


@pytest.fixture(autouse=True)
def in_sofia():
    company.remember(Company(time_zone="Europe/Sofia"), seconds=600)
    yield
    company.forget()


def weekly(begins: int = 9, ends: int = 18, **more) -> ShiftPattern:
    told = {"weekday": 1, "begins": time(begins), "ends": time(ends), "since": date(2026, 3, 1), **more}
    return ShiftPattern.objects.create(**{"agent": agent(), **told})


def planned() -> list[tuple[datetime, datetime]]:
    shifts = Shift.objects.order_by("starts_at")
    return [(one.starts_at.astimezone(SOFIA), one.ends_at.astimezone(SOFIA)) for one in shifts]


def days() -> list[date]:
    return [begins.date() for begins, _ends in planned()]


def test_four_weeks_are_planned_on_the_clock_on_the_wall():
    weekly()

    assert planning.plan(at=NOW) == 4

    assert days() == TUESDAYS
    assert {(begins.hour, ends.hour) for begins, ends in planned()} == {(9, 18)}
    # The same hour on the wall is another one in UTC after the clocks changed.
    assert {begins.utcoffset() for begins, _ends in planned()} == {timedelta(hours=2), timedelta(hours=3)}


def test_planning_again_adds_only_what_came_near():
    weekly()
    planning.plan(at=NOW)

    assert planning.plan(at=NOW) == 0
    assert planning.plan(at=NOW + timedelta(days=1)) == 1
    assert planning.plan(at=NOW + timedelta(days=7)) == 0
    assert days()[-1] == date(2026, 4, 14)


def test_a_day_that_was_called_off_stays_so():
    weekly()
    planning.plan(at=NOW)
    Shift.objects.order_by("starts_at")[1].delete()

    planning.plan(at=NOW + timedelta(days=1))

    assert days() == [date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 7), date(2026, 4, 14)]


def test_a_night_ends_on_the_next_morning():
    weekly(begins=22, ends=6)
    planning.plan(at=NOW)

    begins, ends = planned()[0]
    assert (begins.date(), ends.date(), ends.hour) == (date(2026, 3, 17), date(2026, 3, 18), 6)


def test_a_holiday_and_another_shift_at_that_time_are_left_out():
    pattern = weekly()
    Holiday.objects.create(calendar=calendar_of_weekdays((9, 18)), on=date(2026, 3, 24))
    begins = datetime(2026, 3, 31, 12, tzinfo=SOFIA)
    Shift.objects.create(agent=pattern.agent, starts_at=begins, ends_at=begins + timedelta(hours=1))

    assert planning.plan(at=NOW) == 2
    assert days() == [date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 7)]


def test_the_end_takes_away_what_was_planned_and_leaves_what_was_changed_by_hand():
    pattern = weekly()
    planning.plan(at=NOW)
    Shift.objects.filter(starts_at__date=date(2026, 4, 7)).update(pattern=None)

    assert planning.end(pattern, until=date(2026, 3, 24), at=NOW) == 1

    assert days() == [date(2026, 3, 17), date(2026, 3, 24), date(2026, 4, 7)]
    assert planning.plan(at=NOW + timedelta(days=7)) == 0
    assert planning.end(pattern, until=date(2026, 3, 24), at=NOW) == 0


def test_what_has_begun_is_not_taken_away():
    pattern = weekly()
    planning.plan(at=NOW)

    planning.end(pattern, until=date(2026, 3, 10), at=datetime(2026, 3, 17, 8, tzinfo=UTC))

    assert days() == [date(2026, 3, 17)]


def test_a_pattern_does_not_end_before_it_begins():
    with pytest.raises(IntegrityError, match="pattern_ends_after_it_begins"):
        weekly(until=date(2026, 2, 1))


def test_a_lead_plans_ends_and_moves_one_day_in_the_admin(client):
    with time_machine.travel(NOW, tick=False):
        iva = agent()
        client.force_login(agent(role="team lead", language="en"))
        told = {"agent": iva.pk, "weekday": 1, "begins": "09:00", "ends": "18:00", "since": "2026-03-16"}
        client.post(reverse("admin:support_shiftpattern_add"), told)
        assert days() == TUESDAYS

        moved = Shift.objects.order_by("starts_at").last()
        hours = {"starts_at": "2026-04-07T11:00", "ends_at": "2026-04-07T20:00"}
        client.post(reverse("admin:support_shift_change", args=[moved.pk]), {"agent": iva.pk, **hours})
        pattern = ShiftPattern.objects.get()
        page = reverse("admin:support_shiftpattern_change", args=[pattern.pk])
        client.post(page, {"until": "2026-03-20"})

    assert days() == [date(2026, 3, 17), date(2026, 4, 7)]
    assert planned()[1][0].hour == 11
    pattern.refresh_from_db()
    assert (pattern.begins, pattern.until) == (time(9), date(2026, 3, 20))
