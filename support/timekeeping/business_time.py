"""B(a, b): the open seconds of a business calendar between two moments, and the moment at which so many have passed.

Open is what the clock on the shop's wall says. An hour that a change of the clocks repeats is open twice, one that it
leaves out never; both follow from reading the zone's offset, piece by piece. Pure: no model, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

MIDNIGHT = time(0)
DAY = timedelta(days=1)
STRETCH = timedelta(days=7)


class UnusableHours(ValueError):
    """These hours cannot be a calendar. The message is for whoever wrote the code; forms say it in their own words."""


class NeverOpens(UnusableHours):
    """No weekday has any hours: nothing would ever be due."""


@dataclass(frozen=True, order=True)
class Hours:
    """From `opens` until just before `closes` on one day. Closing at 00:00 is the end of that day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise UnusableHours("Hours are told by the wall clock, without a zone.")
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise UnusableHours("Hours end after they begin; a night is two stretches, on two days.")

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The two moments on the wall, without a zone."""
        end = datetime.combine(day, self.closes)
        return datetime.combine(day, self.opens), end + DAY if self.closes == MIDNIGHT else end


WHOLE_DAY = (Hours(MIDNIGHT, MIDNIGHT),)


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """The hours of each weekday, Monday first, and of the days that differ: none of them means closed.

    Raises:
        NeverOpens: no weekday has hours.
        UnusableHours: not seven weekdays, or hours of one day that overlap.
    """

    zone: tzinfo
    week: Sequence[Sequence[Hours]]
    exceptions: Mapping[date, Sequence[Hours]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise UnusableHours("A week has seven days.")
        if not any(self.week):
            raise NeverOpens("No weekday has any hours.")
        for hours in (*self.week, *self.exceptions.values()):
            refuse_overlaps(hours)

    def of(self, day: date) -> Sequence[Hours]:
        return self.exceptions.get(day, self.week[day.weekday()])


def around_the_clock(zone: tzinfo) -> OpeningHours:
    return OpeningHours(zone=zone, week=(WHOLE_DAY,) * 7)


def open_time(hours: OpeningHours, since: datetime, until: datetime) -> timedelta:
    """B(since, until). Nothing where `until` is not after `since`."""
    return sum((end - begin for begin, end in openings(hours, since, until)), timedelta(0))


def moment_after(hours: OpeningHours, since: datetime, needed: timedelta) -> datetime:
    """The first moment at which `needed` of open time has passed since `since`: the inverse of `open_time`, in UTC."""
    begin = since.astimezone(UTC)
    if needed <= timedelta(0):
        return begin
    while True:
        for opened, closed in openings(hours, begin, begin + STRETCH):
            if closed - opened >= needed:
                return opened + needed
            needed -= closed - opened
        begin += STRETCH


def is_open(hours: OpeningHours, at: datetime) -> bool:
    wall = at.astimezone(hours.zone).replace(tzinfo=None, fold=0)
    return any(begin <= wall < end for begin, end in (its.on(wall.date()) for its in hours.of(wall.date())))


def openings(hours: OpeningHours, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches between two moments, in order, in UTC. One stretch may be told in two that meet."""
    for begin, end, offset in _pieces(hours.zone, since.astimezone(UTC), until.astimezone(UTC)):
        day, last = (begin + offset).date(), (end + offset).date()
        while day <= last:
            for its in hours.of(day):
                opened, closed = (wall.replace(tzinfo=UTC) - offset for wall in its.on(day))
                if max(opened, begin) < min(closed, end):
                    yield max(opened, begin), min(closed, end)
            day += DAY


def _pieces(zone: tzinfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time between in pieces of one offset from UTC. A zone is taken to change at most once a day."""
    begin = since
    while begin < until:
        end = min(begin + DAY, until)
        offset = _offset(zone, begin)
        if _offset(zone, end) != offset:
            end = _change(zone, begin, end)
        yield begin, end, offset
        begin = end


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first moment with another offset than `before`, to the second: zones change on whole seconds."""
    offset = _offset(zone, before)
    low, high = int(before.timestamp()), -int(-after.timestamp() // 1)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    if offset is None:
        raise UnusableHours("The zone does not tell its offset from UTC.")
    return offset


def refuse_overlaps(hours: Sequence[Hours]) -> None:
    """Raises UnusableHours."""
    for earlier, later in pairwise(hours):
        if earlier.closes == MIDNIGHT or later.opens < earlier.closes:
            raise UnusableHours("Hours of one day follow one another without overlapping.")
