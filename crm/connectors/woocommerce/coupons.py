"""Coupons of an order, and what codes of points among them took off which line.

https://woocommerce.github.io/woocommerce-rest-api-docs/#order-coupon-lines-properties: an order says what each coupon
took off it, and of each line only what all of them together did.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crm.connectors.lines import CENT, shared_out
from crm.connectors.point_codes import is_of_points
from crm.connectors.values import Told, sum_of, text_of
from crm.purchases.ordering import round_half_up

LONGEST_CODE = 64
# The sums of each line are rounded by themselves: together they may say a little less than the coupons do.
ROUNDED_BY = 2 * CENT
NOTHING = Decimal(0)


def codes_of(told: Told) -> dict[str, Decimal]:
    """Each with what it took off. Where prices hold no tax, the tax that falls away by it is no part of that."""
    holds_tax = told.get("prices_include_tax") is not False
    found: dict[str, Decimal] = {}
    for coupon in told.get("coupon_lines") or []:
        if code := text_of(coupon.get("code"), LONGEST_CODE).strip():
            off = sum_of(coupon, "discount") + (sum_of(coupon, "discount_tax") if holds_tax else NOTHING)
            found[code] = found.get(code, NOTHING) + max(round_half_up(off), NOTHING)
    return found


def points_of(told: Told, items: Sequence[Told]) -> list[Decimal]:
    """Of each of these lines what codes of points took off it, to the cent: in proportion to what all coupons did."""
    off = [max(before(item) - after(item), NOTHING) for item in items]
    of_points = sum((taken for code, taken in codes_of(told).items() if is_of_points(code)), NOTHING)
    off_all = round_half_up(sum(off, NOTHING))
    is_on_lines = of_points <= off_all + ROUNDED_BY * len(off)
    return shared_out(of_points if is_on_lines else off_all, off)


def before(item: Told) -> Decimal:
    return sum_of(item, "subtotal") + sum_of(item, "subtotal_tax")


def after(item: Told) -> Decimal:
    return sum_of(item, "total") + sum_of(item, "total_tax")
