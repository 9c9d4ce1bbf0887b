"""How far delivery is behind history: what the relay has not read, what has no place yet, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min

from crm.models import OutboxRow, ParkedEntry
from crm.reactions import afterwards, at_once


@dataclass(frozen=True, kw_only=True)
class Lag:
    """`seconds` is the age of the oldest entry not read; 0 when all is."""

    reaction: str
    entries: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Outbox:
    entries: int
    seconds: float


LAGS = """
SELECT reader.name, head.position - coalesce(cursor.position, 0), entry.recorded_at
FROM unnest(%(readers)s::text[]) WITH ORDINALITY AS reader(name, place)
CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM crm_feed) AS head
LEFT JOIN crm_reactioncursor AS cursor ON cursor.reaction = reader.name
LEFT JOIN crm_feed AS next ON next.position = coalesce(cursor.position, 0) + 1
LEFT JOIN crm_timelineentry AS entry ON entry.id = next.entry_id
ORDER BY reader.place
"""


def lags(*, at: datetime) -> list[Lag]:
    """One for every reaction that runs afterwards, whether it has begun or not. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LAGS, {"readers": [reaction.name for reaction in afterwards()]})
        return [
            Lag(reaction=name, entries=max(0, entries), seconds=_seconds(oldest, at))
            for name, entries, oldest in cursor.fetchall()
        ]


def outbox(*, at: datetime) -> Outbox:
    waiting = OutboxRow.objects.aggregate(entries=Count("pk"), oldest=Min("entry__recorded_at"))
    return Outbox(entries=waiting["entries"], seconds=_seconds(waiting["oldest"], at))


def parked_by_reaction() -> dict[str, int]:
    """Every reaction's parked entries: 0 too, so that an alarm on a rise sees where it rose from."""
    parked = dict(ParkedEntry.objects.values_list("reaction").annotate(Count("pk")))
    return {reaction.name: 0 for reaction in (*at_once(), *afterwards())} | parked


def _seconds(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0
