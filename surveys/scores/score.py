"""A score with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from crm.measures.intervals import FEWEST, Difference, Interval, difference

# Answers by their value.
Counts: TypeAlias = Mapping[int, int]
# In a smaller group, anonymous answers could be somebody's.
FEWEST_ANONYMOUS = 5


@dataclass(frozen=True, kw_only=True)
class Score:
    """In the units in which people read it: NPS −100 … 100, CSAT 0 … 100 (per cent), CES 1 … 7.

    From `low` to `high` the true one lies with 95 % certainty. `below` and `above`: how far it may be off, where it is
    compared. Under FEWEST answers it is told as counts: no trend, no interval.
    """

    value: float
    low: float
    high: float
    n: int
    below: float
    above: float

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high)

    @property
    def is_few(self) -> bool:
        return self.n < FEWEST

    def against(self, before: Score) -> Difference | None:
        """This less that, of two separate lots of answers. None where either is few: nothing can be told.

        Of NPS and means it is the z-test of two waves, (N₁−N₂)/√(SE₁²+SE₂²); of shares Newcombe's (1998).
        """
        if self.is_few or before.is_few:
            return None
        return difference(
            self.value, before.value, ours=(self.below, self.above), theirs=(before.below, before.above)
        )


def turned(counts: Counts, *, low: int, high: int) -> Counts:
    """Answers of a scale on which a low number is the good one, as if it were the other way round."""
    return {low + high - value: count for value, count in counts.items()}
