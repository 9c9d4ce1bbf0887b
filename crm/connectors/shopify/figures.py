"""Sums and quantities, as Shopify writes them."""

from __future__ import annotations

from decimal import Decimal

from crm.connectors.values import Told, decimal_of, sum_of

QUANTITY_STEP = Decimal("0.001")


def money_of(told: Told, name: str) -> Decimal:
    """In the shop's own currency."""
    both = told.get(f"{name}_set") or {}
    own = both.get("shop_money") or {}
    return sum_of(own, "amount") if own.get("amount") not in (None, "") else sum_of(told, name)


def quantity_of(value: object) -> Decimal:
    found = decimal_of(value).quantize(QUANTITY_STEP)
    if found < 0:
        raise ValueError("not a quantity")
    return found


def after_discounts(item: Told) -> Decimal:
    return money_of(item, "price") * quantity_of(item.get("quantity", 1)) - discounts(item)


def discounts(item: Told) -> Decimal:
    return sum((money_of(one, "amount") for one in item.get("discount_allocations") or []), Decimal(0))


def taxes_of(item: Told) -> Decimal:
    return sum((money_of(tax, "price") for tax in item.get("tax_lines") or []), Decimal(0))
