"""What somebody is about to buy, as rewards and coupons look at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """`name` is how the shop calls the line within the cart; `amount` is for all of `quantity`."""

    name: str
    sku: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Cart:
    currency: str
    lines: tuple[CartLine, ...]
    delivery_amount: Decimal = ZERO

    @property
    def goods_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    def with_skus(self, skus: Collection[str]) -> tuple[CartLine, ...]:
        """The lines of these goods; all of them where none is named."""
        return tuple(line for line in self.lines if not skus or line.sku in skus)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def spread(amount: Decimal, lines: tuple[CartLine, ...]) -> dict[str, Decimal]:
    """An amount over lines in proportion to what they cost: differences of running totals, so that all adds up."""
    whole = sum((line.amount for line in lines), ZERO)
    parts: dict[str, Decimal] = {}
    passed = ZERO
    for line in lines:
        before, passed = passed, passed + line.amount
        parts[line.name] = cents(amount * passed / whole) - cents(amount * before / whole) if whole else ZERO
    return parts
