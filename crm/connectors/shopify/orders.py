"""What Shopify says of an order: what is sold, what was taken off again before it was sent, and what came back.

A refund names the units that it is about. Those restocked as `cancel` never left the shop: the order is smaller by
them. All others came back: they are a return. `current_quantity` is what is left after both, and after edits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import chain

from crm.connectors.base import Given, OrderGiven, PersonGiven, ReturnGiven, Unreadable
from crm.connectors.shopify.people import person_of
from crm.connectors.values import Told, currency_of, decimal_of, id_of, moment_of, sum_of, text_of
from crm.purchases.ordering import LineGiven, round_half_up
from crm.purchases.returning import LineReturned

PAID = frozenset({"paid", "partially_refunded", "refunded"})
NEVER_SENT = "cancel"
GIFT_CARD = "GIFT-CARD"
PRICE_STEP = Decimal("0.0001")
QUANTITY_STEP = Decimal("0.001")
# Whoever cancels an order refunds it with the same press: that refund is a part of the cancellation.
ONE_PRESS = timedelta(minutes=1)
A_CENT_OR_TWO = Decimal("0.02")


@dataclass(frozen=True, kw_only=True)
class Units:
    """Of one line, in one refund. `amount` None: in proportion."""

    line: str
    quantity: Decimal
    amount: Decimal | None
    is_returned: bool


def order_of(told: Told) -> Sequence[Given]:
    if told.get("test") is True:
        return []
    refunds = _refunds_that_count(told)
    lines = [line for line in _lines(told, refunds) if line.quantity > 0]
    changed_at, moments = moment_of(told["updated_at"]), _moments(told)
    if not lines:
        # Everything was taken off before it was sent: an order of nothing is no order.
        lines = _first_lines(told)
        moments.setdefault("cancelled", _latest(refunds, otherwise=changed_at))
        refunds = []
    if not lines:
        return []
    number = id_of(told["id"])
    order = OrderGiven(
        thing=f"order:{number}",
        as_of=changed_at,
        external_id=number,
        number=text_of(told.get("name") or told.get("order_number"), 64),
        placed_at=_placed_at(told),
        lines=lines,
        person=_buyer(told),
        currency=currency_of(told["currency"]),
        delivery_amount=_delivery(told),
        moments=moments,
    )
    includes_taxes = told.get("taxes_included") is True
    returns = [_returns(refund, order=number, includes_taxes=includes_taxes) for refund in refunds]
    return [order, *chain.from_iterable(returns)]


def refund_alone(told: Told) -> Sequence[Given]:
    """It does not say whether prices hold their taxes: that is read from the taxes themselves.

    What was never sent, and delivery that is paid back, are the order's own news.
    """
    found = _returns(told, order=id_of(told["order_id"]), includes_taxes=None)
    if not found and not _says_what_for(told):
        raise Unreadable
    return found


def _says_what_for(refund: Told) -> bool:
    """Money that was given back for nothing that is named is looked at by people."""
    named = ("refund_line_items", "order_adjustments", "refund_shipping_lines")
    return any(refund.get(name) for name in named)


def _returns(refund: Told, *, order: str, includes_taxes: bool | None) -> list[ReturnGiven]:
    """The goods that came back; and what was given back beyond any goods, as money alone."""
    units = [one for one in _units(refund, includes_taxes=includes_taxes) if one.is_returned]
    money = _beyond_goods(refund)
    number = id_of(refund["id"])
    kept = ReturnGiven(
        thing=f"refund:{number}",
        order_external_id=order,
        external_id=f"refund-{number}",
        returned_at=moment_of(refund["created_at"]),
        lines=_by_line(units),
        reason=text_of(refund.get("note"), 200),
    )
    alone = replace(kept, external_id=f"refund-{number}-money", lines=(), money=money)
    return [*([kept] if units else []), *([alone] if money else [])]


def _beyond_goods(refund: Told) -> Decimal:
    """Shopify writes it as a difference below nothing; one above is money that the shop kept."""
    differences = [
        _money(one, "amount") + _money(one, "tax_amount")
        for one in refund.get("order_adjustments") or []
        if one.get("kind") == "refund_discrepancy"
    ]
    return max(round_half_up(-sum(differences, Decimal(0))), Decimal(0))


def _by_line(units: Iterable[Units]) -> list[LineReturned]:
    """One refund may name a line twice: some of it restocked, some of it not."""
    found: dict[str, LineReturned] = {}
    for one in units:
        so_far = found.get(one.line)
        found[one.line] = LineReturned(
            line=one.line,
            quantity=one.quantity + (so_far.quantity if so_far else 0),
            amount=_together(so_far.amount if so_far else Decimal(0), one.amount),
        )
    return list(found.values())


def _together(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _units(refund: Told, *, includes_taxes: bool | None) -> list[Units]:
    return [
        Units(
            line=id_of(item["line_item_id"]),
            quantity=_quantity(item["quantity"]),
            amount=_given_back(item, includes_taxes=includes_taxes),
            is_returned=item.get("restock_type") != NEVER_SENT,
        )
        for item in refund.get("refund_line_items") or []
        if _quantity(item["quantity"]) > 0
    ]


def _given_back(item: Told, *, includes_taxes: bool | None) -> Decimal | None:
    """What it sold for, taxes included; less, when the shop gave back less, stands beside the lines."""
    amount, taxes = _money(item, "subtotal"), _money(item, "total_tax")
    if taxes and includes_taxes is None:
        includes_taxes = _holds_taxes(item.get("line_item") or {})
        if includes_taxes is None:
            return None
    return round_half_up(amount if includes_taxes else amount + taxes)


def _holds_taxes(line: Told) -> bool | None:
    """Whether a price holds its taxes, by the taxes of the line and their rates; None: it cannot be told."""
    taxed = _after_discounts(line)
    rate = sum((decimal_of(tax.get("rate") or 0) for tax in line.get("tax_lines") or []), Decimal(0))
    taxes = _taxes(line)
    inside, on_top = abs(taxes - taxed * rate / (1 + rate)), abs(taxes - taxed * rate)
    if min(inside, on_top) > A_CENT_OR_TWO or abs(inside - on_top) <= A_CENT_OR_TWO:
        return None
    return inside < on_top


def _refunds_that_count(told: Told) -> list[Told]:
    """Of a cancelled order, those before it was cancelled."""
    refunds = list(told.get("refunds") or [])
    if not told.get("cancelled_at"):
        return refunds
    before = moment_of(told["cancelled_at"]) - ONE_PRESS
    return [one for one in refunds if moment_of(one["created_at"]) < before]


def _latest(refunds: Sequence[Told], *, otherwise: datetime) -> datetime:
    return max((moment_of(one["created_at"]) for one in refunds), default=otherwise)


def _first_lines(told: Told) -> list[LineGiven]:
    """As they were sold. Thanks for the service, in money, are no goods."""
    includes_taxes = told.get("taxes_included") is True
    goods = [item for item in told["line_items"] if not item.get("tip") and _quantity(item["quantity"])]
    return [_line(item, includes_taxes=includes_taxes) for item in goods]


def _lines(told: Told, refunds: Sequence[Told]) -> list[LineGiven]:
    """Without what was taken off before it was sent, be it by one of these refunds or by an edit."""
    includes_taxes = told.get("taxes_included") is True
    never_sent = _by_line_of(refunds, includes_taxes=includes_taxes, is_returned=False)
    edited = _edited(told)
    return [
        _without(line, never_sent[line.external_id], edited=edited.get(line.external_id, Decimal(0)))
        for line in _first_lines(told)
    ]


def _edited(told: Told) -> dict[str, Decimal]:
    """Units that are neither here any more nor in any refund."""
    refunded: defaultdict[str, Decimal] = defaultdict(Decimal)
    for refund in told.get("refunds") or []:
        for one in _units(refund, includes_taxes=True):
            refunded[one.line] += one.quantity
    return {
        line: _quantity(item["quantity"]) - _quantity(item["current_quantity"]) - refunded[line]
        for item in told["line_items"]
        if item.get("current_quantity") is not None
        for line in [id_of(item["id"])]
    }


def _by_line_of(
    refunds: Sequence[Told], *, includes_taxes: bool, is_returned: bool
) -> defaultdict[str, list[Units]]:
    found: defaultdict[str, list[Units]] = defaultdict(list)
    for refund in refunds:
        for one in _units(refund, includes_taxes=includes_taxes):
            if one.is_returned is is_returned:
                found[one.line].append(one)
    return found


def _without(line: LineGiven, never_sent: Sequence[Units], *, edited: Decimal) -> LineGiven:
    """To the cent as the shop counted it; what an edit took off, in proportion."""
    gone = sum((one.quantity for one in never_sent), Decimal(0))
    left = line.quantity - gone - max(edited, Decimal(0))
    if left == line.quantity or left <= 0:
        return replace(line, quantity=left)
    amount = line.computed_amount - sum((one.amount or Decimal(0) for one in never_sent), Decimal(0))
    return _priced(line, quantity=left, amount=round_half_up(amount * left / (line.quantity - gone)))


def _line(item: Told, *, includes_taxes: bool) -> LineGiven:
    quantity = _quantity(item["quantity"])
    net = _after_discounts(item)
    amount = net if includes_taxes else net + _taxes(item)
    before = _money(item, "price") * quantity
    # What was discounted would have been taxed as well.
    gross = before if not net else before * amount / net
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


def _after_discounts(item: Told) -> Decimal:
    return _money(item, "price") * _quantity(item.get("quantity", 1)) - _discounts(item)


def _discounts(item: Told) -> Decimal:
    return sum((_money(one, "amount") for one in item.get("discount_allocations") or []), Decimal(0))


def _taxes(item: Told) -> Decimal:
    return sum((_money(tax, "price") for tax in item.get("tax_lines") or []), Decimal(0))


def _delivery(told: Told) -> Decimal:
    """As it was charged: what is given back of it later takes no goods back."""
    includes_taxes = told.get("taxes_included") is True
    lines = told.get("shipping_lines") or []
    net = sum((_money(line, "price") - _discounts(line) for line in lines), Decimal(0))
    taxes = Decimal(0) if includes_taxes else sum((_taxes(line) for line in lines), Decimal(0))
    return max(round_half_up(net + taxes), Decimal(0))


def _money(told: Told, name: str) -> Decimal:
    """In the shop's own currency."""
    both = told.get(f"{name}_set") or {}
    own = both.get("shop_money") or {}
    return sum_of(own, "amount") if own.get("amount") not in (None, "") else sum_of(told, name)


