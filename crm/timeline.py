"""The only writer of history.

Recording a fact appends one row to a customer's timeline in the caller's transaction, and that row is at once the
history, the audit trail, the guard against doubles and the outbox (crm.feed). Reading pages of it lives here too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from crm import prepared, reactions
from crm.facts import Fact
from crm.models import Customer, Shop, TimelineEntry, User

PREVIEW_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class Told:
    """A fact on its way into history: what happened, to whom, when, and by which source.

    `source` and `source_id` name the event (never its subject): telling the same event again changes nothing.
    """

    fact: Fact
    customer_id: int | None
    occurred_at: datetime
    source: str
    source_id: str
    shop_id: int | None = None
    channel: str = ""
    direction: str = ""
    actor_id: int | None = None
    subject: models.Model | None = None
    visibility: str = TimelineEntry.Visibility.AGENT
    language: str = ""
    is_history: bool = False
    caused_by: TimelineEntry | None = None
    recorded_at: datetime = field(default_factory=timezone.now)

    def row(self) -> dict[str, Any]:
        return {
            "customer_id": self.customer_id,
            "shop_id": self.shop_id,
            "kind": self.fact.kind,
            "version": self.fact.version,
            "occurred_at": self.occurred_at,
            "recorded_at": self.recorded_at,
            "source": self.source,
            "source_id": self.source_id,
            "channel": self.channel,
            "direction": self.direction,
            "actor_id": self.actor_id,
            "subject_type": self.subject._meta.label_lower if self.subject else "",
            "subject_id": self.subject.pk if self.subject else None,
            "visibility": self.visibility,
            "language": self.language,
            "preview": self.fact.aloud(self.language or "en")[:PREVIEW_LENGTH],
            "payload": self.fact.payload(),
            "is_history": self.is_history,
            "caused_by": self.caused_by.pk if self.caused_by else None,
            "depth": self.caused_by.depth + 1 if self.caused_by else 0,
        }


def record(
    customer: Customer | None,
    fact: Fact,
    *,
    source: str,
    source_id: str,
    occurred_at: datetime,
    shop: Shop | None = None,
    actor: User | None = None,
    **more: Any,
) -> TimelineEntry:
    """Append one fact to the customer's timeline, once per (source, source_id, kind).

    Must run in the transaction of the change it describes. Locks the customer's row (FOR NO KEY UPDATE) until commit.
    A repeat returns the entry that stands. Reactions at once run before this returns; one that fails is parked.
    """
    told = Told(
        fact=fact,
        customer_id=customer.pk if customer else None,
        occurred_at=occurred_at,
        source=source,
        source_id=source_id,
        shop_id=shop.pk if shop else None,
        actor_id=actor.pk if actor else None,
        language=more.pop("language", "") or (customer.language if customer else ""),
        **more,
    )
    return record_all([told])[0]


def record_all(told: Sequence[Told]) -> list[TimelineEntry]:
    """Append many facts in one statement; the answer keeps their order. Locks and repeats as in `record`."""
    if not told:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A fact is recorded in the transaction of what it describes."
        )
    rows = [one.row() for one in told]
    new_ids = _written_one(rows[0]) if len(rows) == 1 else _written(rows)
    entries = [
        TimelineEntry(id=new_id, **row) if new_id else _standing(one)
        for one, row, new_id in zip(told, rows, new_ids, strict=True)
    ]
    fresh = {new_id: entry for entry, new_id in zip(entries, new_ids, strict=True) if new_id}
    reactions.react_at_once(list(fresh.values()))
    return entries


def _written_one(row: Mapping[str, Any]) -> list[int | None]:
    """As `_written`, for one: most facts happen alone."""
    values = {**row, "payload": json.dumps(row["payload"])}
    places = ", ".join(f"%({name})s" for name in values)
    with prepared.cursor() as cursor:
        cursor.execute(f"SELECT crm_record_one({places})", values)  # nosec B608 - our own names
        return [new_id for (new_id,) in cursor.fetchall()]


def _written(rows: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """The ids of new entries in the order of rows; None for an event that stands already."""
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id FROM crm_record(%s) ORDER BY ordinal",
            [json.dumps(rows, default=datetime.isoformat)],
        )
        return [entry_id for (entry_id,) in cursor.fetchall()]


def _standing(one: Told) -> TimelineEntry:
    return TimelineEntry.objects.get(source=one.source, source_id=one.source_id, kind=one.fact.kind)
