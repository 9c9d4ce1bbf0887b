"""Recency, frequency and money: each a score of 1 to 5, by cut points that are frozen for a month.

Cut points are the values at one, two, three and four fifths of the customers by rank; whoever stands on one scores as
those below it, so that equal customers score alike. Where more than 40 % bought once, fifths by rank say nothing of
frequency, and its cut points are given: 1, 2, 4 and 8 days of purchases.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TypeVar

Value = TypeVar("Value", int, Decimal)

FIFTHS = (0.2, 0.4, 0.6, 0.8)
FREQUENCIES = (1, 2, 4, 8)
BOUGHT_ONCE = 0.4
# Of fewer there are no fifths.
FEWEST = 5


@dataclass(frozen=True)
class Scores:
    recency: int
    frequency: int
    monetary: int


@dataclass(frozen=True)
class Cuts:
    """The four cut points of each: days since the last purchase, days of purchases, and money. Ascending."""

    recency_days: tuple[int, ...]
    frequency: tuple[int, ...]
    monetary: tuple[Decimal, ...]

    def scores(self, *, days_since: int, purchase_days: int, money: Decimal) -> Scores:
        return Scores(
            recency=5 - bisect_left(self.recency_days, days_since),
            frequency=1 + bisect_left(self.frequency, purchase_days),
            monetary=1 + bisect_left(self.monetary, money),
        )


def fifths(values: Sequence[Value]) -> tuple[Value, ...]:
    """The values at ranks ⌈n/5⌉ … ⌈4n/5⌉, ascending: what percentile_disc answers in SQL."""
    in_order = sorted(values)
    return tuple(in_order[ceil(len(in_order) * share) - 1] for share in FIFTHS)


def frequency_cuts(by_rank: Sequence[int], *, once: int, customers: int) -> tuple[int, ...]:
    """By rank, unless more than BOUGHT_ONCE of the customers bought once."""
    return FREQUENCIES if once > BOUGHT_ONCE * customers else tuple(by_rank)
