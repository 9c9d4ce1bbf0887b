"""The calendar of coverage: for each day and language, whether somebody is there while the doors are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from crm.pages.requests import StaffRequest
from crm.words.wording import short_day
from support.colleagues import coverage
from support.colleagues.coverage import Week
from support.measures.coverage import CoveredDay, Stretch
from support.pages.lead import LEADS

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A stretch as a part of its day, as SVG wants it."""

    x: str
    width: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One day in one language: drawn, and in words."""

    opened: Sequence[Bar]
    gaps: Sequence[Bar]
    words: str


@dataclass(frozen=True, kw_only=True)
class Row:
    day: str
    opened: str
    cells: Sequence[Cell]


@require_GET
@permission_required(LEADS, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """`?week=`: any day of it."""
    today = timezone.localdate()
    asked = _day(request.GET.get("week", "")) or today
    first = asked - timedelta(days=asked.weekday())
    week = coverage.week_of(first)
    names = dict(settings.LANGUAGES)
    context = {
        **admin.site.each_context(request),
        "title": _("Who answers when"),
        "week": week,
        "languages": [names.get(code, code) for code in week.languages],
        "rows": [_row(day, week) for day in week.days],
        "missing": _missing(week),
        "first": first,
        "last": first + A_WEEK - timedelta(days=1),
        "earlier": (first - A_WEEK).isoformat(),
        "later": (first + A_WEEK).isoformat(),
        "is_now": first <= today < first + A_WEEK,
    }
    return TemplateResponse(request, "support/coverage.html", context)


def _row(day: CoveredDay, week: Week) -> Row:
    cells = [
        Cell(
            opened=[_bar(one, day) for one in day.opened],
            gaps=[_bar(one, day) for one in day.gaps[language]],
            words=_words(day, day.gaps[language]),
        )
        for language in week.languages
    ]
    return Row(day=_named(day.on), opened=_times(day.opened, day), cells=cells)


def _words(day: CoveredDay, gaps: Sequence[Stretch]) -> str:
    if not day.opened:
        return pgettext("hours", "closed")
    if not gaps:
        return str(_("somebody is there all the time"))
    return str(_("nobody: {times}").format(times=_times(gaps, day)))


def _missing(week: Week) -> list[str]:
    """Every gap as a sentence; languages that are missing at the same times stand in one."""
    names = dict(settings.LANGUAGES)
    found: dict[tuple[str, str], list[str]] = {}
    for day in week.days:
        for language in week.languages:
            if gaps := day.gaps[language]:
                when = (_named(day.on), _times(gaps, day))
                found.setdefault(when, []).append(str(names.get(language, language)))
    return [
        _("{day}, {times}: nobody is there for {languages}.").format(
            day=day, times=times, languages=", ".join(languages)
        )
        for (day, times), languages in found.items()
    ]


def _bar(stretch: Stretch, day: CoveredDay) -> Bar:
    whole = (day.ends - day.begins).total_seconds()
    begins = (stretch[0] - day.begins).total_seconds() / whole
    width = (stretch[1] - stretch[0]).total_seconds() / whole
    return Bar(x=f"{100 * begins:.2f}%", width=f"{100 * width:.2f}%")


def _times(stretches: Sequence[Stretch], day: CoveredDay) -> str:
    """On the wall clock of the calendar."""
    zone = day.begins.tzinfo
    return ", ".join(f"{_hour(begins, zone)}–{_hour(ends, zone)}" for begins, ends in stretches)


def _hour(moment: datetime, zone: tzinfo | None) -> str:
    return formats.time_format(moment.astimezone(zone).time(), "TIME_FORMAT")


def _named(day: date) -> str:
    words = {"weekday": formats.date_format(day, "l"), "day": short_day(day, timezone.localdate())}
    return str(_("{weekday}, {day}").format(**words))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2200 else None
