"""Which of several stands apart from all others: only where intervals do not touch is anything ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from crm.measures.intervals import Interval

Name = TypeVar("Name")


def highest(intervals: Mapping[Name, Interval]) -> Name | None:
    """The one that lies wholly above all others; None where no interval does, or there is nothing to hold it against.

    Two 95 % intervals that do not touch differ at well under 5 %, so that of a dozen shops chance seldom names one.
    """
    return _outermost(
        {name: -its.high for name, its in intervals.items()}, {n: -i.low for n, i in intervals.items()}
    )


def lowest(intervals: Mapping[Name, Interval]) -> Name | None:
    return _outermost(
        {name: its.low for name, its in intervals.items()}, {n: i.high for n, i in intervals.items()}
    )


def _outermost(lows: Mapping[Name, float], highs: Mapping[Name, float]) -> Name | None:
    """The one whose high is below the lows of all others."""
    if len(lows) < 2:
        return None
    name = min(highs, key=lambda one: highs[one])
    return name if all(highs[name] < low for other, low in lows.items() if other != name) else None
