"""Credits become returns: attached to what was sold where that can be found, standing alone where it cannot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from crm.facts import CreditGiven, GoodsReturned
from crm.importing.layouts.base import CREDIT
from crm.importing.matching import Piece, Sold, take_back
from crm.importing.telling import goods_said, told
from crm.models import ImportedDocument, ImportJob, Return, ReturnLine
from crm.timeline import Told

ORDERS_SAID = 5

# OFFSET 0: looked up by the document's number, never by walking the job in order of its lines.
ROWS = """
SELECT d.reference, r.sku, r.name, r.quantity, r.unit_price
FROM unnest(%(refs)s::text[]) AS d(reference)
CROSS JOIN LATERAL (
  SELECT * FROM crm_importedrow
  WHERE job_id = %(job)s AND reference = d.reference AND kind = 'credit' AND refusal = '' OFFSET 0
) AS r ORDER BY d.reference, r.line_number
"""

# Person by person, order by order (OFFSET 0) and line by line (= ANY), whatever the planner believes of tables just
# filled; + 0 keeps the shop's index out of it, for a new shop looks empty. The lines are then locked in order of their
# ids, as those do who take back the lines of one order.
SOLD = """
WITH found AS MATERIALIZED (
  SELECT who.customer_id, o.number, o.placed_at, line.id
  FROM (SELECT DISTINCT unnest(%(customers)s::bigint[]) AS customer_id) AS who
  CROSS JOIN LATERAL (
    SELECT id, number, placed_at FROM crm_order
    WHERE shop_id + 0 = %(shop)s AND customer_id = who.customer_id AND cancelled_at IS NULL OFFSET 0
  ) AS o
  CROSS JOIN LATERAL (
    SELECT id FROM crm_orderline
    WHERE order_id = o.id AND sku = ANY (%(skus)s) AND returned_quantity < quantity OFFSET 0
  ) AS line
)
SELECT found.customer_id, l.sku, l.id, found.number, found.placed_at, l.quantity - l.returned_quantity
FROM crm_orderline l JOIN found USING (id)
WHERE l.id = ANY (ARRAY(SELECT id FROM found))
ORDER BY l.id FOR NO KEY UPDATE OF l
"""

COUNT_RETURNED = """
UPDATE crm_orderline l SET returned_quantity = l.returned_quantity + taken.quantity
FROM unnest(%(lines)s::bigint[], %(quantities)s::numeric[]) AS taken(line, quantity) WHERE l.id = taken.line
"""

SoldByCode = Mapping[tuple[int, str], Sequence[Sold]]


class CreditedRow(NamedTuple):
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A credit on its way in: whose, and each of its rows with the pieces it was sold as."""

    document: ImportedDocument
    customer_id: int | None
    rows: list[tuple[CreditedRow, list[Piece]]]

    @property
    def sold(self) -> list[Sold]:
        return [piece.sold for _, pieces in self.rows for piece in pieces if piece.sold]


def keep_credits(
    job: ImportJob, documents: Sequence[ImportedDocument], customers: Mapping[str, int], *, at: datetime
) -> tuple[list[ImportedDocument], list[Told]]:
    """Write the returns that were not there, and count what came back on the lines it was sold as.

    Answers which, and what is to be told of them: GoodsReturned, or CreditGiven where nothing sold was found.
    Locks the sold lines, by id.
    """
    fresh = _unknown(job, documents)
    if not fresh:
        return [], []
    rows = _rows_of(job, fresh)
    sold = _sold(job, fresh, customers, rows)
    matched = [_match(document, customers.get(document.customer_ref), rows, sold) for document in fresh]
    returns = Return.objects.bulk_create(_return(job, credit) for credit in matched)
    ReturnLine.objects.bulk_create(
        line
        for credit, goods_return in zip(matched, returns, strict=True)
        for line in _lines(credit, goods_return)
    )
    _count_returned(matched)
    goods = goods_said(job, [document.reference for document in fresh], kind=CREDIT)
    return fresh, [
        told(
            job,
            _fact(job, credit, goods[credit.document.reference]),
            event=f"return:{credit.document.reference}:given",
            customer_id=credit.customer_id,
            subject=goods_return,
            occurred_at=credit.document.occurred_at,
            at=at,
        )
        for credit, goods_return in zip(matched, returns, strict=True)
    ]


