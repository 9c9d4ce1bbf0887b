"""Refunds: the goods that came back, and money that was given back beyond any goods.

A refund names the units that it is about. Those restocked as `cancel` never left the shop; all others came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from crm.connectors.base import Given, ReturnGiven, Unreadable
from crm.connectors.shopify.figures import after_discounts, money_of, quantity_of, taxes_of
from crm.connectors.values import Told, decimal_of, id_of, moment_of, text_of
from crm.purchases.ordering import round_half_up
from crm.purchases.returning import LineReturned

NEVER_SENT = "cancel"
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


def refund_alone(told: Told) -> Sequence[Given]:
    """It does not say whether prices hold their taxes: that is read from the taxes themselves.

    What was never sent, and delivery that is paid back, are the order's own news.
    """
    found = returns_of(told, order=id_of(told["order_id"]), includes_taxes=None, of_points={})
    if not found and not _says_what_for(told):
        raise Unreadable
    return found


def _says_what_for(refund: Told) -> bool:
    """Money that was given back for nothing that is named is looked at by people."""
    named = ("refund_line_items", "order_adjustments", "refund_shipping_lines")
    return any(refund.get(name) for name in named)


def returns_of(
    refund: Told, *, order: str, includes_taxes: bool | None, of_points: Mapping[str, Decimal]
) -> list[ReturnGiven]:
    """The goods that came back; and what was given back beyond any goods, as money alone.

    Of what points paid for, too, the money alone is named: it is taken back in proportion.
    """
    units = [
        replace(one, amount=None) if one.line in of_points else one
        for one in units_of(refund, includes_taxes=includes_taxes)
        if one.is_returned
    ]
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
        money_of(one, "amount") + money_of(one, "tax_amount")
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


def units_of(refund: Told, *, includes_taxes: bool | None) -> list[Units]:
    return [
        Units(
            line=id_of(item["line_item_id"]),
            quantity=quantity_of(item["quantity"]),
            amount=_given_back(item, includes_taxes=includes_taxes),
            is_returned=item.get("restock_type") != NEVER_SENT,
        )
        for item in refund.get("refund_line_items") or []
        if quantity_of(item["quantity"]) > 0
    ]


def _given_back(item: Told, *, includes_taxes: bool | None) -> Decimal | None:
    """What it sold for, taxes included; less, when the shop gave back less, stands beside the lines."""
    amount, taxes = money_of(item, "subtotal"), money_of(item, "total_tax")
    if taxes and includes_taxes is None:
        includes_taxes = _holds_taxes(item.get("line_item") or {})
        if includes_taxes is None:
            return None
    return round_half_up(amount if includes_taxes else amount + taxes)


def _holds_taxes(line: Told) -> bool | None:
    """Whether a price holds its taxes, by the taxes of the line and their rates; None: it cannot be told."""
    taxed = after_discounts(line)
    rate = sum((decimal_of(tax.get("rate") or 0) for tax in line.get("tax_lines") or []), Decimal(0))
    taxes = taxes_of(line)
    inside, on_top = abs(taxes - taxed * rate / (1 + rate)), abs(taxes - taxed * rate)
    if min(inside, on_top) > A_CENT_OR_TWO or abs(inside - on_top) <= A_CENT_OR_TWO:
        return None
    return inside < on_top


def refunds_that_count(told: Told) -> list[Told]:
    """Of a cancelled order, those before it was cancelled."""
    refunds = list(told.get("refunds") or [])
    if not told.get("cancelled_at"):
        return refunds
    before = moment_of(told["cancelled_at"]) - ONE_PRESS
    return [one for one in refunds if moment_of(one["created_at"]) < before]


def latest_of(refunds: Sequence[Told], *, otherwise: datetime) -> datetime:
    return max((moment_of(one["created_at"]) for one in refunds), default=otherwise)
