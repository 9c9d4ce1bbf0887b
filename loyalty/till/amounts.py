"""What a cashier types as the amount of a receipt. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from loyalty.till.errors import NothingReturned, UnreadableAmount

MOST_AMOUNTS = 50
AMOUNT = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")
QUANTITY = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,3})?")


def amounts_of(text: str) -> Sequence[Decimal]:
    """“12,50 + 7.90” is two lines of a receipt; spaces of any kind between digits mean nothing.

    Raises:
        UnreadableAmount: also for 0, and for more than 50 of them.
    """
    parts = ["".join(part.split()) for part in text.split("+")]
    if len(parts) > MOST_AMOUNTS or not all(AMOUNT.fullmatch(part) for part in parts):
        raise UnreadableAmount
    amounts = [Decimal(part.replace(",", ".")) for part in parts]
    if not all(amounts):
        raise UnreadableAmount
    return amounts


def quantity_of(text: str) -> Decimal:
    """How much of a line comes back, to a thousandth.

    Raises:
        NothingReturned: this is no quantity.
    """
    digits = "".join(text.split())
    if not QUANTITY.fullmatch(digits):
        raise NothingReturned
    return Decimal(digits.replace(",", "."))
