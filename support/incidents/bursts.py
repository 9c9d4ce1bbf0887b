"""Do many more ask about one thing than usual? Pure: no database, no clock.

What came within WINDOW is held against the same time of earlier weeks, with BESIDE on either side of it (as Farrington
et al., 1996, take neighbouring weeks for outbreaks of disease; the week with the most is left out, for a burst of then
would hide one of today, as Noufaily et al., 2013, weigh past outbreaks down). The rate of the hour is not known
exactly, and a day is busier than another: both make it a gamma-mixed Poisson, which is a negative binomial (Gelman et
al., Bayesian Data Analysis, 2.6). A count that comes by chance once in 1 / CHANCE looks, or less, is a burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma, log, log1p

WINDOW = timedelta(minutes=15)
BESIDE = timedelta(minutes=45)
WEEKS = 6
# So many windows are looked at of each earlier week.
WINDOWS_A_WEEK = 1 + 2 * (BESIDE // WINDOW)
FEWEST_WEEKS = 2
# Fifteen topics have 43,000 windows in a month, and looks at neighbouring ones are much the same look.
CHANCE = 3e-6
FEWEST_TICKETS = 6
# A day's rate differs from its mean by 1 / √DAYS_ALIKE of it: some 32 %.
DAYS_ALIKE = 10.0
# Jeffreys' prior: where nothing ever came, something may.
PRIOR = 0.5


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`expected`: in a usual window of this time. `chance`: of as many or more, were nothing the matter."""

    count: int
    expected: float
    chance: float

    @property
    def is_burst(self) -> bool:
        return self.count >= FEWEST_TICKETS and self.chance < CHANCE


def judge(count: int, weeks: Sequence[int]) -> Verdict | None:
    """`weeks`: how many came in each earlier week within the window and beside it. None: there is too little past."""
    if len(weeks) < FEWEST_WEEKS:
        return None
    kept = sorted(weeks)[: max(FEWEST_WEEKS, len(weeks) - 1)]
    seen = sum(kept) + PRIOR
    expected = seen / (len(kept) * WINDOWS_A_WEEK)
    alike = 1 / (1 / DAYS_ALIKE + 1 / seen)
    return Verdict(count=count, expected=expected, chance=at_least(count, mean=expected, shape=alike))


def at_least(count: int, *, mean: float, shape: float) -> float:
    """The upper tail of a negative binomial: P(N ≥ count), summed from its lower end where that is shorter."""
    if count <= 0:
        return 1.0
    share = mean / (mean + shape)
    first = (
        lgamma(count + shape) - lgamma(shape) - lgamma(count + 1) + count * log(share) + shape * log1p(-share)
    )
    term, total, n = exp(first), 0.0, count
    while term > total * 1e-12 or n < mean:
        total += term
        term *= (n + shape) / (n + 1) * share
        n += 1
    return min(1.0, total)
