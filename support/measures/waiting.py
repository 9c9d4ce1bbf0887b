"""How long things took, where some are not over: the median, the 90th percentile, n and an interval; never a mean."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, sqrt

from crm.measures.intervals import FEWEST, Difference, Interval, Z, difference

MEDIAN = 0.5
NINETY = 0.9
EPSILON = 1e-12
"""Of shares that are products: a half is a half."""


@dataclass(frozen=True, order=True)
class Wait:
    """It took `seconds`; where it is not over, at least so many."""

    seconds: float
    is_over: bool = True


@dataclass(frozen=True)
class Range:
    """Where the true value lies with 95 % certainty; an end that is None is not known yet."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Step:
    """After `seconds`, this share is still waiting; `error` is the standard error of log(−log share)."""

    seconds: float
    share: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        if not self.share:
            return 0.0, 0.0
        return self.share ** exp(Z * self.error), self.share ** exp(-Z * self.error)


@dataclass(frozen=True)
class Waits:
    """Kaplan–Meier (1958): who still waits counts as waiting for as long as it lasted, and is never dropped.

    With nothing left waiting the quantiles are the plain ones: the smallest time by which so many are over.
    """

    waits: Sequence[Wait]

    @property
    def n(self) -> int:
        return len(self.waits)

    @property
    def still_waiting(self) -> int:
        return sum(not its.is_over for its in self.waits)

    @property
    def is_few(self) -> bool:
        return self.n < FEWEST

    @property
    def median(self) -> float | None:
        """In seconds. None where it is not known: too many still wait."""
        return self.quantile(MEDIAN)

    @property
    def p90(self) -> float | None:
        return self.quantile(NINETY)

    def quantile(self, part: float) -> float | None:
        return next((step.seconds for step in self.steps if step.share <= 1 - part + EPSILON), None)

    @property
    def interval(self) -> Range:
        """Of the median: Brookmeyer and Crowley (1982), with Greenwood's error on the log(−log) scale.

        From where the lower bound of the share still waiting falls to a half, to where its upper bound does.
        """
        bounds = [(step.seconds, *step.interval) for step in self.steps]
        return Range(
            low=next((seconds for seconds, low, _high in bounds if low <= MEDIAN + EPSILON), None),
            high=next((seconds for seconds, _low, high in bounds if high <= MEDIAN + EPSILON), None),
        )

    def against(self, before: Waits) -> Difference | None:
        """The difference of two medians, from their intervals (Zou and Donner, 2008).

        None where either side is few, or an end of its interval is not known yet.
        """
        ours, theirs = self._known, before._known
        if ours is None or theirs is None:
            return None
        (its, around), (was, around_it) = ours, theirs
        return difference(
            its,
            was,
            ours=(its - around.low, around.high - its),
            theirs=(was - around_it.low, around_it.high - was),
        )

    @property
    def whole_interval(self) -> Interval | None:
        """None where few waited, or an end is not known yet."""
        its = self.interval
        if self.is_few or its.low is None or its.high is None:
            return None
        return Interval(its.low, its.high)

    @property
    def _known(self) -> tuple[float, Interval] | None:
        around, median = self.whole_interval, self.median
        return None if around is None or median is None else (median, around)

    @cached_property
    def steps(self) -> Sequence[Step]:
        return list(_steps(self.waits))


def _steps(waits: Iterable[Wait]) -> Iterator[Step]:
    over = Counter(its.seconds for its in waits if its.is_over)
    all_of_them = sorted(its.seconds for its in waits)
    share, variance = 1.0, 0.0
    for seconds, ended in sorted(over.items()):
        at_risk = len(all_of_them) - bisect_left(all_of_them, seconds)
        if at_risk == ended:
            yield Step(seconds, 0.0, 0.0)
            return
        share *= 1 - ended / at_risk
        variance += ended / (at_risk * (at_risk - ended))
        yield Step(seconds, share, sqrt(variance) / -log(share))
