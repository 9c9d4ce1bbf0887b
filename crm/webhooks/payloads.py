"""What a webhook tells: {type, timestamp, data}, where `data` is an item of the API's feed.

Version 1 of the API. An item may gain members; a change that breaks readers would be another version.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from crm.models import FeedRow, Webhook

TEST = "crm.webhook_test"


def of(row: FeedRow) -> dict[str, Any]:
    """An entry at its place in the feed, as it stands: what was erased since is empty."""
    entry = row.entry
    return {
        "type": entry.kind,
        "timestamp": moment(entry.occurred_at),
        "data": {
            "position": row.position,
            "kind": entry.kind,
            "version": entry.version,
            "occurred_at": moment(entry.occurred_at),
            "recorded_at": moment(entry.recorded_at),
            "customer": entry.customer_id,
            "subject": {"type": entry.subject_type, "id": entry.subject_id},
            "payload": entry.payload,
            "is_history": entry.is_history,
        },
    }


def of_test(webhook: Webhook, *, at: datetime) -> dict[str, Any]:
    return {"type": TEST, "timestamp": moment(at), "data": {"webhook": webhook.pk, "name": webhook.name}}


def as_body(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def moment(value: datetime) -> str:
    """As the API writes moments."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
