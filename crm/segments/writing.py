"""Segments are given a name and conditions, are shared, and are put away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm import rules
from crm.models import Segment, SegmentMember, User
from crm.segments.asking import ROOT, asked_about
from crm.segments.errors import (
    NamelessSegment,
    SegmentChangedMeanwhile,
    SegmentNameTaken,
    SegmentsInALoop,
    SegmentStillAskedAbout,
)

# Loops are looked for among all segments: they are written one at a time.
WRITING_SEGMENTS = 7_210_081
LONGEST_NAME, LONGEST_NOTE = 80, 300


@transaction.atomic
def write(
    *,
    segment: Segment | None = None,
    owner: User,
    name: str,
    conditions: Any,
    note: str = "",
    is_shared: bool,
    at: datetime,
    version: int | None = None,
) -> Segment:
    """Write a new segment, or change one. Its people are found by the next sweep, within a minute.

    A change of its conditions makes a new version; `version` says on which one the change was made. The owner stays
    who it was. Locks the segment, and all writing of segments, until the transaction ends.

    Raises:
        NamelessSegment, SegmentNameTaken, UnusableConditions, SegmentsInALoop: nothing is kept.
        SegmentChangedMeanwhile: nothing is kept; somebody made another version.
    """
    words = plain(name, LONGEST_NAME)
    if not words:
        raise NamelessSegment
    rules.check(conditions, ROOT)
    _one_writer_at_a_time()
    kept = Segment.objects.select_for_update().get(pk=segment.pk) if segment else _new(owner, at)
    if version is not None and kept.version != version:
        raise SegmentChangedMeanwhile(version=kept.version)
    if Segment.objects.filter(owner=kept.owner, name=words).exclude(pk=kept.pk).exists():
        raise SegmentNameTaken
    _refuse_loops(kept.pk, asked_about(conditions))
    if kept.pk and kept.conditions != conditions:
        kept.version = kept.version + 1
    kept.name, kept.note, kept.conditions = words, plain(note, LONGEST_NOTE), conditions
    kept.shared_at = (kept.shared_at or at) if is_shared else None
    kept.changed_at = at
    kept.save()
    return kept


@transaction.atomic
def archive(segment: Segment, *, at: datetime) -> None:
    """Put it away: nobody is in it any more, and its name is free. Its sizes and snapshots stay.

    Repeats change nothing. Locks all writing of segments until the transaction ends.

    Raises:
        SegmentStillAskedAbout: another segment's conditions name it.
    """
    _one_writer_at_a_time()
    others = Segment.objects.kept().exclude(pk=segment.pk)
    if any(segment.pk in asked_about(other.conditions) for other in others):
        raise SegmentStillAskedAbout
    SegmentMember.objects.filter(segment=segment).delete()
    Segment.objects.filter(pk=segment.pk, archived_at=None).update(
        archived_at=at, size=0, name=_put_away(segment)
    )


def _put_away(segment: Segment) -> str:
    """With its number, so that the name can be used anew."""
    return f"{segment.name[: LONGEST_NAME - 12]} · {segment.pk}"


def _new(owner: User, at: datetime) -> Segment:
    return Segment(owner=owner, created_at=at)


def _refuse_loops(pk: int | None, asked: frozenset[int]) -> None:
    trees = dict(Segment.objects.kept().values_list("pk", "conditions"))
    waiting, seen = list(asked), set(asked)
    while waiting:
        one = waiting.pop()
        if one == pk:
            raise SegmentsInALoop
        further = asked_about(trees[one]) - seen if one in trees else frozenset()
        seen |= further
        waiting += further


def _one_writer_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING_SEGMENTS])


def plain(text: str, longest: int) -> str:
    return " ".join(text.replace("\0", "").split())[:longest]
