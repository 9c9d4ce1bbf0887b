"""What follows from a change of a calendar: public holidays put in, and what is due counted anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from support import changing
from support.models import Calendar, Clock, Holiday, Ticket
from support.timekeeping import clocks
from support.timekeeping.holidays import public_holidays


@transaction.atomic
def add_public_holidays(calendar: Calendar, *, country: str, years: Iterable[int]) -> int:
    """Close the calendar on the days off of a country ("RU", "BG"). Days that stand there already stay as they are.

    Returns how many were new; a repeat adds none. Locks the calendar's row. `note_change` is for who calls it.
    """
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    standing = set(calendar.holidays.values_list("on", flat=True))
    days = [day for year in years for day in public_holidays(country, year) if day.on not in standing]
    Holiday.objects.bulk_create(Holiday(calendar=calendar, on=day.on, name=str(day.name)) for day in days)
    return len(days)


def note_change(calendar: Calendar, *, at: datetime) -> None:
    """Its hours or days are others now: what runs by it is counted anew, soon, by `count_anew`."""
    Calendar.objects.filter(pk=calendar.pk).update(changed_at=at)


def count_anew() -> int:
    """Read again what is due by calendars that were changed; how many tickets. May run beside itself, and twice.

    Each ticket in a transaction of its own, which locks its person's row, then its own.
    """
    tickets = 0
    for calendar in Calendar.objects.exclude(changed_at=None):
        running = Clock.objects.going().filter(calendar=calendar, target__isnull=False)
        for ticket in Ticket.objects.filter(pk__in=running.values("ticket")).iterator():
            tickets += 1
            _reread(ticket)
        # Changed again meanwhile: it is done again.
        Calendar.objects.filter(pk=calendar.pk, changed_at=calendar.changed_at).update(changed_at=None)
    return tickets


@transaction.atomic
def _reread(ticket: Ticket) -> None:
    clocks.reread(changing.hold(ticket).ticket)
