"""Goods that came back, and money that was given back for none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crm import abilities
from crm.connectors.base import ReturnGiven
from crm.connectors.landing.news import Landed, News, expected_order
from crm.errors import MoreReturnedThanBought, RefundExceedsLine, UnknownLine
from crm.models import Order, Return
from crm.purchases.crediting import give_money_back
from crm.purchases.returning import LineReturned, register_return


def land_return(given: ReturnGiven, news: News) -> Landed:
    order = expected_order(news.shop, given.order_external_id)
    told = Return.objects.filter(shop=news.shop, external_id=given.external_id).first()
    if told and (given.money is not None or (not given.lines and not _is_money(told))):
        # What was told with its lines says more than that all of it came back, or for how much.
        return Landed(customer=order.customer, called=told.number)
    if given.money is not None and given.money < order.goods_amount + order.delivery_amount:
        kept = give_money_back(
            order, amount=given.money, given_at=given.returned_at, **_kept_as(given, order, news)
        )
    else:
        kept = _goods_back(given, order, told, news)
    return Landed(customer=order.customer, called=kept.number)


def _goods_back(given: ReturnGiven, order: Order, told: Return | None, news: News) -> Return:
    lines, kept_as = _lines_back(given, order), _kept_as(given, order, news)
    if told and not given.lines:
        # The money was told of before it was known that all of the goods came back for it.
        kept_as["external_id"] += "-goods"
        lines = [replace(line, amount=Decimal(0)) for line in lines]
    try:
        return register_return(order, lines=lines, returned_at=given.returned_at, **kept_as)
    except (UnknownLine, MoreReturnedThanBought, RefundExceedsLine) as refused:
        # Perhaps the order was changed in the shop before, and that is still to be heard.
        refused.figures["thing"] = f"order:{given.order_external_id}"
        raise


def _lines_back(given: ReturnGiven, order: Order) -> Sequence[LineReturned]:
    """Of what points paid for, a shop names the money that it gave back alone: it comes back in proportion."""
    if any(line.amount is not None for line in given.lines) and _is_paid_with_points(order):
        return [replace(line, amount=None) for line in given.lines]
    return given.lines or _all_that_is_left(order)


def _is_paid_with_points(order: Order) -> bool:
    """Would any come back, if all of it did?"""
    left = {line.pk: line.quantity_left for line in order.lines.all()}
    return abilities.foresee_return()(order, quantities=left).points_given > 0


def _kept_as(given: ReturnGiven, order: Order, news: News) -> dict[str, Any]:
    is_forgotten = order.customer is not None and order.customer.erased_at is not None
    return {
        "external_id": given.external_id,
        "reason": "" if is_forgotten else given.reason,
        "source": news.source,
        "at": news.at,
    }


def _is_money(told: Return) -> bool:
    return not told.lines.exclude(order_line=None).exists()


def _all_that_is_left(order: Order) -> list[LineReturned]:
    return [
        LineReturned(line=line.external_id, quantity=line.quantity_left)
        for line in order.lines.all()
        if line.quantity_left
    ]
