"""A day is counted anew from its facts, and what stands otherwise is put right: the only writer of days.

Idempotent, and right in whatever order things are heard of: nothing is ever added to what stands. One writer at a time
for each day of a rollup; whoever finds it taken leaves the day to them, and its mark stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction

from crm import company
from crm.models import StaleDay
from crm.rollups import standing
from crm.rollups.marking import DAY
from crm.rollups.rollup import Rollup, rollups

# With more, a day would be grouped on the disk.
WORK_MEM = "64MB"


def count_stale(*, at: datetime) -> Iterator[date]:
    """Count the days that wait, the latest first, each once: what is marked meanwhile is left to the next run.

    Each in a transaction of its own; gives each day once it stands.
    """
    for rollup in rollups():
        standing.begin(rollup, at=at)
    known = {rollup.name: rollup for rollup in rollups()}
    waiting = StaleDay.objects.filter(rollup__in=known).order_by("-on", "rollup").values_list("rollup", "on")
    for name, on in list(waiting):
        if count_marked(known[name], on, at=at):
            yield on
    for rollup in rollups():
        standing.note_whole(rollup, at=at)


@transaction.atomic
def count_marked(rollup: Rollup, on: date, *, at: datetime) -> bool:
    """Count a day that waits, with the segments that stand, and take its mark away unless it was marked meanwhile.

    False: it does not wait any more, or somebody else is counting it.
    """
    with _alone(rollup, on) as free:
        turn = StaleDay.objects.filter(rollup=rollup.name, on=on).values_list("turn", flat=True).first()
        if not free or turn is None:
            return False
        _everybody(rollup, on, repair=True)
        _segments(rollup, on, standing.segments_of(rollup, on))
        StaleDay.objects.filter(rollup=rollup.name, on=on, turn=turn).delete()
        return True


@transaction.atomic
def recount(rollup: Rollup, on: date, *, repair: bool = True) -> int | None:
    """How many rows of a day stood otherwise than its facts; they are put right unless `repair` is off.

    None: somebody else is counting the day.
    """
    with _alone(rollup, on) as free:
        return _everybody(rollup, on, repair=repair) if free else None


@transaction.atomic
def recount_segments(rollup: Rollup, on: date, segments: Collection[int]) -> bool:
    """The day once more, for who is in these segments now. False: somebody else is counting the day."""
    with _alone(rollup, on) as free:
        if free:
            _segments(rollup, on, segments)
        return free


def _everybody(rollup: Rollup, on: date, *, repair: bool) -> int:
    return _counted(rollup.of_everybody(repair=repair), rollup, on)


def _segments(rollup: Rollup, on: date, segments: Collection[int]) -> None:
    if segments:
        _counted(rollup.of_segments(), rollup, on, segments)


def _counted(statement: str, rollup: Rollup, on: date, segments: Collection[int] = ()) -> int:
    clock = company.current().clock
    given: dict[str, Any] = {
        "rollup": rollup.name,
        "on": on,
        "since": datetime.combine(on, time.min, clock),
        "until": datetime.combine(on + DAY, time.min, clock),
        "clock": clock.key,
        "segments": sorted(segments),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        (differences,) = cursor.fetchone()
    return int(differences)


@contextmanager
def _alone(rollup: Rollup, on: date) -> Iterator[bool]:
    """Until the transaction ends. What is asked after this sees what the one before wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s), set_config('work_mem', %s, true), "
            "set_config('jit', 'off', true)",
            [f"rollup:{rollup.name}", on.toordinal(), WORK_MEM],
        )
        free, *_settings = cursor.fetchone()
    yield bool(free)
