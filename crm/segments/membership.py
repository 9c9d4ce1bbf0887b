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

from crm import timeline
from crm.facts import SegmentEntered, SegmentLeft
from crm.models import CustomerToLookAt, Segment, SegmentMember, TimelineEntry
from crm.people.same_person import ids_of_each
from crm.segments.asking import fitting_among, in_order

log = logging.getLogger(__name__)

SETTLING = 7_210_082
SOURCE = "segments"
# How many are asked at once, and how many of them come or go in one transaction: so few that nobody who pays at a
# till waits for their facts to be written.
AT_ONCE = 100
MOVED_AT_ONCE = 20
DEEPEST = 8

QUEUE = """
INSERT INTO crm_customertolookat AS q (customer_id, turn, caused_by, depth, is_history, since)
SELECT told.customer, 1, told.entry, told.depth, told.is_history, %(at)s
FROM unnest(%(customers)s::bigint[], %(entries)s::bigint[], %(depths)s::smallint[], %(histories)s::boolean[])
  AS told(customer, entry, depth, is_history)
ORDER BY told.customer
ON CONFLICT (customer_id) DO UPDATE SET
  turn = q.turn + 1,
  caused_by = CASE WHEN excluded.depth > q.depth OR q.is_history THEN excluded.caused_by ELSE q.caused_by END,
  depth = greatest(q.depth, excluded.depth),
  is_history = q.is_history AND excluded.is_history
"""
SERVED = """
DELETE FROM crm_customertolookat q USING unnest(%s::bigint[], %s::bigint[]) AS done(customer, turn)
WHERE q.customer_id = done.customer AND q.turn = done.turn
"""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why somebody is looked at: the entry, how far it stands from what began, and whether it is an imported past."""

    entry: int | None = None
    depth: int = 0
    is_history: bool = False


@dataclass(kw_only=True)
class Moves:
    """Who came and who went: (segment, customer, number of the membership)."""

    entered: list[tuple[Segment, int, int]] = field(default_factory=list)
    left: list[tuple[Segment, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.entered) + len(self.left)


NO_CAUSE = Cause()


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


def queue(causes: Mapping[int, Cause], *, at: datetime) -> None:
    """As `look_again`, where it is known who."""
    if not causes:
        return
    told = sorted(causes.items())
    with connection.cursor() as cursor:
        cursor.execute(
            QUEUE,
            {
                "customers": [pk for pk, _cause in told],
                "entries": [cause.entry for _pk, cause in told],
                "depths": [cause.depth for _pk, cause in told],
                "histories": [cause.is_history for _pk, cause in told],
                "at": at,
            },
        )


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
    served = [one for one in waiting if one.customer_id not in later]
    moves = Moves()
    if moving:
        for segment in segments:
            _settle(segment, moving - later, moves, at=at)
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [[one.customer_id for one in served], [one.turn for one in served]])
    causes = {
        one.customer_id: Cause(entry=one.caused_by, depth=one.depth, is_history=one.is_history)
        for one in served
    }
    _tell(moves, causes, at=at)
    return len(served)


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
        moves.entered += [(segment, row.customer_id, row.pk) for row in rows]
        moves.left += [(segment, pk, inside[pk]) for pk in sorted(leaving)]


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
