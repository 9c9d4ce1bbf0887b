"""When somebody may be woken. Pure: no database, no clock.

Where nobody knows on which clock a person lives, it must be allowed on every clock on which they may live: one Russian
mobile prefix spans eleven hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

# Between the first clock and the last there may be hours that are quiet nowhere, or there may be none.
LOOKED_AHEAD = timedelta(days=2)


def next_allowed(at: datetime, *, clocks: Sequence[tzinfo], quiet: tuple[int, int]) -> datetime:
    """The first moment from `at` on that is not quiet on any of these clocks.

    `quiet`: the hour from which it is, and the one from which it is no more. Where every hour is quiet somewhere, the
    first clock decides alone.
    """
    begins, ends = quiet
    if begins == ends or not clocks:
        return at
    moment = at
    while moment < at + LOOKED_AHEAD:
        later = max(_next_on(moment, clock, begins, ends) for clock in clocks)
        if later == moment:
            return moment
        moment = later
    return _next_on(at, clocks[0], begins, ends)


def _next_on(at: datetime, clock: tzinfo, begins: int, ends: int) -> datetime:
    local = at.astimezone(clock)
    if not _is_quiet(local.hour, begins, ends):
        return at
    day = local.date() + timedelta(days=1 if local.hour >= ends else 0)
    morning = datetime.combine(day, time(ends), tzinfo=clock)
    # In the hour that a clock skips in spring there is no such time: what UTC says of it is later, and right.
    return morning.astimezone(at.tzinfo)


def _is_quiet(hour: int, begins: int, ends: int) -> bool:
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends
