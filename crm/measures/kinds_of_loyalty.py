"""Why somebody comes back: for what is saved (rational), for liking it (emotional), by habit (behavioural). Pure.

Each is a score of 0 to 100:

rational     100 · b ÷ (n + 2), where b of n orders were bought with a discount, a coupon or points.
emotional    50 for 9–10 on whether they would recommend us, −25 for 0–6; 15 for each friend they brought, 30 at most;
             10 for each good review, 20 at most, and as much less for each bad one; 20 · (n − b) ÷ (n + 2) for what
             they bought at full price.
behavioural  60 · (1 − v) · g ÷ (g + 2), where v is how far the g gaps between their days of purchases spread (standard
             deviation ÷ mean, 1 at most), and 40 · years as a customer, 40 at most. The silence since the last purchase
             is a gap as soon as it is the longest.

So few orders, so little is known: that is what the + 2 says. Dominant is the highest that reaches 30; of equal ones the
emotional, then the behavioural.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["rational", "emotional", "behavioural"]

STRONG = 30
DOUBT = 2
PROMOTES, CRITICISES = 9, 6
YEAR = 365


@dataclass(frozen=True, kw_only=True)
class Known:
    """`with_benefit` of the `orders`; `recommends` from 0 to 10, None where nobody knows; `gaps` in days."""

    orders: int
    with_benefit: int = 0
    recommends: int | None = None
    friends: int = 0
    good_words: int = 0
    bad_words: int = 0
    gaps: Sequence[int] = ()
    days_since: int = 0

    @property
    def tenure_days(self) -> int:
        """From the first purchase to the latest."""
        return sum(self.gaps)

    @property
    def told_gaps(self) -> Sequence[int]:
        """With the silence that still goes on, as soon as it is the longest."""
        is_longest = bool(self.gaps) and self.days_since > max(self.gaps)
        return (*self.gaps, self.days_since) if is_longest else tuple(self.gaps)


@dataclass(frozen=True, kw_only=True)
class Kinds:
    rational: int
    emotional: int
    behavioural: int

    @property
    def dominant(self) -> Kind | None:
        """None: none of them is strong yet."""
        scores: dict[Kind, int] = {
            "emotional": self.emotional,
            "behavioural": self.behavioural,
            "rational": self.rational,
        }
        best = max(scores, key=lambda kind: scores[kind])  # of equal ones the first
        return best if scores[best] >= STRONG else None


def kinds_of(known: Known) -> Kinds:
    return Kinds(
        rational=_score(100 * _share(known.with_benefit, known.orders)),
        emotional=_score(_emotional(known)),
        behavioural=_score(_behavioural(known)),
    )


def spread(gaps: Sequence[int]) -> float | None:
    """How unlike one another the gaps are: 0, all alike; 1 and more, no rhythm. None of fewer than two."""
    if len(gaps) < 2 or not sum(gaps):
        return None
    return pstdev(gaps) / fmean(gaps)


def _emotional(known: Known) -> float:
    words = min(max(10 * (known.good_words - known.bad_words), -20), 20)
    full_price = 20 * _share(known.orders - known.with_benefit, known.orders)
    return _of_recommending(known.recommends) + min(15 * known.friends, 30) + words + full_price


def _of_recommending(score: int | None) -> int:
    if score is None or CRITICISES < score < PROMOTES:
        return 0
    return 50 if score >= PROMOTES else -25


def _behavioural(known: Known) -> float:
    gaps = known.told_gaps
    unlike = spread(gaps)
    rhythm = 0.0 if unlike is None else 60 * (1 - min(unlike, 1)) * _share(len(gaps), len(gaps))
    return rhythm + 40 * min(known.tenure_days / YEAR, 1)


def _share(part: int, whole: int) -> float:
    return part / (whole + DOUBT)


def _score(points: float) -> int:
    return round(min(max(points, 0), 100))
