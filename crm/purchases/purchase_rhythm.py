"""How often somebody buys, told only when there is enough to tell it from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil
from statistics import median

FEWEST_GAPS = 4


@dataclass(frozen=True)
class Rhythm:
    """`median_days` between two days of buying; nine of ten gaps are no longer than `nine_of_ten_days`."""

    median_days: int
    nine_of_ten_days: int
    gaps: int


def rhythm(days: Iterable[date]) -> Rhythm | None:
    """The rhythm of these days (in any order, repeats count once); None with fewer than FEWEST_GAPS gaps."""
    gaps = sorted((later - earlier).days for earlier, later in pairwise(sorted(set(days))))
    if len(gaps) < FEWEST_GAPS:
        return None
    return Rhythm(
        median_days=round(median(gaps)),
        nine_of_ten_days=gaps[ceil(len(gaps) * 0.9) - 1],
        gaps=len(gaps),
    )