def _unknown(job: ImportJob, documents: Sequence[ImportedDocument]) -> list[ImportedDocument]:
    standing = Return.objects.filter(shop=job.shop, external_id__in=[one.reference for one in documents])
    known = set(standing.values_list("external_id", flat=True))
    return [document for document in documents if document.reference not in known]


def _rows_of(job: ImportJob, documents: Iterable[ImportedDocument]) -> dict[str, list[CreditedRow]]:
    rows: dict[str, list[CreditedRow]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"job": job.pk, "refs": [document.reference for document in documents]})
        for reference, *values in cursor.fetchall():
            rows[reference].append(CreditedRow(*values))
    return rows


def _sold(
    job: ImportJob,
    documents: Iterable[ImportedDocument],
    customers: Mapping[str, int],
    rows: Mapping[str, Sequence[CreditedRow]],
) -> SoldByCode:
    """What these customers bought under the codes they are credited for, and have not given back yet."""
    wanted = {
        (customers[document.customer_ref], row.sku)
        for document in documents
        if document.customer_ref in customers
        for row in rows[document.reference]
    }
    values: dict[str, Any] = {
        "shop": job.shop_id,
        "customers": [customer for customer, _ in wanted],
        "skus": [sku for _, sku in wanted],
    }
    sold: dict[tuple[int, str], list[Sold]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SOLD, values)
        for customer_id, sku, line_id, number, sold_at, left in cursor.fetchall():
            sold[customer_id, sku].append(
                Sold(line_id=line_id, order_number=number, sold_at=sold_at, left=left)
            )
    return sold


def _match(
    document: ImportedDocument,
    customer_id: int | None,
    rows: Mapping[str, Sequence[CreditedRow]],
    sold: SoldByCode,
) -> Credit:
    """Documents come by date: what an earlier credit took back is not there for a later one."""
    return Credit(
        document=document,
        customer_id=customer_id,
        rows=[
            (
                row,
                take_back(
                    row.quantity,
                    row.unit_price,
                    credited_at=document.occurred_at,
                    sold=sold.get((customer_id, row.sku), ()) if customer_id else (),
                ),
            )
            for row in rows[document.reference]
        ],
    )


def _return(job: ImportJob, credit: Credit) -> Return:
    document = credit.document
    return Return(
        shop=job.shop,
        customer_id=credit.customer_id,
        external_id=document.reference,
        number=document.reference,
        currency=job.currency,
        amount=document.amount,
        returned_at=document.occurred_at,
        is_history=True,
    )


def _lines(credit: Credit, goods_return: Return) -> Iterable[ReturnLine]:
    for row, pieces in credit.rows:
        for piece in pieces:
            yield ReturnLine(
                goods_return=goods_return,
                order_line_id=piece.sold.line_id if piece.sold else None,
                sku=row.sku,
                name=row.name,
                quantity=piece.quantity,
                amount=piece.amount,
            )


def _count_returned(credits: Iterable[Credit]) -> None:
    taken: Counter[int] = Counter()
    for credit in credits:
        for _, pieces in credit.rows:
            for piece in pieces:
                if piece.sold:
                    taken[piece.sold.line_id] += piece.quantity  # type: ignore[assignment]
    with connection.cursor() as cursor:
        cursor.execute(COUNT_RETURNED, {"lines": list(taken), "quantities": list(taken.values())})


def _fact(job: ImportJob, credit: Credit, goods: str) -> GoodsReturned | CreditGiven:
    document = credit.document
    numbers = list(dict.fromkeys(line.order_number for line in credit.sold))
    if not numbers:
        return CreditGiven(
            return_number=document.reference,
            amount=document.amount,
            currency=job.currency,
            lines_count=document.rows_count,
            goods=goods,
        )
    return GoodsReturned(
        return_number=document.reference,
        order_numbers=_said(numbers),
        amount=document.amount,
        currency=job.currency,
        lines_count=document.rows_count,
        goods=goods,
    )


def _said(numbers: Sequence[str]) -> str:
    return ", ".join(numbers[:ORDERS_SAID]) + (" …" if len(numbers) > ORDERS_SAID else "")
