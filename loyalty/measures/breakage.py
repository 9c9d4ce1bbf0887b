"""How many of the points that are out will be spent: from what became of earlier ones, by their age in months.

Points of one month of issue are a cohort. At each age so many of those that were still out were redeemed, expired or
were taken back; what happened to all cohorts of that age together is what is expected of the next. (The chain ladder of
insurers; only months that are over count.) What is older than the oldest cohort is taken for redeemed: a debt is rather
told too high than too low.

Breakage is expired ÷ issued, the redemption rate redeemed ÷ issued, both by month of issue. Liability: points
outstanding × the probability that they are redeemed × what a point costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from crm.measures.intervals import Interval, Z

# Fewer months of issue say nothing of how far they differ.
FEWEST_COHORTS = 4


@dataclass(frozen=True)
class Aged:
    """What became of a cohort's points in the month of one age."""

    redeemed: int = 0
    expired: int = 0
    taken_back: int = 0

    @property
    def gone(self) -> int:
        return self.redeemed + self.expired + self.taken_back


@dataclass(frozen=True)
class Issued:
    """Points of one month: `ages[k]` is k months after it; the last of them is still going on."""

    points: int
    ages: tuple[Aged, ...]

    @property
    def redeemed(self) -> int:
        return sum(age.redeemed for age in self.ages)

    @property
    def expired(self) -> int:
        return sum(age.expired for age in self.ages)

    @property
    def outstanding(self) -> int:
        return max(0, self.points - sum(age.gone for age in self.ages))

    def expired_by(self, age: int) -> float:
        """Share of what was issued that has expired at the end of an age."""
        return sum(one.expired for one in self.ages[: age + 1]) / self.points if self.points else 0.0

    def redeemed_by(self, age: int) -> float:
        return sum(one.redeemed for one in self.ages[: age + 1]) / self.points if self.points else 0.0


def chances(cohorts: Sequence[Issued]) -> list[float]:
    """Age → probability that a point which is still out when that age begins is redeemed some day."""
    oldest = max((len(cohort.ages) - 1 for cohort in cohorts), default=0)
    found = [1.0]
    for age in reversed(range(oldest)):
        out, redeemed, gone = _at(cohorts, age)
        stays = 1 - gone / out if out else 1.0
        found.append((redeemed / out if out else 0.0) + stays * found[-1])
    return [min(1.0, max(0.0, chance)) for chance in reversed(found)]


def redemption_probability(cohorts: Sequence[Issued]) -> float | None:
    """Of the points that are out now, weighted by how many there are of each age. None: there are none."""
    out = sum(cohort.outstanding for cohort in cohorts)
    if not out:
        return None
    by_age = chances(cohorts)
    return sum(cohort.outstanding * by_age[len(cohort.ages) - 1] for cohort in cohorts) / out


def probability_interval(cohorts: Sequence[Issued]) -> Interval | None:
    """By leaving out each month of issue in turn (jackknife): the points of a month are not independent of one another.

    None where the months are too few to tell.
    """
    told = [cohort for cohort in cohorts if len(cohort.ages) > 1 and cohort.points]
    whole = redemption_probability(cohorts)
    if whole is None or len(told) < FEWEST_COHORTS:
        return None
    without = [_by_the_others(cohorts, cohort) for cohort in told]
    mean = sum(without) / len(without)
    variance = (len(without) - 1) / len(without) * sum((one - mean) ** 2 for one in without)
    reach = Z * sqrt(variance)
    return Interval(max(0.0, whole - reach), min(1.0, whole + reach))


def _by_the_others(cohorts: Sequence[Issued], left_out: Issued) -> float:
    """The same points that are out, judged by all months but one."""
    by_age = chances([cohort for cohort in cohorts if cohort is not left_out])
    out = sum(cohort.outstanding for cohort in cohorts)
    each = (
        cohort.outstanding * (by_age[len(cohort.ages) - 1] if len(cohort.ages) <= len(by_age) else 1.0)
        for cohort in cohorts
    )
    return sum(each) / out


def _at(cohorts: Sequence[Issued], age: int) -> tuple[int, int, int]:
    """Points still out when that age began, redeemed in it, and gone in it, of the cohorts for which it is over."""
    out = redeemed = gone = 0
    for cohort in cohorts:
        if len(cohort.ages) - 1 > age:
            out += cohort.points - sum(one.gone for one in cohort.ages[:age])
            redeemed += cohort.ages[age].redeemed
            gone += cohort.ages[age].gone
    return max(0, out), redeemed, gone
