"""Since when a rollup may be believed: for everybody, and for each segment.

A new rollup, one whose question changed, and all of them after the company's clock changed, are counted as a whole:
every day is marked. Until that is done their figures are asked of the facts.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from crm import company
from crm.models import RollupState, StaleDay
from crm.rollups.marking import between, mark
from crm.rollups.rollup import Rollup


@transaction.atomic
def begin(rollup: Rollup, *, at: datetime) -> bool:
    """See that a rollup is counted as it is asked for now: where it is not, mark all of its days. True: it was not."""
    clock = company.current().clock.key
    told = {"clock": clock, "version": rollup.version}
    if RollupState.objects.filter(rollup=rollup.name, segment=None, **told).exists():
        return False
    RollupState.objects.filter(rollup=rollup.name).delete()
    begun = RollupState(rollup=rollup.name, begun_at=at, **told)
    RollupState.objects.bulk_create([begun], ignore_conflicts=True)  # others may begin it as well
    StaleDay.objects.filter(rollup=rollup.name).delete()
    mark(rollup.name, days_of(rollup), at=at)
    return True


def note_whole(rollup: Rollup, *, at: datetime) -> bool:
    """From now on the rollup is believed, once no day waits since its beginning."""
    begun = RollupState.objects.filter(rollup=rollup.name, segment=None, counted_at=None)
    state = begun.first()
    if state is None or StaleDay.objects.filter(rollup=rollup.name, since__lte=state.begun_at).exists():
        return False
    return bool(begun.update(counted_at=at))


def days_of(rollup: Rollup, *, since: date | None = None) -> list[date]:
    """Every day on which something happened or stands, and those in between."""
    found = [day for day in (*_extent(rollup), *_kept(rollup)) if day]
    if not found:
        return []
    return between(max(min(found), since) if since else min(found), max(found))


def _extent(rollup: Rollup) -> list[date | None]:
    clock = company.current().clock
    with connection.cursor() as cursor:
        cursor.execute(rollup.extent, {"clock": clock.key})
        return [moment and moment.astimezone(clock).date() for moment in cursor.fetchone()]


def _kept(rollup: Rollup) -> list[date | None]:
    kept = rollup.rows().order_by("on").values_list("on", flat=True)
    return [kept.first(), kept.last()]


def segments_of(rollup: Rollup, on: date) -> list[int]:
    """Those whose figures stand on this day already, and are to be kept up."""
    states = RollupState.objects.filter(rollup=rollup.name, segment__isnull=False, since__lte=on)
    return list(states.values_list("segment_id", flat=True))
