"""Who is in which segment, kept up from the feed: whoever something happened to is looked at again.

There is one writer at a time (SETTLING): what one look finds is in the database before the next one asks, and what
happens meanwhile stands in the queue with a later turn. So membership is what the conditions say, as of the last
thing that happened, in whatever order things are heard of.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from crm import company, timeline
from crm.facts import SegmentEntered, SegmentLeft
from crm.models import CustomerToLookAt, Segment, SegmentMember, TimelineEntry
from crm.people.same_person import ids_of_each
from crm.segments.asking import fitting_among, in_order
from crm.segments.waiting import NO_CAUSE, Cause, queue, served

log = logging.getLogger(__name__)

SETTLING = 7_210_082
SOURCE = "segments"
# How many are asked at once, and how many of them come or go in one transaction: so few that nobody who pays at a
# till waits for their facts to be written.
AT_ONCE = 100
MOVED_AT_ONCE = 20
DEEPEST = 8

COUNTED = """
INSERT INTO crm_segmentsize AS day (segment_id, "on", size, came, went)
SELECT s.id, %(on)s, s.size, %(came)s, %(went)s FROM crm_segment s WHERE s.id = %(segment)s
ON CONFLICT (segment_id, "on") DO UPDATE
SET size = excluded.size, came = day.came + excluded.came, went = day.went + excluded.went
"""


@dataclass(kw_only=True)
class Moves:
    """Who came and who went: (segment, customer, number of the membership)."""

    entered: list[tuple[Segment, int, int]] = field(default_factory=list)
    left: list[tuple[Segment, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.entered) + len(self.left)


@transaction.atomic
def look_again(entries: Sequence[TimelineEntry], *, at: datetime) -> int:
    """Queue everybody these entries are about, with all their ids. Returns how many. Nothing where nobody asks.

    Repeats do no harm. Locks the queue's rows of these customers until the transaction ends.
    """
    if not Segment.objects.kept().exists():
        return 0
    causes: dict[int, Cause] = {}
    persons = ids_of_each({entry.customer_id for entry in entries if entry.customer_id})
    for entry in entries:
        for pk in persons.get(entry.customer_id, ()) if entry.customer_id else ():
            told = Cause(entry=entry.pk, depth=entry.depth, is_history=entry.is_history)
            causes[pk] = _stronger(causes.get(pk), told)
    queue(causes, at=at)
    return len(causes)


@transaction.atomic
def settle_due(*, at: datetime) -> int:
    """Look at the next of those who wait, in the order they came. Returns how many were looked at; 0: nobody waits.

    Whoever is queued anew meanwhile stays in the queue. Facts of coming and going are recorded at the very end, so
    that the customers' rows are locked for as long as these take to be written.
    """
    _one_at_a_time()
    waiting = list(CustomerToLookAt.objects.order_by("since", "customer_id")[:AT_ONCE])
    if not waiting:
        return 0
    segments = in_order(Segment.objects.kept())
    moving = _moving(segments, {one.customer_id for one in waiting}, at=at)
    # Those beyond the limit keep their place in the queue.
    later = set([one.customer_id for one in waiting if one.customer_id in moving][MOVED_AT_ONCE:])
    looked_at = [one for one in waiting if one.customer_id not in later]
    moves = Moves()
    if moving:
        for segment in segments:
            _settle(segment, moving - later, moves, at=at)
    causes = {
        one.customer_id: Cause(entry=one.caused_by, depth=one.depth, is_history=one.is_history)
        for one in looked_at
    }
    _tell(moves, causes, at=at)
    # Last: whoever changes a customer locks the customer first and the place in the queue afterwards.
    served([(one.customer_id, one.turn) for one in looked_at])
    return len(looked_at)


def _moving(segments: Iterable[Segment], asked: set[int], *, at: datetime) -> set[int]:
    """Who stands wrongly in any of them. Whoever does not stays wherever they are, in segments inside segments too."""
    moving: set[int] = set()
    for segment in segments:
        standing = SegmentMember.objects.filter(segment=segment, customer__in=asked)
        inside = set(standing.values_list("customer_id", flat=True))
        moving |= inside ^ fitting_among(segment.conditions, asked, at=at)
    return moving


@transaction.atomic
def settle(segment: Segment, ids: Collection[int], *, at: datetime) -> int:
    """Look at a few customers for one segment. Returns how many came and went.

    A segment that is not filled yet takes them in without a word: they have not entered it, it has only now asked.
    """
    _one_at_a_time()
    current = Segment.objects.get(pk=segment.pk)
    moves = Moves()
    if current.archived_at is None:
        _settle(current, ids, moves, at=at)
        _tell(moves, {}, at=at)
    return len(moves)


def _settle(segment: Segment, ids: Iterable[int], moves: Moves, *, at: datetime) -> None:
    asked = set(ids)
    fit = fitting_among(segment.conditions, asked, at=at)
    standing = SegmentMember.objects.filter(segment=segment, customer__in=asked)
    inside = dict(standing.values_list("customer_id", "pk"))
    entering, leaving = fit - inside.keys(), inside.keys() - fit
    if not entering and not leaving:
        return
    rows = [SegmentMember(segment=segment, customer_id=pk, since=at) for pk in sorted(entering)]
    SegmentMember.objects.bulk_create(rows)
    standing.filter(customer__in=leaving).delete()
    Segment.objects.filter(pk=segment.pk).update(size=F("size") + len(entering) - len(leaving))
    if segment.is_filled:
        _count(segment, came=len(entering), went=len(leaving), at=at)
        moves.entered += [(segment, row.customer_id, row.pk) for row in rows]
        moves.left += [(segment, pk, inside[pk]) for pk in sorted(leaving)]


def _count(segment: Segment, *, came: int, went: int, at: datetime) -> None:
    on = at.astimezone(company.current().clock).date()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"segment": segment.pk, "on": on, "came": came, "went": went})


def _tell(moves: Moves, causes: Mapping[int, Cause], *, at: datetime) -> None:
    """The facts of it, each once for each time somebody is in a segment. At the end of a chain of causes: none."""
    told = []
    for fact, those in ((SegmentEntered, moves.entered), (SegmentLeft, moves.left)):
        for segment, customer, membership in those:
            cause = causes.get(customer, NO_CAUSE)
            if cause.depth >= DEEPEST:
                log.warning("segments went round", extra={"segment_id": segment.pk, "entry_id": cause.entry})
                continue
            told.append(
                timeline.Told(
                    fact=fact(segment_id=segment.pk, segment_name=segment.name),
                    customer_id=customer,
                    occurred_at=at,
                    recorded_at=at,
                    source=SOURCE,
                    source_id=str(membership),
                    subject=segment,
                    is_history=cause.is_history,
                    caused_by=TimelineEntry(pk=cause.entry, depth=cause.depth) if cause.entry else None,
                )
            )
    timeline.record_all(told)


def _stronger(one: Cause | None, other: Cause) -> Cause:
    """The deepest; what happens now counts more than an imported past."""
    if one is None:
        return other
    deepest = other if one.is_history or other.depth > one.depth else one
    return Cause(
        entry=deepest.entry,
        depth=max(one.depth, other.depth),
        is_history=one.is_history and other.is_history,
    )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SETTLING])
