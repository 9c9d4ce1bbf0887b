"""Who the lot falls on. The same whenever it is asked again, and wherever: in Python, and in the database."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from django.db.models import BigIntegerField, F, Func, Value

# As many places as a stored probability has.
PLACES = 10_000


def is_drawn(key: str, *, probability: Decimal) -> bool:
    """`key` names the person and the occasion: another occasion is drawn anew."""
    return number_of(key) % PLACES < probability * PLACES


def number_of(key: str) -> int:
    """As likely any of 32 bits as any other. The database counts the same: see `NumberOf`."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big")


class NumberOf(Func):
    """What `number_of` says of a beginning and a number behind it, counted by the database."""

    template = "('x' || left(encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex'), 8))::bit(32)::bigint"
    arg_joiner = " || "
    output_field = BigIntegerField()

    def __init__(self, beginning: str, number: F) -> None:
        super().__init__(Value(beginning), Func(number, template="%(expressions)s::text"))
