"""What the people of a segment did, by day: counted by who is in it now, when it is filled and each night.

The latest day first, each in a short transaction; killed in between, the next run goes on. Between two nights a day is
counted for a segment whenever it is counted for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import F, Max, Q

from crm import company
from crm.models import DayFigure, DayPeople, RollupState, Segment
from crm.rollups import counting
from crm.rollups.marking import EARLIEST, LATEST
from crm.rollups.rollup import Rollup, rollups

# So long back they are kept: the longest period that can be chosen, and the one it is compared with.
KEPT = timedelta(days=735)


def count_due(*, at: datetime) -> Iterator[date]:
    """Count the segments that were filled or changed since they were counted. Gives each day once it stands."""
    _forget_changed()
    filled = [segment for segment in Segment.objects.kept().order_by("pk") if segment.is_filled]
    for segment in filled:
        for rollup in rollups():
            yield from _count(rollup, segment, at=at)


def note_counted_anew(*, begun: datetime) -> None:
    """All days of the segments that stood then were counted since."""
    RollupState.objects.filter(segment__isnull=False, counted_at__lt=begun).update(counted_at=begun)


def drop_unread() -> int:
    """Rows of segments that are not kept any more, and those older than any question. Returns how many."""
    read = RollupState.objects.filter(segment__isnull=False).values("segment")
    return sum(
        kept.objects.filter(segment__isnull=False).exclude(segment__in=read).delete()[0]
        for kept in (DayFigure, DayPeople)
    )


def _count(rollup: Rollup, segment: Segment, *, at: datetime) -> Iterator[date]:
    clock = company.current().clock
    told = {"clock": clock.key, "version": rollup.version, "begun_at": at}
    state, _new = RollupState.objects.get_or_create(rollup=rollup.name, segment=segment, defaults=told)
    if state.counted_at is not None:
        return
    first = _first_day(rollup, at.astimezone(clock).date())
    while day := _day_before(rollup, state.since or LATEST):
        if day < first or not counting.recount_segments(rollup, day, [segment.pk]):
            break
        state.since = day
        state.save(update_fields=["since"])
        yield day
    if day is None or day < first:
        RollupState.objects.filter(pk=state.pk).update(counted_at=F("begun_at"), since=first)


def _first_day(rollup: Rollup, today: date) -> date:
    return EARLIEST if rollup.is_cumulative else today - KEPT


def _day_before(rollup: Rollup, day: date) -> date | None:
    """The last day before this one on which anything happened to anybody. What comes later is counted as it comes."""
    its = rollup.rows().filter(segment=None, on__lt=day)
    found: date | None = its.aggregate(day=Max("on"))["day"]
    return found


def _forget_changed() -> None:
    """Those written otherwise than when they were counted, and those counted by another clock or question."""
    otherwise = Q(begun_at__lt=F("segment__changed_at")) | Q(segment__archived_at__isnull=False)
    clock = company.current().clock.key
    for rollup in rollups():
        stale = otherwise | ~Q(clock=clock) | ~Q(version=rollup.version)
        RollupState.objects.filter(stale, segment__isnull=False, rollup=rollup.name).delete()
