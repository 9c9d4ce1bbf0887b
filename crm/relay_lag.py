"""How far delivery is behind history: what the relay has not read, what has no place yet, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from crm import feed
from crm.models import FeedRow, OutboxRow, ParkedEntry, ReactionCursor
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


def lags(*, at: datetime) -> list[Lag]:
    """One for every reaction that runs afterwards, whether it has begun or not."""
    head = feed.head()
    begun = dict(ReactionCursor.objects.values_list("reaction", "position"))
    read = {reaction.name: begun.get(reaction.name, 0) for reaction in afterwards()}
    oldest = dict(
        FeedRow.objects.filter(position__in={position + 1 for position in read.values()}).values_list(
            "position", "entry__recorded_at"
        )
    )
    return [
        Lag(
            reaction=name,
            entries=max(0, head - position),
            seconds=_seconds(oldest.get(position + 1), at),
        )
        for name, position in read.items()
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
