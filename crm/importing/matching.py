"""Which sold lines a credit takes back. Pure.

The newest that was sold to this customer under this code, before the credit, and of which some is left; as many as it
takes. What nothing sold can be found for stays a credit of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(kw_only=True)
class Sold:
    """A sold line, and how much of it has not come back yet."""

    line_id: int
    order_number: str
    sold_at: datetime
    left: Decimal


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a credited quantity, and the line it was sold as (None: nothing could be found)."""

    sold: Sold | None
    quantity: Decimal
    amount: Decimal


def take_back(
    quantity: Decimal, unit_price: Decimal, *, credited_at: datetime, sold: Sequence[Sold]
) -> list[Piece]:
    """Divide a credited quantity over what was sold, and count that down: `left` of each line taken is less then.

    Quantities add up to `quantity`, and amounts to quantity × price, rounded half up once.
    """
    before = (line for line in sold if line.left > 0 and line.sold_at <= credited_at)
    parts = _parts(quantity, sorted(before, key=lambda line: (line.sold_at, line.line_id), reverse=True))
    return list(_priced(parts, unit_price))


def _parts(quantity: Decimal, newest_first: Iterable[Sold]) -> Iterator[tuple[Sold | None, Decimal]]:
    for line in newest_first:
        if not quantity:
            return
        taken = min(quantity, line.left)
        line.left -= taken
        quantity -= taken
        yield line, taken
    if quantity:
        yield None, quantity


def _priced(parts: Iterable[tuple[Sold | None, Decimal]], unit_price: Decimal) -> Iterator[Piece]:
    """Differences of rounded running totals: whatever the parts, they add up to the whole."""
    so_far = given = Decimal(0)
    for sold, quantity in parts:
        so_far += quantity
        total = (so_far * unit_price).quantize(CENT, ROUND_HALF_UP)
        yield Piece(sold=sold, quantity=quantity, amount=total - given)
        given = total
