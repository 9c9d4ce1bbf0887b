"""Who is to be looked at anew: a queue that everybody writes and one reads, see crm.segments.membership."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

QUEUE = """
INSERT INTO crm_customertolookat AS q (customer_id, turn, caused_by, depth, is_history, since)
SELECT told.customer, 1, told.entry, told.depth, told.is_history, %(at)s
FROM unnest(%(customers)s::bigint[], %(entries)s::bigint[], %(depths)s::smallint[], %(histories)s::boolean[])
  AS told(customer, entry, depth, is_history)
ORDER BY told.customer
ON CONFLICT (customer_id) DO UPDATE SET
  turn = q.turn + 1,
  caused_by = CASE
    WHEN excluded.depth > q.depth OR q.is_history OR q.caused_by IS NULL THEN excluded.caused_by
    ELSE q.caused_by
  END,
  depth = greatest(q.depth, excluded.depth),
  is_history = q.is_history AND excluded.is_history
"""
LOOK_AT = """
INSERT INTO crm_customertolookat AS q (customer_id, turn, caused_by, depth, is_history, since)
SELECT DISTINCT same.id, 1, NULL::bigint, 0, %(is_history)s, %(at)s::timestamptz
FROM unnest(%(customers)s::bigint[]) AS told(customer), unnest(crm_same_person(told.customer)) AS same(id)
WHERE EXISTS (SELECT FROM crm_segment WHERE archived_at IS NULL)
ORDER BY same.id
ON CONFLICT (customer_id) DO UPDATE SET
  turn = q.turn + 1,
  caused_by = CASE WHEN q.is_history AND NOT excluded.is_history THEN NULL ELSE q.caused_by END,
  is_history = q.is_history AND excluded.is_history
"""
# Whoever is being queued by somebody else at this moment stays, and is not waited for.
SERVED = """
DELETE FROM crm_customertolookat q USING (
  SELECT waiting.customer_id FROM crm_customertolookat waiting
  JOIN unnest(%s::bigint[], %s::bigint[]) AS done(customer, turn)
    ON waiting.customer_id = done.customer AND waiting.turn = done.turn
  FOR UPDATE OF waiting SKIP LOCKED
) served
WHERE q.customer_id = served.customer_id
"""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why somebody is looked at: the entry, how far it stands from what began, and whether it is an imported past."""

    entry: int | None = None
    depth: int = 0
    is_history: bool = False


NO_CAUSE = Cause()


def queue(causes: Mapping[int, Cause], *, at: datetime) -> None:
    """Queue these customers, each with the cause. Locks the queue's rows of them until the transaction ends."""
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


def look_at(customers: Collection[int], *, at: datetime, is_history: bool = False) -> None:
    """Queue people of whom something was changed that no fact tells of, with all their ids. Nothing where nobody asks.

    Whoever needs the customers' rows locks them first. Locks the queue's rows of them until the transaction ends.
    """
    if not customers:
        return
    with connection.cursor() as cursor:
        cursor.execute(LOOK_AT, {"customers": sorted(customers), "at": at, "is_history": is_history})


def served(turns: Sequence[tuple[int, int]]) -> None:
    """Take customers out of the queue who were looked at in this turn of theirs; with a later one they stay."""
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [[pk for pk, _turn in turns], [turn for _pk, turn in turns]])