def _quantity(value: object) -> Decimal:
    found = decimal_of(value).quantize(QUANTITY_STEP)
    if found < 0:
        raise ValueError("not a quantity")
    return found


def _placed_at(told: Told) -> datetime:
    """When it was sold: of an order brought along from elsewhere, `created_at` is when it was brought."""
    return moment_of(told.get("processed_at") or told["created_at"])


def _moments(told: Told) -> dict[str, datetime]:
    """Shopify does not say when an order was paid, only that it is: it counts as paid when it was placed."""
    moments: dict[str, datetime] = {}
    if told["financial_status"] in PAID:
        moments["paid"] = _placed_at(told)
    sent = [one for one in told.get("fulfillments") or [] if one.get("status") == "success"]
    if sent:
        moments["shipped"] = min(moment_of(one["created_at"]) for one in sent)
    is_all_sent = told.get("fulfillment_status") == "fulfilled"
    if sent and is_all_sent and all(one.get("shipment_status") == "delivered" for one in sent):
        moments["delivered"] = max(moment_of(one["updated_at"]) for one in sent)
    if told.get("closed_at") and is_all_sent and "paid" in moments:
        moments["completed"] = moment_of(told["closed_at"])
    if told.get("cancelled_at"):
        moments["cancelled"] = moment_of(told["cancelled_at"])
    return moments


def _buyer(told: Told) -> PersonGiven | None:
    """At a counter, a sale may be to nobody in particular."""
    customer: Mapping[str, object] = told.get("customer") or {}
    address: Mapping[str, object] = told.get("billing_address") or told.get("shipping_address") or {}
    typed = {name: told[name] for name in ("email", "phone") if told.get(name)}
    person = person_of(customer, {**address, **typed})
    return person if person.hints or person.details else None
