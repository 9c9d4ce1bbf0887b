"""The shop changes an order that stands: its lines, what they cost, its delivery. What it said before is kept.

The newest word of the shop stands, in whatever order its words come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Fault, LessThanReturned, LineIsComingBack, OrderCurrencyDiffers
from crm.facts import OrderAmended
from crm.models import Order, OrderAmendment, OrderLine, Product, ReturnLine
from crm.purchases.ordering import (
    LineGiven,
    check_goods_amount,
    check_lines,
    check_plausible,
    goods_of,
    lock_order,
    say_the_same,
)
from crm.timeline import Told


@transaction.atomic
def amend_order(
    order: Order,
    *,
    lines: Sequence[LineGiven],
    delivery_amount: Decimal,
    as_of: datetime,
    source: str,
    at: datetime,
    number: str = "",
    currency: str = "",
    goods_amount: Decimal | None = None,
) -> Order:
    """Let an order say what the shop says it holds, as of a moment in the shop. A fact (OrderAmended).

    Idempotent: what stands already changes nothing, and neither does what is older than the last amendment. A line
    is known by its `external_id`: one that goes on keeps what came back of it, and its name and cost as they were
    sold; one that is left out goes. A cancelled order is amended as well, and stays cancelled. Locks the order's row,
    its lines, then the customer's row.

    Raises:
        RepeatedLine, TotalsDisagree, NotPlausible: nothing is changed.
        OrderCurrencyDiffers: an order keeps its currency.
        LessThanReturned: with a pointer to each line that would hold less than came back, or cost less than was
            given back for it; a line that was left out is named by the whole of `/lines`.
        LineIsComingBack: somebody works at a return of a line that was left out.
    """
    check_lines(lines)
    check_goods_amount(lines, goods_amount)
    check_plausible(as_of, at=at, pointer="/as_of")
    locked = lock_order(order)
    if currency and currency != locked.currency:
        raise OrderCurrencyDiffers(Fault(pointer="/currency", detail=OrderCurrencyDiffers.title))
    standing = {line.external_id: line for line in locked.lines.select_for_update(no_key=True).order_by("id")}
    number = number or locked.number
    if locked.amendments.filter(as_of__gt=as_of).exists():
        return locked
    if (locked.number, locked.delivery_amount) == (number, delivery_amount) and say_the_same(
        lines, standing.values()
    ):
        return locked
    _check_returned(lines, standing)
    amendment = OrderAmendment.objects.create(
        order=locked, as_of=as_of, amended_at=at, source=source, before=_said(locked, standing.values())
    )
    amount_before = locked.goods_amount + locked.delivery_amount
    kept = _write_lines(locked, lines, standing)
    locked.number, locked.delivery_amount = number, delivery_amount
    locked.goods_amount = sum((line.amount for line in kept), Decimal(0))
    locked.save(update_fields=["number", "delivery_amount", "goods_amount"])
    timeline.record_all([_told(amendment, kept, amount_before=amount_before, at=at)])
    return locked


def _check_returned(lines: Sequence[LineGiven], standing: Mapping[str, OrderLine]) -> None:
    """Of no line less is left than came back, nor does it cost less than was given back for it."""
    returned = {name: line for name, line in standing.items() if line.returned_quantity}
    if not returned:
        return
    given_back: dict[int, Decimal] = dict(
        ReturnLine.objects.filter(order_line__in=returned.values())
        .values_list("order_line")
        .annotate(sum=Sum("amount"))
    )
    told = {line.external_id: (position, line) for position, line in enumerate(lines)}
    faults = []
    for name, line in returned.items():
        position, new = told.get(name, (None, None))
        # An imported credit may have given back more than the line cost.
        floor = min(given_back.get(line.pk, Decimal(0)), line.amount)
        if new is None or new.quantity < line.returned_quantity or new.computed_amount < floor:
            faults.append(
                Fault(
                    pointer="/lines" if position is None else f"/lines/{position}",
                    detail=_("{quantity} of “{line}” came back already, and {amount} was given back.").format(
                        quantity=format(line.returned_quantity, "f"), line=line, amount=format(floor, "f")
                    ),
                )
            )
    if faults:
        raise LessThanReturned(*faults)


def _said(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    return {
        "number": order.number,
        "goods_amount": format(order.goods_amount, "f"),
        "delivery_amount": format(order.delivery_amount, "f"),
        "lines": [
            {
                "external_id": line.external_id,
                "sku": line.sku,
                "name": line.name,
                "quantity": format(line.quantity, "f"),
                "unit_price": format(line.unit_price, "f"),
                "discount_amount": format(line.discount_amount, "f"),
                "amount": format(line.amount, "f"),
            }
            for line in sorted(lines, key=lambda line: (line.position, line.pk))
        ],
    }


def _write_lines(
    order: Order, lines: Sequence[LineGiven], standing: Mapping[str, OrderLine]
) -> list[OrderLine]:
    """The lines as they stand now, in the order in which they were told."""
    gone = standing.keys() - {line.external_id for line in lines}
    try:
        order.lines.filter(external_id__in=gone).delete()
    except ProtectedError as error:
        raise LineIsComingBack from error
    products = {
        product.sku: product
        for product in Product.objects.filter(sku__in={line.sku for line in lines if line.sku})
    }
    kept = [
        _line(standing.get(line.external_id), line, order, products.get(line.sku), position=position)
        for position, line in enumerate(lines, 1)
    ]
    OrderLine.objects.bulk_update([line for line in kept if line.pk], WRITTEN)
    OrderLine.objects.bulk_create([line for line in kept if not line.pk])
    return kept


WRITTEN = (
    *("position", "product", "sku", "name", "quantity", "unit_price", "discount_amount", "amount"),
    "unit_cost",
)


def _line(
    line: OrderLine | None, told: LineGiven, order: Order, product: Product | None, *, position: int
) -> OrderLine:
    """What goods are called and cost stays as they were sold, unless it is other goods now."""
    if line is None or line.sku != told.sku:
        line = line or OrderLine(order=order, external_id=told.external_id)
        line.sku, line.product = told.sku, product
        line.name = told.name or (product.name if product else "")
        line.unit_cost = _cost(product, order.currency)
    line.position, line.quantity, line.unit_price = position, told.quantity, told.unit_price
    line.discount_amount, line.amount = told.discount_amount, told.computed_amount
    return line


def _cost(product: Product | None, currency: str) -> Decimal | None:
    return product.unit_cost if product and product.unit_cost_currency == currency else None


def _told(
    amendment: OrderAmendment, lines: Sequence[OrderLine], *, amount_before: Decimal, at: datetime
) -> Told:
    order = amendment.order
    return Told(
        fact=OrderAmended(
            order_number=order.number,
            amount_before=amount_before,
            amount=order.goods_amount + order.delivery_amount,
            currency=order.currency,
            lines_count=len(lines),
            goods=goods_of(lines),
        ),
        customer_id=order.customer_id,
        occurred_at=amendment.as_of,
        recorded_at=at,
        source=amendment.source,
        source_id=f"order:{order.pk}:amended:{amendment.pk}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=order,
        language=order.customer.language if order.customer else "",
        is_history=order.is_history,
    )
