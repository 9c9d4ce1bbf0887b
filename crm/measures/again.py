"""How much of the revenue comes from customers who come again: what was bought on later days than one's first ÷ all.

A ratio of sums, each purchase weighing what it costs: its interval by linearisation (Cochran, Sampling Techniques,
1977, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from crm.measures.intervals import FEWEST, Difference, Interval, Z, difference

# Days of purchases, what they come to, and the sum of the squares.
Sums = tuple[int, float, float]


@dataclass(frozen=True)
class AgainShare:
    """`people`: at most so many bought on these `days`; of few no share is told, however often they came."""

    people: int
    days: int
    amount: float
    again_amount: float
    spread: float

    @property
    def is_few(self) -> bool:
        return min(self.people, self.days) < FEWEST or self.amount <= 0

    @property
    def value(self) -> float:
        return self.again_amount / self.amount if self.amount > 0 else 0.0

    @property
    def interval(self) -> Interval:
        return Interval(max(0.0, self.value - self.spread), min(1.0, self.value + self.spread))

    def against(self, before: AgainShare) -> Difference | None:
        """None where either side is few."""
        if self.is_few or before.is_few:
            return None
        return difference(
            self.value,
            before.value,
            ours=(self.spread, self.spread),
            theirs=(before.spread, before.spread),
        )


def again_share(*, people: int, first: Sums, again: Sums) -> AgainShare:
    """From what first days brought, and later ones."""
    amount = first[1] + again[1]
    value = again[1] / amount if amount > 0 else 0.0
    variance = (1 - value) ** 2 * again[2] + value**2 * first[2]
    return AgainShare(
        people=people,
        days=first[0] + again[0],
        amount=amount,
        again_amount=again[1],
        spread=Z * sqrt(variance) / amount if amount > 0 else 1.0,
    )
