"""Public holidays put into a calendar of opening hours, from where they can be changed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from support.holidays import public_holidays
from support.models import Calendar, Holiday


@transaction.atomic
def add_public_holidays(calendar: Calendar, *, country: str, years: Iterable[int]) -> int:
    """Close the calendar on the days off of a country ("RU", "BG"). Days that stand there already stay as they are.

    Returns how many were new; a repeat adds none. Locks the calendar's row.
    """
    Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    standing = set(calendar.holidays.values_list("on", flat=True))
    days = [day for year in years for day in public_holidays(country, year) if day.on not in standing]
    Holiday.objects.bulk_create(Holiday(calendar=calendar, on=day.on, name=str(day.name)) for day in days)
    return len(days)
