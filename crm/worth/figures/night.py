"""What the latest night found, and an earlier one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from weakref import WeakKeyDictionary

from django.core.cache import cache
from django.utils.translation import gettext as _

from crm.dashboards.dashboard import KEPT_FOR, Question
from crm.models import CensusCount, Valuation
from crm.words.wording import short_day
from crm.worth import census, following
from crm.worth.census import OF_THE_LATEST, Aspect, Count

FIELDS = ("aspect", "part", "currency", "customers", "hits", "amount", "to_come", "squares", "days")
# By what figures of a night can be narrowed.
HEEDS = frozenset({"segment"})


@dataclass(frozen=True, kw_only=True)
class Night:
    """`before`: what the last night before the period found; empty where none is kept, or of a segment."""

    valuation: Valuation
    counts: Sequence[Count]
    before: Sequence[Count] = ()
    before_on: date | None = None
    currency: str = ""

    def of(self, aspect: Aspect) -> list[Count]:
        return [row for row in self.counts if row.aspect == aspect]

    def of_before(self, aspect: Aspect) -> list[Count]:
        return [row for row in self.before if row.aspect == aspect]


_NIGHTS: WeakKeyDictionary[Question, Night | None] = WeakKeyDictionary()


def night_of(question: Question) -> Night | None:
    """Asked once for all figures of a page: three questions. None: nothing was counted yet, or nobody is there."""
    if question not in _NIGHTS:
        _NIGHTS[question] = _night(question)
    night = _NIGHTS[question]
    return night if night and night.counts else None


def _night(question: Question) -> Night | None:
    valuation = following.latest()
    if valuation is None or not valuation.buyers:
        return None
    return _of_segment(valuation, question) or _of_all(valuation, question)


def latest_rows(valuation: Valuation, *aspects: Aspect) -> list[Count]:
    """Of those aspects that are kept of the latest night alone."""
    rows = CensusCount.objects.filter(as_of=valuation.as_of, aspect__in=aspects)
    return [Count(**row) for row in rows.order_by("part", "currency").values(*FIELDS)]


def as_of_said(night: Night, question: Question) -> str:
    day = short_day(night.valuation.as_of, question.today)
    if question.narrowed.segment:
        return _("Counted just now, of who is in the segment, by what the night of %(day)s said.") % {
            "day": day
        }
    return _("Counted each night; this is how it stood at the end of %(day)s.") % {"day": day}


def people(rows: Sequence[Count], part: str | None = None) -> int:
    return sum(row.customers for row in rows if part is None or row.part == part)


def _of_segment(valuation: Valuation, question: Question) -> Night | None:
    segment = question.narrowed.segment
    if not segment:
        return None
    key = f"census:{segment}:{valuation.as_of}"
    counts: list[Count] | None = cache.get(key)
    if counts is None:
        counts = census.of_segment(segment)
        cache.set(key, counts, KEPT_FOR.total_seconds())
    return Night(valuation=valuation, counts=counts, currency=valuation.currency)


def _of_all(valuation: Valuation, question: Question) -> Night:
    earlier = CensusCount.objects.filter(
        as_of__lt=question.period.since, as_of__gte=question.period.since - timedelta(days=7)
    )
    before_on = earlier.order_by("-as_of").values_list("as_of", flat=True).first()
    days = [valuation.as_of, *([before_on] if before_on else [])]
    rows = CensusCount.objects.filter(as_of__in=days).exclude(aspect__in=OF_THE_LATEST)
    by_day: dict[date, list[Count]] = {day: [] for day in days}
    for row in rows.order_by("part", "currency").values("as_of", *FIELDS):
        by_day[row.pop("as_of")].append(Count(**row))
    return Night(
        valuation=valuation,
        counts=by_day[valuation.as_of],
        before=by_day[before_on] if before_on and before_on != valuation.as_of else (),
        before_on=before_on,
        currency=valuation.currency,
    )
