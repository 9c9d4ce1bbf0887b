"""Everybody is asked anew: a segment that was just written, one that only the clock changes, and all of them daily.

Reading finds who stands wrongly, in one statement that locks nobody; they are then put right in chunks, each a short
transaction of its own that asks them once more. Killed in between, the next sweep goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from crm import company
from crm.models import Segment, SegmentMember, SegmentSize
from crm.segments.asking import changes_with_time, fitting, in_order
from crm.segments.membership import AT_ONCE, MOVED_AT_ONCE, settle

# What no fact tells of: an address or a language that a colleague put right.
AT_LEAST_EVERY = timedelta(hours=1)
# Grouping a million customers by hand, and not on the disk.
WORK_MEM = "64MB"


def due(*, at: datetime) -> Sequence[Segment]:
    """Those to be swept, each after those it asks about."""
    return [segment for segment in in_order(Segment.objects.kept()) if _is_due(segment, at)]


def _is_due(segment: Segment, at: datetime) -> bool:
    if not segment.is_filled or segment.swept_at is None:
        return True
    clock = company.current().clock
    is_new_day = segment.swept_at.astimezone(clock).date() < at.astimezone(clock).date()
    return segment.swept_at <= at - AT_LEAST_EVERY or (is_new_day and changes_with_time(segment.conditions))


def sweep(segment: Segment, *, at: datetime) -> int:
    """Put right who is in the segment. Returns how many came and went. May run beside itself and beside the feed.

    Raises:
        UnusableConditions: something it asks about is no longer there.
    """
    moved = 0
    wrong = standing_wrongly(segment, at=at)
    # Nothing is told of those who are there when it is filled: no customer's row is locked for it.
    at_once = MOVED_AT_ONCE if segment.is_filled else AT_ONCE
    for start in range(0, len(wrong), at_once):
        moved += settle(segment, wrong[start : start + at_once], at=at)
    _note(segment, at=at)
    return moved


@transaction.atomic
def standing_wrongly(segment: Segment, *, at: datetime) -> list[int]:
    """Who fits and is not in it, and who is in it and does not fit."""
    with_room_to_group()
    fit = fitting(segment.conditions, at=at).order_by().values_list("pk", flat=True)
    inside = SegmentMember.objects.filter(segment=segment).order_by().values_list("customer_id", flat=True)
    return sorted([*fit.difference(inside), *inside.difference(fit)])


def with_room_to_group() -> None:
    """For the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)", [WORK_MEM])


@transaction.atomic
def _note(segment: Segment, *, at: datetime) -> None:
    size = SegmentMember.objects.filter(segment=segment).count()
    # Of the version that was asked: what was written meanwhile is still to be swept.
    kept = Segment.objects.kept().filter(pk=segment.pk, version=segment.version)
    if kept.update(size=size, swept_at=at, filled_version=segment.version):
        on = at.astimezone(company.current().clock).date()
        SegmentSize.objects.update_or_create(segment=segment, on=on, defaults={"size": size})


def sweep_due(*, at: datetime) -> Iterator[Segment]:
    """Sweep what is due, one by one; each is there once it is done."""
    for segment in due(at=at):
        sweep(segment, at=at)
        yield segment
