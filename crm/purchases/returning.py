"""Goods come back, by line and quantity: never more than was bought, never more money than they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import (
    Fault,
    MoreReturnedThanBought,
    RefundExceedsLine,
    RepeatedLine,
    ReturnDiffers,
    UnknownLine,
)
from crm.facts import Fact, GoodsReturned
from crm.models import Order, OrderLine, Return, ReturnLine
from crm.people.tombstones import refuse_words_about
from crm.purchases.ordering import Goods, check_plausible, goods_of, round_half_up
from crm.timeline import Told


@dataclass(frozen=True, kw_only=True)
class LineReturned:
    """How much of which line came back; without `amount` the refund is in proportion."""

    line: str
    quantity: Decimal
    amount: Decimal | None = None


def register_return(
    order: Order,
    *,
    external_id: str,
    lines: Sequence[LineReturned],
    returned_at: datetime,
    source: str,
    at: datetime,
    number: str = "",
    reason: str = "",
) -> Return:
    """Take goods of one order back, once per (shop, external id); told again, it gives the return that stands.

    Locks the order's lines in order of their ids, then the customer's row. A fact (GoodsReturned).

    Raises:
        UnknownLine, RepeatedLine, NotPlausible: nothing is taken back.
        MoreReturnedThanBought: with the remaining quantity of each line that has too little left.
        RefundExceedsLine: with the remaining amount of each line.
        ReturnDiffers: another return stands under this id.
        PersonErased: a reason for an order of somebody who was erased; without it, the goods are taken back.
    """
    check_plausible(returned_at, at=at, pointer="/returned_at")
    _check_repeated(lines)
    goods_return = Return(
        shop_id=order.shop_id,
        customer=order.customer,
        order=order,
        external_id=external_id,
        number=number or external_id,
        currency=order.currency,
        amount=Decimal(0),
        reason=reason,
        returned_at=returned_at,
    )
    try:
        return _keep(goods_return, order, lines, source=source, at=at)
    except IntegrityError:
        standing = Return.objects.filter(shop_id=order.shop_id, external_id=external_id).first()
        if standing is None:
            raise
        return _same_return(standing, order, lines)


@transaction.atomic
def _keep(
    goods_return: Return, order: Order, lines: Sequence[LineReturned], *, source: str, at: datetime
) -> Return:
    # The insert comes first: where the return stands already, it stops here, before any quantity is counted.
    goods_return.save(force_insert=True)
    sold = _lock_lines(order)
    if goods_return.reason:
        refuse_words_about(order.customer)
    _check_known(lines, sold)
    _check_quantities(lines, sold)
    refunds = _refunds(lines, sold)
    for returned in lines:
        _take_back(sold[returned.line], returned.quantity)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            goods_return=goods_return,
            order_line=sold[returned.line],
            sku=sold[returned.line].sku,
            name=sold[returned.line].name,
            quantity=returned.quantity,
            amount=refund,
        )
        for returned, refund in zip(lines, refunds, strict=True)
    )
    taken = [sold[line.line] for line in lines]
    goods_return.amount = sum(refunds, Decimal(0))
    goods_return.save(update_fields=["amount"])
    timeline.record_all(
        [told_of(goods_return, order, goods_came_back(goods_return, order, taken), source=source, at=at)]
    )
    return goods_return


def _lock_lines(order: Order) -> dict[str, OrderLine]:
    locked = order.lines.select_for_update(no_key=True).order_by("id")
    return {line.external_id: line for line in locked}


def _take_back(line: OrderLine, quantity: Decimal) -> None:
    """The constraint never_more_returned_than_bought stands behind this."""
    OrderLine.objects.filter(pk=line.pk).update(returned_quantity=F("returned_quantity") + quantity)


def _refunds(lines: Sequence[LineReturned], sold: Mapping[str, OrderLine]) -> list[Decimal]:
    """What each line gives back: as said, else in proportion; together never more than the line cost."""
    pks = [sold[returned.line].pk for returned in lines]
    so_far = dict(
        ReturnLine.objects.filter(order_line__in=pks).values_list("order_line").annotate(sum=Sum("amount"))
    )
    refunds, faults = [], []
    for position, returned in enumerate(lines):
        line = sold[returned.line]
        # An imported credit may have given back more than the line cost.
        left = max(line.amount - so_far.get(line.pk, Decimal(0)), Decimal(0))
        refund = (
            min(in_proportion(line, returned.quantity), left) if returned.amount is None else returned.amount
        )
        if refund > left:
            faults.append(
                Fault(
                    pointer=f"/lines/{position}/amount",
                    detail=_("At most {amount} is left to refund for this line.").format(
                        amount=format(left, "f")
                    ),
                )
            )
        refunds.append(refund)
    if faults:
        raise RefundExceedsLine(*faults)
    return refunds


def in_proportion(line: OrderLine, quantity: Decimal) -> Decimal:
    """The refund for `quantity` more of a line: differences of rounded running totals, so that all parts add up."""

    def refunded(returned: Decimal) -> Decimal:
        return round_half_up(line.amount * returned / line.quantity)

    return refunded(line.returned_quantity + quantity) - refunded(line.returned_quantity)


def _same_return(standing: Return, order: Order, lines: Sequence[LineReturned]) -> Return:
    kept = {
        (line.order_line.order_id, line.order_line.external_id): line.quantity
        for line in standing.lines.select_related("order_line")
        if line.order_line
    }
    if kept != {(order.pk, returned.line): returned.quantity for returned in lines}:
        raise ReturnDiffers
    return standing


def _check_repeated(lines: Sequence[LineReturned]) -> None:
    names = [returned.line for returned in lines]
    if faults := [
        Fault(pointer=f"/lines/{position}/line", detail=_("Another line has this id."))
        for position, name in enumerate(names)
        if name in names[:position]
    ]:
        raise RepeatedLine(*faults)


def _check_known(lines: Sequence[LineReturned], sold: Mapping[str, OrderLine]) -> None:
    if faults := [
        Fault(pointer=f"/lines/{position}/line", detail=_("The order has no such line."))
        for position, returned in enumerate(lines)
        if returned.line not in sold
    ]:
        raise UnknownLine(*faults)


def _check_quantities(lines: Sequence[LineReturned], sold: Mapping[str, OrderLine]) -> None:
    faults, remaining = [], {}
    for position, returned in enumerate(lines):
        line = sold[returned.line]
        left = line.quantity_left
        if returned.quantity > left:
            remaining[returned.line] = format(left, "f")
            faults.append(
                Fault(
                    pointer=f"/lines/{position}/quantity",
                    detail=_("At most {quantity} of this line can still be returned.").format(
                        quantity=format(left, "f")
                    ),
                )
            )
    if faults:
        raise MoreReturnedThanBought(*faults, remaining=remaining)


def goods_came_back(goods_return: Return, order: Order, lines: Sequence[Goods]) -> GoodsReturned:
    return GoodsReturned(
        return_number=goods_return.number,
        order_numbers=order.number,
        amount=goods_return.amount,
        currency=goods_return.currency,
        lines_count=len(lines),
        goods=goods_of(lines),
    )


def told_of(goods_return: Return, order: Order, fact: Fact, *, source: str, at: datetime) -> Told:
    """What happened by a return, once for each return; of an imported past, as past."""
    return Told(
        fact=fact,
        customer_id=order.customer_id,
        occurred_at=goods_return.returned_at,
        recorded_at=at,
        source=source,
        source_id=f"return:{goods_return.pk}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=goods_return,
        language=order.customer.language if order.customer else "",
        is_history=order.is_history,
    )
