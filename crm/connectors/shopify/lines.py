"""Lines of an order: what is sold, without what was taken off again before it was sent.

Sums come net of all discounts; what a code of points took off is added again, since points pay and are no discount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from crm.connectors.shopify import codes
from crm.connectors.shopify.figures import after_discounts, money_of, quantity_of, taxes_of
from crm.connectors.shopify.refunds import Units, units_of
from crm.connectors.values import Told, id_of, text_of
from crm.purchases.ordering import LineGiven, round_half_up

GIFT_CARD = "GIFT-CARD"
PRICE_STEP = Decimal("0.0001")
NOTHING = Decimal(0)


def lines_of(told: Told, refunds: Sequence[Told]) -> list[LineGiven]:
    """Without what was taken off before it was sent, be it by one of these refunds or by an edit."""
    includes_taxes = told.get("taxes_included") is True
    never_sent = _by_line_of(refunds, includes_taxes=includes_taxes, is_returned=False)
    of_points = codes.points_of(told)
    edited = _edited(told)
    return [
        _without(
            line,
            never_sent[line.external_id],
            edited=edited.get(line.external_id, NOTHING),
            of_points=of_points.get(line.external_id, NOTHING),
        )
        for line in first_lines(told)
    ]


def first_lines(told: Told) -> list[LineGiven]:
    """As they were sold. Thanks for the service, in money, are no goods."""
    includes_taxes, of_points = told.get("taxes_included") is True, codes.points_of(told)
    goods = [item for item in told["line_items"] if not item.get("tip") and quantity_of(item["quantity"])]
    return [
        _line(item, includes_taxes=includes_taxes, of_points=of_points.get(id_of(item["id"]), NOTHING))
        for item in goods
    ]


def _edited(told: Told) -> dict[str, Decimal]:
    """Units that are neither here any more nor in any refund."""
    refunded: defaultdict[str, Decimal] = defaultdict(Decimal)
    for refund in told.get("refunds") or []:
        for one in units_of(refund, includes_taxes=True):
            refunded[one.line] += one.quantity
    return {
        line: quantity_of(item["quantity"]) - quantity_of(item["current_quantity"]) - refunded[line]
        for item in told["line_items"]
        if item.get("current_quantity") is not None
        for line in [id_of(item["id"])]
    }


def _by_line_of(
    refunds: Sequence[Told], *, includes_taxes: bool, is_returned: bool
) -> defaultdict[str, list[Units]]:
    found: defaultdict[str, list[Units]] = defaultdict(list)
    for refund in refunds:
        for one in units_of(refund, includes_taxes=includes_taxes):
            if one.is_returned is is_returned:
                found[one.line].append(one)
    return found


def _without(
    line: LineGiven, never_sent: Sequence[Units], *, edited: Decimal, of_points: Decimal
) -> LineGiven:
    """To the cent as the shop counted it, and what points paid of it; what an edit took off, in proportion."""
    gone = sum((one.quantity for one in never_sent), NOTHING)
    left = line.quantity - gone - max(edited, NOTHING)
    if left == line.quantity or left <= 0:
        return replace(line, quantity=left)
    paid = sum((round_half_up(of_points * one.quantity / line.quantity) for one in never_sent), NOTHING)
    amount = line.computed_amount - sum((one.amount or NOTHING for one in never_sent), paid)
    return _priced(line, quantity=left, amount=round_half_up(amount * left / (line.quantity - gone)))


def _line(item: Told, *, includes_taxes: bool, of_points: Decimal) -> LineGiven:
    quantity = quantity_of(item["quantity"])
    net = after_discounts(item)
    taxed = net if includes_taxes else net + taxes_of(item)
    before = money_of(item, "price") * quantity
    # What was discounted would have been taxed as well.
    gross = before if not net else before * taxed / net
    amount = taxed + of_points
    line = LineGiven(
        external_id=id_of(item["id"]),
        sku=text_of(item.get("sku"), 64) or (GIFT_CARD if item.get("gift_card") is True else ""),
        name=text_of(item.get("name") or item.get("title"), 200),
        quantity=quantity,
        unit_price=(max(gross, amount) / quantity).quantize(PRICE_STEP, ROUND_CEILING),
    )
    return _priced(line, quantity=quantity, amount=round_half_up(amount))


def _priced(line: LineGiven, *, quantity: Decimal, amount: Decimal) -> LineGiven:
    """What rounding the price up has added is taken off again as a discount."""
    whole = round_half_up(quantity * line.unit_price)
    return replace(line, quantity=quantity, discount_amount=whole - amount)
