"""Stretches of days that figures are told for, what they are compared with, and the steps a chart shows. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

DAY = timedelta(days=1)
LENGTHS = (30, 90, 365)
MONTHS_OFFERED = 12
DEFAULT = "90"

Step = Literal["day", "week", "month"]
Against = Literal["before", "year"]
AGAINST: tuple[Against, ...] = ("before", "year")


@dataclass(frozen=True)
class Period:
    """From `since` to `until`, both days included; `against` what it is compared with."""

    since: date
    until: date
    key: str = ""
    against: Against = "before"

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def is_month(self) -> bool:
        """A month, or its beginning."""
        return self.since.day == 1 and (self.since.year, self.since.month) == (
            self.until.year,
            self.until.month,
        )

    @property
    def previous(self) -> Period:
        """What to compare with: the same part of the month before, else as many days before.

        Or the same days of the year before; of a February that is over, the whole February.
        """
        if self.against == "year":
            return Period(_year_before(self.since), _year_before(self.until, is_end=True))
        if not self.is_month:
            return Period(self.since - self.days * DAY, self.since - DAY)
        end = self.since - DAY
        is_whole = self.until.day == monthrange(self.until.year, self.until.month)[1]
        return Period(end.replace(day=1), end if is_whole else end.replace(day=min(self.until.day, end.day)))

    @property
    def step(self) -> Step:
        return "day" if self.days <= 31 else "week" if self.days <= 120 else "month"

    def steps(self) -> list[Period]:
        """The period in pieces of one `step`. Weeks end with the last day; months at the ends may be cut."""
        return list(self._weeks() if self.step == "week" else self._days_or_months())

    def _weeks(self) -> Iterator[Period]:
        count = -(-self.days // 7)
        for ahead in range(count - 1, -1, -1):
            end = self.until - 7 * ahead * DAY
            yield Period(max(self.since, end - 6 * DAY), end)

    def _days_or_months(self) -> Iterator[Period]:
        begin = self.since
        while begin <= self.until:
            last = begin if self.step == "day" else _end_of_month(begin)
            yield Period(begin, min(last, self.until))
            begin = last + DAY


def period_of(key: str, today: date, against: str = "before") -> Period:
    """“30”, “90”, “365” → so many days up to today; “2026-10” → that month, up to today. Else the default."""
    compared: Against = "year" if against == "year" else "before"
    if key in map(str, LENGTHS):
        return Period(today - (int(key) - 1) * DAY, today, key, compared)
    begin = _month(key)
    if begin and begin <= today:
        return Period(begin, min(_end_of_month(begin), today), key, compared)
    return period_of(DEFAULT, today, against)


def months_offered(today: date) -> list[Period]:
    """This month and those before it, newest first."""
    found: list[Period] = []
    begin = today.replace(day=1)
    for _ in range(MONTHS_OFFERED):
        found.append(Period(begin, min(_end_of_month(begin), today), f"{begin:%Y-%m}"))
        begin = (begin - DAY).replace(day=1)
    return found


def _month(key: str) -> date | None:
    try:
        return date.fromisoformat(f"{key}-01") if len(key) == 7 else None
    except ValueError:
        return None


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _year_before(day: date, *, is_end: bool = False) -> date:
    """The end of a February that is over is the end of the other one."""
    last = monthrange(day.year - 1, day.month)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return day.replace(year=day.year - 1, day=last if is_end and is_last else min(day.day, last))
