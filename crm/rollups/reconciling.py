"""Each night every day is counted beside what stands: whatever drifted is put right, and somebody is told.

The latest day first, each in short transactions that lock nothing but the day: killed in between, or out of time, the
next run goes on. Segments are counted once more by who is in them tonight, which is no drift.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import sleep

from crm import feed
from crm.models import ReactionCursor, Reconciliation, RollupState, StaleDay
from crm.rollups import counting, segment_days, standing
from crm.rollups.marking import mark
from crm.rollups.rollup import Rollup, rollups

log = logging.getLogger(__name__)

REACTION = "crm.rollups"
ONCE_IN = timedelta(hours=20)
LOOKS = 3
LONGEST_WAIT = timedelta(seconds=10)

Progress = Callable[[int, int], object]


def go_on(
    *,
    at: datetime,
    until: Callable[[datetime], bool] = lambda began: False,
    heard: Progress = lambda done, total: None,
) -> Reconciliation | None:
    """Begin a night's reconciliation, or go on with one that was left. None: it is done for tonight."""
    latest = Reconciliation.objects.order_by("-began_at").first()
    if latest and latest.finished_at and latest.began_at > at - ONCE_IN:
        return None
    if latest is None or latest.finished_at:
        latest = Reconciliation.objects.create(began_at=at)
    return _walk(latest, at=at, until=until, heard=heard)


def reconcile(
    *,
    at: datetime,
    since: date | None = None,
    repair: bool = True,
    heard: Progress = lambda done, total: None,
) -> Reconciliation:
    """Look at every day, or those from `since` on, now. Without `repair` nothing is written but what was found."""
    run = Reconciliation.objects.create(began_at=at)
    return _walk(run, at=at, first=since, repair=repair, heard=heard)


def latest() -> Reconciliation | None:
    return Reconciliation.objects.exclude(finished_at=None).order_by("-began_at").first()


def _walk(
    run: Reconciliation,
    *,
    at: datetime,
    first: date | None = None,
    repair: bool = True,
    until: Callable[[datetime], bool] = lambda began: False,
    heard: Progress,
) -> Reconciliation:
    days = {rollup.name: set(standing.days_of(rollup, since=first)) for rollup in rollups()}
    left = sorted(
        (day for day in set().union(*days.values()) if run.since is None or day < run.since), reverse=True
    )
    for done, day in enumerate(left):
        for rollup in rollups():
            if day in days[rollup.name]:
                _look(rollup, day, run, repair=repair, at=at)
        run.since, run.days_count = day, run.days_count + 1
        run.save()
        heard(done + 1, len(left))
        if until(at):
            return run
    return _finish(run, at=at, repair=repair)


def _look(rollup: Rollup, day: date, run: Reconciliation, *, repair: bool, at: datetime) -> None:
    wrong = _drifted(rollup, day)
    if wrong:
        run.wrong[rollup.name] = run.wrong.get(rollup.name, 0) + wrong
        run.wrong_count += wrong
        log.error("figures drifted", extra={"rollup": rollup.name, "day": str(day), "rows": wrong})
    if not repair:
        return
    if wrong and counting.recount(rollup, day) is None:
        mark(rollup.name, [day], at=at)  # whoever is counting it began before this was found
    counting.recount_segments(rollup, day, standing.segments_of(rollup, day))


def _drifted(rollup: Rollup, day: date) -> int:
    """Rows that stand otherwise than they should, and that nobody is about to put right.

    Facts come while one looks: what differs is drift once everything that was there is heard of, and still the day is
    not marked.
    """
    if not RollupState.objects.filter(rollup=rollup.name, segment=None, counted_at__isnull=False).exists():
        return 0
    wrong = 0
    for _look in range(LOOKS):
        wrong = counting.recount(rollup, day, repair=False) or 0
        if not wrong or not _all_heard() or StaleDay.objects.filter(rollup=rollup.name, on=day).exists():
            return 0
    return wrong


def _all_heard() -> bool:
    """Whether all that is in history by now has marked its days. Waits a little for it."""
    feed.sequence()
    head = feed.head()
    for _wait in range(round(LONGEST_WAIT / timedelta(milliseconds=100))):
        read = ReactionCursor.objects.filter(reaction=REACTION).values_list("position", flat=True).first()
        if (read or 0) >= head:
            return True
        sleep(0.1)
    return False


def _finish(run: Reconciliation, *, at: datetime, repair: bool) -> Reconciliation:
    if repair:
        segment_days.note_counted_anew(begun=run.began_at)
        segment_days.drop_unread()
        run.repaired_at = at if run.wrong_count else None
    run.finished_at = at
    run.save()
    return run
