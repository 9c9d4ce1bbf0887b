"""Shifts by a weekly pattern: planned some weeks ahead, on the company's clock, each day once.

What was planned is a shift like any other: one day can be moved or called off, and planning again does not bring it
back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from django.db import transaction

from crm import company
from support.models import Calendar, Holiday, Shift, ShiftPattern

AHEAD = timedelta(days=28)
DAY = timedelta(days=1)


def plan(*, at: datetime) -> int:
    """Plan the days that came near by every pattern; how many shifts. May run beside itself, and twice.

    Each pattern in a transaction of its own, which locks its row.
    """
    last = at.astimezone(company.current().clock).date() + AHEAD
    return sum(plan_one(pattern, at=at) for pattern in ShiftPattern.objects.to_plan(last))


@transaction.atomic
def plan_one(pattern: ShiftPattern, *, at: datetime) -> int:
    """Plan its days that are not planned yet, but those on which the first calendar is closed for a holiday.

    Where the colleague has another shift at that time nothing is added. Locks the pattern's row.
    """
    held = ShiftPattern.objects.select_for_update(no_key=True).get(pk=pattern.pk)
    clock = company.current().clock
    today = at.astimezone(clock).date()
    last = min(today + AHEAD, held.until or date.max)
    closed = _closed_days(today, last)
    made = [_made(held, on, clock) for on in _days(held, today, last) if on not in closed]
    fresh = [shift for shift in made if shift.starts_at > at and not _has_another(shift)]
    Shift.objects.bulk_create(fresh)
    held.planned_until = max(last, held.planned_until or last)
    held.save(update_fields=["planned_until"])
    return len(fresh)


@transaction.atomic
def end(pattern: ShiftPattern, *, until: date, at: datetime) -> int:
    """No shift by it after this day: what is planned already and has not begun is taken away; how many. Again: none.

    A day that somebody changed stays. Locks the pattern's row.
    """
    held = ShiftPattern.objects.select_for_update(no_key=True).get(pk=pattern.pk)
    held.until = max(until, held.since)
    held.planned_until = min(held.planned_until, held.until) if held.planned_until else None
    held.save(update_fields=["until", "planned_until"])
    clock = company.current().clock
    later = datetime.combine(held.until + DAY, datetime.min.time(), tzinfo=clock)
    taken, _kinds = held.shifts.filter(starts_at__gte=max(later, at)).delete()
    return taken


def _days(pattern: ShiftPattern, today: date, last: date) -> Iterator[date]:
    first = max(today, pattern.since)
    if pattern.planned_until:
        first = max(first, pattern.planned_until + DAY)
    on = first + timedelta(days=(pattern.weekday - first.weekday()) % 7)
    while on <= last:
        yield on
        on += timedelta(days=7)


def _made(pattern: ShiftPattern, on: date, clock: tzinfo) -> Shift:
    next_day = on + DAY if pattern.ends <= pattern.begins else on
    return Shift(
        agent_id=pattern.agent_id,
        starts_at=datetime.combine(on, pattern.begins, tzinfo=clock),
        ends_at=datetime.combine(next_day, pattern.ends, tzinfo=clock),
        pattern=pattern,
    )


def _closed_days(first: date, last: date) -> set[date]:
    calendar = Calendar.objects.first()
    holidays = Holiday.objects.filter(calendar=calendar, times="", on__range=(first, max(first, last)))
    return set(holidays.values_list("on", flat=True))


def _has_another(shift: Shift) -> bool:
    its = Shift.objects.filter(agent=shift.agent_id)
    return its.filter(starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at).exists()
