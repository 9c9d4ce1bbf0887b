"""Two moments of a segment beside each other: who came in between, and who went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.models import Customer, Segment, SegmentMember, SegmentSnapshot, SnapshotMember


@dataclass(frozen=True, kw_only=True)
class Compared:
    """`later` is a snapshot, or None: who is in the segment now. Whoever was erased since counts, and has no name."""

    segment: Segment
    earlier: SegmentSnapshot
    later: SegmentSnapshot | None

    @property
    def size(self) -> int:
        return self.later.size if self.later else self.segment.size

    @property
    def came(self) -> QuerySet[Customer]:
        return people(self.segment, self.later).exclude(pk__in=_ids(self.segment, self.earlier))

    @property
    def went(self) -> QuerySet[Customer]:
        return people(self.segment, self.earlier).exclude(pk__in=_ids(self.segment, self.later))

    @property
    def stayed(self) -> int:
        return self.earlier.size - self.went.count()


def compared(segment: Segment, one: SegmentSnapshot, other: SegmentSnapshot | None) -> Compared:
    """In the order of time, whichever is named first."""
    if other and other.taken_at < one.taken_at:
        one, other = other, one
    return Compared(segment=segment, earlier=one, later=other)


def people(segment: Segment, snapshot: SegmentSnapshot | None) -> QuerySet[Customer]:
    """Who was in it then; without a snapshot, who is in it now."""
    return Customer.objects.filter(pk__in=_ids(segment, snapshot))


def moved(both: Compared) -> Iterator[tuple[str, QuerySet[Customer]]]:
    yield "came", both.came
    yield "went", both.went


def _ids(segment: Segment, snapshot: SegmentSnapshot | None) -> QuerySet[Any, int]:
    if snapshot is None:
        return SegmentMember.objects.filter(segment=segment).values_list("customer", flat=True)
    return SnapshotMember.objects.filter(snapshot=snapshot).values_list("customer", flat=True)
