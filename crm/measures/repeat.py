"""Repeat customer rate: customers with two or more distinct purchase days ÷ customers with at least one.

Days, not orders: two baskets of one afternoon are one visit. (CDNOW's master file: 48.86 %; by rows it would be
49.48 %.) A customer counts from the day of the first purchase on, and as a repeater from the second day on, so the rate
at any moment follows from these two dates alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate

from crm.measures.intervals import Share


def repeat_rate(first_days: int, second_days: int) -> Share:
    """`first_days`: customers with a first day of purchases; `second_days`: those of them with a second."""
    return Share(second_days, first_days)


def repeat_rate_over_time(
    days: Sequence[date], firsts: Mapping[int, int], seconds: Mapping[int, int]
) -> list[Share]:
    """The rate at the end of each of `days` (ascending).

    `firsts` and `seconds` say how many customers came to their first and second day of purchases in each step: step 0
    is everything up to days[0], step i what lies after days[i - 1] and up to days[i].
    """
    steps = range(len(days))
    bought = accumulate(firsts.get(step, 0) for step in steps)
    bought_again = accumulate(seconds.get(step, 0) for step in steps)
    return [repeat_rate(*pair) for pair in zip(bought, bought_again, strict=True)]
