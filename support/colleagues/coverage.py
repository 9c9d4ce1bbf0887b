"""When customers are answered, and by whom: opening hours beside shifts and languages. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings

from crm import company
from support.measures.coverage import CoveredDay, Presence, covered
from support.models import Calendar, Shift

WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Week:
    """`calendar` None: nobody said when customers are answered."""

    calendar: Calendar | None
    days: Sequence[CoveredDay]
    shifts: Sequence[Shift]
    languages: Sequence[str]


def week_of(first: date) -> Week:
    """The seven days from this one on, by the first calendar. Five queries."""
    languages = company.current().languages or [code for code, _name in settings.LANGUAGES]
    calendar = Calendar.objects.whole().first()
    if calendar is None or not calendar.intervals.all():
        return Week(calendar=None, days=[], shifts=[], languages=languages)
    hours = calendar.hours()
    since = datetime.combine(first, time.min, tzinfo=hours.zone)
    shifts = _shifts(since, since + timedelta(days=WEEK + 1))
    presences = [
        Presence(
            begins=shift.starts_at,
            ends=min(shift.ends_at, shift.left_at or shift.ends_at),
            languages=frozenset(shift.agent.agent_profile.languages),
        )
        for shift in shifts
    ]
    days = covered(first, WEEK, hours=hours, presences=presences, languages=languages)
    return Week(calendar=calendar, days=days, shifts=shifts, languages=languages)


def _shifts(since: datetime, until: datetime) -> list[Shift]:
    """Of those who answer customers."""
    its = Shift.objects.filter(ends_at__gt=since, starts_at__lt=until, agent__agent_profile__isnull=False)
    return list(its.select_related("agent__agent_profile").order_by("starts_at", "pk"))
