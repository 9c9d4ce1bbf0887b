"""How an import tells a fact: with the date it had, as history, under a name that stays the same for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import connection, models

from crm.facts import Fact
from crm.models import ImportJob, Order, OrderLine, Shop
from crm.ordering import NAMES_SAID, goods_of
from crm.timeline import Told

FIRST_LINES = """
SELECT reference, sku, name FROM (
  SELECT r.reference, r.sku, r.name, r.line_number,
         row_number() OVER (PARTITION BY r.reference ORDER BY r.line_number) AS place
  FROM crm_importedrow r
  WHERE r.job_id = %(job)s AND r.reference = ANY (%(refs)s) AND r.kind = %(kind)s AND r.refusal = ''
) AS lines WHERE place <= %(most)s ORDER BY reference, place
"""


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
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            FIRST_LINES, {"job": job.pk, "refs": list(references), "kind": kind, "most": NAMES_SAID}
        )
        for reference, sku, name in cursor.fetchall():
            lines[reference].append(OrderLine(sku=sku, name=name))
    return {reference: goods_of(found) for reference, found in lines.items()}
