"""What keeps days up to date by the clock. Each may run twice, and beside itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from celery import shared_task
from django.utils import timezone

from crm.rollups import counting, reconciling, segment_days

# Well below the time limit of a task: what is left is the next run's.
AT_A_TIME = timedelta(minutes=3)


@shared_task  # type: ignore[untyped-decorator]
def count_stale_days() -> None:
    _until(timezone.now() + AT_A_TIME, counting.count_stale(at=timezone.now()))


@shared_task  # type: ignore[untyped-decorator]
def count_segments() -> None:
    _until(timezone.now() + AT_A_TIME, segment_days.count_due(at=timezone.now()))


@shared_task  # type: ignore[untyped-decorator]
def reconcile_figures() -> None:
    """A night's work in pieces: the run that finds it unfinished goes on with it."""
    reconciling.go_on(at=timezone.now(), until=lambda began: timezone.now() >= began + AT_A_TIME)


def _until(until: datetime, days: Iterator[date]) -> None:
    for _day in days:
        if timezone.now() >= until:
            return
