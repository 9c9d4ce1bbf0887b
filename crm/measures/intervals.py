"""Shares and sums with their 95 % intervals, and when two of them differ."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, hypot, sqrt

Z = 1.959964  # of the normal distribution: 95 % lie within
FEWEST = 30


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def in_units(self, unit: float) -> Interval:
        return Interval(self.low / unit, self.high / unit)

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Difference:
    """Something now less something before. It has *changed* only where the interval leaves out zero."""

    value: float
    interval: Interval

    @property
    def is_change(self) -> bool:
        return self.interval.excludes_zero

    @property
    def p(self) -> float:
        """How often chance alone would show as much or more, to either side: under 5 % where zero is left out.

        By the side of the interval that looks towards zero, as Z standard errors.
        """
        reach = self.value - self.interval.low if self.value > 0 else self.interval.high - self.value
        if not self.value:
            return 1.0
        return erfc(abs(self.value) * Z / reach / sqrt(2)) if reach > 0 else 0.0


def difference(
    value: float, before: float, *, ours: tuple[float, float], theirs: tuple[float, float]
) -> Difference:
    """Of two independent figures, each with how far below and above it the true one may lie.

    Distances from each figure to its own bounds are added as squares (Newcombe, 1998; Zou and Donner, 2008). Where they
    are Z standard errors to either side, it is the z-test of two means.
    """
    below, above = hypot(ours[0], theirs[1]), hypot(ours[1], theirs[0])
    return Difference(value - before, Interval(value - before - below, value - before + above))


@dataclass(frozen=True)
class Share:
    """`count` of `of`. Under FEWEST it is told as these two counts: no per cent, no trend."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def is_few(self) -> bool:
        return self.of < FEWEST

    @property
    def interval(self) -> Interval:
        """Wilson's score interval (1927): 8 of 10 → 49…94 %, 80 of 100 → 71…87 %. Everything for none of none."""
        if not self.of:
            return Interval(0.0, 1.0)
        spread = 1 + Z * Z / self.of
        middle = (self.value + Z * Z / (2 * self.of)) / spread
        reach = Z / spread * sqrt(self.value * (1 - self.value) / self.of + (Z / (2 * self.of)) ** 2)
        return Interval(max(0.0, middle - reach), min(1.0, middle + reach))

    def against(self, before: Share) -> Difference | None:
        """The difference of two independent shares: Newcombe's hybrid score interval (1998, method 10).

        Shares of overlapping people move together, so for them the true interval is narrower: this one is slower to
        say “changed”, never quicker. None where either side is few.
        """
        if self.is_few or before.is_few:
            return None
        return difference(self.value, before.value, ours=self._reach, theirs=before._reach)

    @property
    def _reach(self) -> tuple[float, float]:
        return self.value - self.interval.low, self.interval.high - self.value


@dataclass(frozen=True)
class Sum:
    """What `count` amounts add up to; `squares` is the sum of their squares. A count is a sum of ones."""

    total: float
    count: int
    squares: float

    @classmethod
    def of_ones(cls, count: int) -> Sum:
        return cls(count, count, count)

    @property
    def is_few(self) -> bool:
        return self.count < FEWEST

    def against(self, before: Sum) -> Difference | None:
        """The difference of two sums over separate times, each a compound Poisson sum: its variance is Σ amount².

        So many small orders tell a change sooner than a few large ones. None where either side is few.
        """
        if self.is_few or before.is_few:
            return None
        value = self.total - before.total
        reach = Z * sqrt(self.squares + before.squares)
        return Difference(value, Interval(value - reach, value + reach))
