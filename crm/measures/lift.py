"""What a campaign did: everybody who was assigned to it, against those who were held out. Intention to treat.

Whoever was assigned counts whether they were reached or not, and whoever bought nothing counts with zero; else the two
sides are not alike. Hillstrom's e-mail test: men's against none, spend +0.770 (95 % .485 to 1.055); women's +0.424
(.169 to .680).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from crm.measures.intervals import FEWEST, Difference, Interval, Z


@dataclass(frozen=True)
class Group:
    """So many people, what they spent together, and the sum of the squares of what each spent."""

    people: int
    total: float
    squares: float

    @classmethod
    def of(cls, spent: Iterable[float]) -> Group:
        amounts = list(spent)
        return cls(len(amounts), sum(amounts), sum(one * one for one in amounts))

    @property
    def mean(self) -> float:
        return self.total / self.people

    @property
    def variance_of_mean(self) -> float:
        """Never below zero, where rounding would leave it there: of people who all spent the same."""
        return max(0.0, self.squares - self.people * self.mean**2) / (self.people - 1) / self.people


def lift(assigned: Group, held_out: Group) -> Difference | None:
    """Mean of the assigned less mean of the held out, with Welch's standard error. None where either side is few."""
    if min(assigned.people, held_out.people) < FEWEST:
        return None
    value = assigned.mean - held_out.mean
    reach = Z * sqrt(assigned.variance_of_mean + held_out.variance_of_mean)
    return Difference(value, Interval(value - reach, value + reach))


def smallest_visible(people: int, held_out: int, *, deviation: float, power_z: float = 0.841621) -> float:
    """Which difference of means this audience can show at all: found in four of five campaigns where it is there.

    `deviation`: the standard deviation of what one person spends. Two-sided test at 5 %.
    """
    return (Z + power_z) * deviation * sqrt(1 / people + 1 / held_out)
