"""What the people of a night add up to while they are counted: months they came back in, and what they left behind.

Filled from the days of purchases that the night reads anyway, so that no order is gone through twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crm.measures.cohorts import month_number
from crm.worth.beginnings import Beginning
from crm.worth.counting import Bought

# So many times the horizon back churn is told, one after another.
WINDOWS = 4
# So many months of first purchases are told, this one included.
MONTHS = 25
# So many days back it is told what the first day of a customer brought, and what all later ones.
DAYS = 735


@dataclass
class Money:
    """So many days of purchases, what they come to, and the sum of the squares."""

    days: int = 0
    amount: float = 0.0
    squares: float = 0.0

    def add(self, amount: float) -> None:
        self.days += 1
        self.amount += amount
        self.squares += amount * amount


@dataclass
class Tally:
    """`cohorts`: (month of the first purchase, month of a purchase) → people. `active` and `lost`: by how many horizons
    ago. `came_by`, and `came_back_by` of them: channel of the first order → people. `first` and `again`:
    (day, currency) → what first days brought, and later ones."""

    as_of: date
    horizon_days: int
    cohorts: Counter[tuple[date, date]] = field(default_factory=Counter)
    active: Counter[int] = field(default_factory=Counter)
    lost: Counter[int] = field(default_factory=Counter)
    came_by: Counter[str] = field(default_factory=Counter)
    came_back_by: Counter[str] = field(default_factory=Counter)
    first: dict[tuple[date, str], Money] = field(default_factory=dict)
    again: dict[tuple[date, str], Money] = field(default_factory=dict)

    def add(self, people: Sequence[Bought], began: Mapping[int, Beginning]) -> None:
        for one in people:
            if one.customer_id in began:
                channel = began[one.customer_id].channel
                self.came_by[channel] += 1
                self.came_back_by[channel] += len(one.days) > 1
            if one.days:
                self._come_back(one.days)
                self._leave(one.days)
                self._spend(one)

    def _come_back(self, days: Sequence[date]) -> None:
        begun = days[0].replace(day=1)
        if month_number(self.as_of) - month_number(begun) < MONTHS:
            self.cohorts.update((begun, month) for month in {day.replace(day=1) for day in days})

    def _leave(self, days: Sequence[date]) -> None:
        """Active: bought within the horizon before the window. Lost: bought nothing in the window."""
        for back in range(WINDOWS):
            begin, until = window(self.as_of, self.horizon_days, back)
            before, _until = window(self.as_of, self.horizon_days, back + 1)
            if bisect_left(days, before) < bisect_left(days, begin):
                self.active[back] += 1
                self.lost[back] += bisect_left(days, begin) == bisect_right(days, until)

    def _spend(self, one: Bought) -> None:
        since = self.as_of - timedelta(days=DAYS)
        for place, (day, amount) in enumerate(zip(one.days, one.amounts, strict=True)):
            if day > since:
                its = self.again if place else self.first
                its.setdefault((day, one.currency), Money()).add(float(amount))


def window(as_of: date, horizon_days: int, back: int) -> tuple[date, date]:
    """The first and the last day of the horizon that ended so many horizons before `as_of`."""
    until = as_of - timedelta(days=back * horizon_days)
    return until - timedelta(days=horizon_days - 1), until
