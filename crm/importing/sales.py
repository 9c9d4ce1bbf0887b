"""Invoices become orders.

An invoice is a sale that was paid and handed over: its order was placed, paid and completed on that date. Two facts
tell it, placed and paid; that an old sale is complete is no news, and only makes a timeline longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from crm.facts import OrderPaid, OrderPlaced
from crm.importing.layouts.base import SALE
from crm.importing.telling import channel_of, goods_said, told
from crm.models import ImportedDocument, ImportJob, Order
from crm.timeline import Told

ORDERS = """
INSERT INTO crm_order (shop_id, customer_id, external_id, number, channel, progress, currency, goods_amount,
                       delivery_amount, placed_at, paid_at, completed_at, is_history, created_at)
SELECT %(shop)s, who.id, d.reference, d.reference, %(channel)s, 'completed', %(currency)s, d.amount,
       0, d.occurred_at, d.occurred_at, d.occurred_at, true, %(at)s
FROM crm_importeddocument d
LEFT JOIN unnest(%(refs)s::text[], %(ids)s::bigint[]) AS who(ref, id) ON who.ref = d.customer_ref
WHERE d.job_id = %(job)s AND d.number BETWEEN %(first)s AND %(last)s AND d.kind = 'sale' AND d.refusal = ''
ORDER BY d.number
ON CONFLICT (shop_id, external_id) DO NOTHING
RETURNING external_id, id
"""

# OFFSET 0: each order's rows are looked up by its number, whatever the planner believes of a table just filled.
LINES = """
INSERT INTO crm_orderline (order_id, external_id, product_id, sku, name, quantity, unit_price, discount_amount,
                           amount, returned_quantity)
SELECT o.id, row_number() OVER (PARTITION BY o.id ORDER BY r.line_number), p.id, r.sku, r.name, r.quantity,
       r.unit_price, 0, r.amount, 0
FROM unnest(%(refs)s::text[], %(ids)s::bigint[]) AS o(reference, id)
CROSS JOIN LATERAL (
  SELECT * FROM crm_importedrow
  WHERE job_id = %(job)s AND reference = o.reference AND kind = 'sale' AND refusal = '' OFFSET 0
) AS r
LEFT JOIN crm_product p ON p.sku = r.sku
ORDER BY o.id, r.line_number
"""


def keep_sales(
    job: ImportJob, documents: Sequence[ImportedDocument], customers: Mapping[str, int], *, at: datetime
) -> tuple[list[ImportedDocument], list[Told]]:
    """Write the orders that were not there, with their lines; answers which, and what is to be told of them."""
    if not documents:
        return [], []
    ids = _insert(job, documents, customers, at=at)
    fresh = [document for document in documents if document.reference in ids]
    goods = goods_said(job, ids, kind=SALE)
    facts = []
    for document in fresh:
        order = Order(pk=ids[document.reference])
        for moment, fact in _facts(job, document, goods[document.reference]).items():
            facts.append(
                told(
                    job,
                    fact,
                    event=f"order:{document.reference}:{moment}",
                    customer_id=customers.get(document.customer_ref),
                    subject=order,
                    occurred_at=document.occurred_at,
                    at=at,
                )
            )
    return fresh, facts


def _insert(
    job: ImportJob, documents: Sequence[ImportedDocument], customers: Mapping[str, int], *, at: datetime
) -> dict[str, int]:
    values: dict[str, Any] = {
        "job": job.pk,
        "shop": job.shop_id,
        "channel": channel_of(job.shop),
        "currency": job.currency,
        "refs": list(customers),
        "ids": list(customers.values()),
        "first": documents[0].number,
        "last": documents[-1].number,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, values)
        ids: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(LINES, {"job": job.pk, "refs": list(ids), "ids": list(ids.values())})
    return ids


def _facts(job: ImportJob, document: ImportedDocument, goods: str) -> dict[str, OrderPlaced | OrderPaid]:
    number, amount = document.reference, document.amount
    return {
        "placed": OrderPlaced(
            order_number=number,
            amount=amount,
            currency=job.currency,
            lines_count=document.rows_count,
            goods=goods,
        ),
        "paid": OrderPaid(order_number=number, amount=amount, currency=job.currency),
    }
