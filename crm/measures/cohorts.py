"""Cohort retention: the share of the customers of a first-purchase month who buy again in month k after it.

CDNOW's master file, month 1: January 14.75 % of 7,846, February 15.48 % of 8,476, March 14.24 % of 7,248. A month that
is not over yet tells nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crm.measures.intervals import Share


@dataclass(frozen=True)
class Cohort:
    """Customers by the month of their first purchase; `months[k - 1]` is the share that bought in month k after it."""

    month: date
    customers: int
    months: tuple[Share, ...]


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def cohorts(bought: Mapping[tuple[date, date], int], *, until: date) -> list[Cohort]:
    """From (month of the first purchase, month of a purchase) → customers, with months that are over at `until`.

    Months are told by their first day. Whoever bought first is in the cohort by the purchase itself, so the count of
    (month, month) is its size.
    """
    over = month_number(until)
    return [
        Cohort(
            month=month,
            customers=size,
            months=tuple(
                Share(bought.get((month, date(n // 12, n % 12 + 1, 1)), 0), size)
                for n in range(month_number(month) + 1, over)
            ),
        )
        for month, size in sorted((first, count) for (first, then), count in bought.items() if first == then)
        if month_number(month) < over
    ]
