"""How far figures may be believed, for whoever watches the house: one question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

SEEN = """
SELECT coalesce(latest.wrong_count, 0), latest.began_at, (SELECT min(since) FROM crm_staleday)
FROM (SELECT) AS always
LEFT JOIN LATERAL (
  SELECT wrong_count, began_at FROM crm_reconciliation WHERE finished_at IS NOT NULL ORDER BY began_at DESC LIMIT 1
) AS latest ON true
"""


@dataclass(frozen=True)
class Seen:
    """Rows that the latest night found wrong; how long ago that was; how long a day has been waiting."""

    drift: int
    reconciled_seconds: float
    waiting_seconds: float


def seen(*, at: datetime) -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        drift, reconciled_at, waiting_since = cursor.fetchone()
    return Seen(
        drift=drift,
        reconciled_seconds=(at - reconciled_at).total_seconds() if reconciled_at else float("inf"),
        waiting_seconds=max(0.0, (at - waiting_since).total_seconds()) if waiting_since else 0.0,
    )
