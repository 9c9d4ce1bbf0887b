"""How an import tells a fact: with the date it had, as history, under a name that stays the same for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection, models

from crm.facts import Fact
from crm.models import ImportJob, Order, Shop
from crm.purchases.ordering import NAMES_SAID, goods_of
from crm.timeline import Told

# OFFSET 0: looked up by the document's number, never by walking the job in order of its lines.
FIRST_LINES = """
SELECT d.reference, r.sku, r.name
FROM unnest(%(refs)s::text[]) AS d(reference)
CROSS JOIN LATERAL (
  SELECT * FROM (
    SELECT line_number, sku, name FROM crm_importedrow
    WHERE job_id = %(job)s AND reference = d.reference AND kind = %(kind)s AND refusal = '' OFFSET 0
  ) AS lines ORDER BY line_number LIMIT %(most)s
) AS r ORDER BY d.reference, r.line_number
"""


class Named(NamedTuple):
    sku: str
    name: str


def told(
    job: ImportJob,
    fact: Fact,
    *,
    event: str,
    customer_id: int | None,
    subject: models.Model,
    occurred_at: datetime,
    at: datetime,
) -> Told:
    return Told(
        fact=fact,
        customer_id=customer_id,
        occurred_at=occurred_at,
        recorded_at=at,
        source=f"import:{job.shop.slug}",
        source_id=event,
        shop_id=job.shop_id,
        channel=channel_of(job.shop),
        subject=subject,
        is_history=True,
    )


def channel_of(shop: Shop) -> str:
    return Order.Channel.STORE if shop.kind == Shop.Kind.BRANCH else Order.Channel.ONLINE


def goods_said(job: ImportJob, references: Collection[str], *, kind: str) -> dict[str, str]:
    """For each document the first names of its goods, as a fact says them."""
    lines: dict[str, list[Named]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            FIRST_LINES, {"job": job.pk, "refs": list(references), "kind": kind, "most": NAMES_SAID}
        )
        for reference, sku, name in cursor.fetchall():
            lines[reference].append(Named(sku, name))
    return {reference: goods_of(found) for reference, found in lines.items()}
