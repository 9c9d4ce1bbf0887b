"""When a tree is asked: the moment, and the clock on the company's wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property


@dataclass(frozen=True)
class Moment:
    """`at` is aware; days, weekdays and hours are those of `clock`."""

    at: datetime
    clock: tzinfo

    @cached_property
    def today(self) -> date:
        return self.local(self.at).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.clock)

    def begins(self, day: date) -> datetime:
        """The first moment of a day: days are compared as moments, so that both twins agree when clocks change."""
        return datetime.combine(day, time.min, self.clock)

    def ends(self, day: date) -> datetime:
        """The first moment of the day after."""
        return self.begins(day + timedelta(days=1))

    def birthdays(self, days: int) -> frozenset[int]:
        """Month × 100 + day of the birthdays celebrated from today until in `days` days.

        Who was born on 29 February celebrates on the 28th of a common year.
        """
        coming = [self.today + timedelta(days=ahead) for ahead in range(days + 1)]
        kept = {day_of_year(day) for day in coming}
        leap = {229 for day in coming if day_of_year(day) == 228 and (day + timedelta(days=1)).day == 1}
        return frozenset(kept | leap)


def day_of_year(day: date) -> int:
    return day.month * 100 + day.day
