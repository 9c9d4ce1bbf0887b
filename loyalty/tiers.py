"""Which tier a figure gives, and what happens when it falls. Pure; the same for a million at once is `tiers.sql`.

A track is a ladder of steps. What counts are whole months: a rolling time is this month and so many before it; in a
calendar period a tier that was earned is kept until the end of the next period.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

LANDING_DAYS = 30
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Step:
    tier_id: int
    level: int
    threshold: Decimal


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """`steps` go up, in level and in threshold."""

    steps: tuple[Step, ...]
    is_rolling: bool = True
    months: int = 12
    grace_days: int = 0
    lands_softly: bool = True

    def place(self, tier_id: int | None) -> int:
        """From 1 at the bottom; 0 is below it."""
        return next((n for n, step in enumerate(self.steps, 1) if step.tier_id == tier_id), 0)

    def place_for(self, figure: Decimal) -> int:
        return sum(1 for step in self.steps if step.threshold <= figure)

    def at_place(self, place: int) -> Step | None:
        return self.steps[place - 1] if place else None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The tier a member has; `until_at`: it is kept at least so long."""

    tier_id: int | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """The months that count, by their first days; `before` is where the calendar period before began."""

    since: date
    before: date


def window(ladder: Ladder, today: date) -> Window:
    if ladder.is_rolling:
        since = month_plus(today, -ladder.months)
        return Window(since=since, before=since)
    place = today.year * 12 + today.month - 1
    since = _month(place - place % ladder.months)
    return Window(since=since, before=month_plus(since, -ladder.months))


def figure_of(months: Mapping[date, Decimal], window: Window) -> Decimal:
    """`months`: first day of a month → what counted in it."""
    now = sum((figure for month, figure in months.items() if month >= window.since), NOTHING)
    before = sum(
        (figure for month, figure in months.items() if window.before <= month < window.since), NOTHING
    )
    return max(now, before)


def decide(ladder: Ladder, standing: Standing, figure: Decimal, *, at: datetime) -> Standing:
    """Up at once; down only after the grace, and where it lands softly one step at a time."""
    have, earned = ladder.place(standing.tier_id), ladder.place_for(figure)
    if earned >= have:
        return _on(ladder, earned)
    if standing.until_at is None and ladder.grace_days:
        return Standing(tier_id=standing.tier_id, until_at=at + timedelta(days=ladder.grace_days))
    if standing.until_at is not None and standing.until_at > at:
        return standing
    if not ladder.lands_softly or have - 1 == earned:
        return _on(ladder, earned)
    landed = _on(ladder, have - 1)
    stays = timedelta(days=ladder.grace_days or LANDING_DAYS)
    return Standing(tier_id=landed.tier_id, until_at=at + stays)


def _on(ladder: Ladder, place: int) -> Standing:
    step = ladder.at_place(place)
    return Standing(tier_id=step.tier_id if step else None)


@dataclass(frozen=True, kw_only=True)
class Needed:
    """What is missing for a tier, and by which day."""

    tier_id: int
    missing: Decimal
    by: date | None = None


def to_rise(ladder: Ladder, standing: Standing, months: Mapping[date, Decimal], today: date) -> Needed | None:
    """What would lift the member one step; nothing on the top."""
    place = ladder.place(standing.tier_id)
    if place == len(ladder.steps):
        return None
    step = ladder.steps[place]
    its = window(ladder, today)
    now = sum((figure for month, figure in months.items() if month >= its.since), NOTHING)
    by = None if ladder.is_rolling else month_plus(its.since, ladder.months)
    return Needed(tier_id=step.tier_id, missing=max(step.threshold - now, NOTHING), by=by)


def to_stay(ladder: Ladder, standing: Standing, months: Mapping[date, Decimal], today: date) -> Needed | None:
    """What the tier would be lost for, and when, if nothing more were bought; nothing where it cannot be lost."""
    step = ladder.at_place(ladder.place(standing.tier_id))
    if step is None or not step.threshold:
        return None
    ahead = range(1, ladder.months + 2) if ladder.is_rolling else (ladder.months,)
    start = date(today.year, today.month, 1) if ladder.is_rolling else window(ladder, today).since
    for months_ahead in ahead:
        by = month_plus(start, months_ahead)
        left = figure_of(months, window(ladder, by))
        if left < step.threshold:
            return Needed(tier_id=step.tier_id, missing=step.threshold - left, by=by)
    return None


def month_plus(day: date, months: int) -> date:
    return _month(day.year * 12 + day.month - 1 + months)


def _month(place: int) -> date:
    return date(place // 12, place % 12 + 1, 1)


def faults_of(steps: Sequence[Step]) -> list[Step]:
    """Steps that ask no more than the one below them: nobody would ever stand on that one."""
    return [above for below, above in itertools.pairwise(steps) if above.threshold <= below.threshold]
