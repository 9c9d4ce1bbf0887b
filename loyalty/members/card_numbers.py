"""Numbers of cards: EAN-13 in the range that GS1 leaves to shops for their own use (20–29), so any till reads them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

PREFIX = "29"
FREE_DIGITS = 10


def check_digit(twelve: str) -> str:
    """GS1: weights 1 and 3 in turn from the left; the digit that completes the sum to a multiple of ten."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)


def is_number(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit() and check_digit(text[:12]) == text[12]


def new_number(draw: Callable[[int], int] = secrets.randbelow) -> str:
    """One that nobody guesses from another: its digits are drawn, not counted."""
    twelve = f"{PREFIX}{draw(10**FREE_DIGITS):0{FREE_DIGITS}}"
    return twelve + check_digit(twelve)
