"""How many parts an SMS is sent in, which is how often it is paid for. Pure.

GSM 03.38: 160 characters of its own alphabet in one message, 153 in each part of a longer one; with any other letter
(Cyrillic among them) 70 and 67, counted in UTF-16 units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes two places: an escape comes before it.
EXTENDED = frozenset("^{}\\[~]|€\f")
SINGLE = {"gsm7": 160, "ucs2": 70}
PART = {"gsm7": 153, "ucs2": 67}


@dataclass(frozen=True)
class Parts:
    """`units`: how long the text is in its alphabet; `left`: how much still fits into its last part."""

    alphabet: Literal["gsm7", "ucs2"]
    units: int
    count: int
    left: int


def parts_of(text: str) -> Parts:
    """A letter of two units never stands across the end of a part, so a part may stay a unit short."""
    alphabet: Literal["gsm7", "ucs2"] = "gsm7" if set(text) <= BASIC | EXTENDED else "ucs2"
    widths = [_width(letter, alphabet) for letter in text]
    units = sum(widths)
    if units <= SINGLE[alphabet]:
        return Parts(alphabet, units, 1 if text else 0, SINGLE[alphabet] - units)
    count, filled = 1, 0
    for width in widths:
        if filled + width > PART[alphabet]:
            count, filled = count + 1, 0
        filled += width
    return Parts(alphabet, units, count, PART[alphabet] - filled)


def _width(letter: str, alphabet: str) -> int:
    if alphabet == "gsm7":
        return 2 if letter in EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1
