"""Who falls into a share, and on which day of a wave. Pure, and the same whenever it is asked again."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

# As many places as a stored probability has.
_PLACES = 10_000


def is_drawn(key: str, *, probability: Decimal) -> bool:
    """`key` names the person and the occasion: another occasion is drawn anew."""
    return number_of(key) % _PLACES < probability * _PLACES


def day_of(key: str, *, days: int) -> int:
    """On which of so many days, from 0."""
    return number_of(key) % days


def number_of(key: str) -> int:
    """As likely any of 32 bits as any other. The database counts the same: see `waves.DayOf`."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big")
