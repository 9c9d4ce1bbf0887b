"""The figure that an issue is to change: as it was when it was opened, and as it is since something was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from crm import company
from crm.measures.intervals import Difference
from surveys.reports import narrowing, reporting
from surveys.scores import Score

A_DAY = timedelta(days=1)
# What happened longer ago says little about how it is now.
LONGEST = timedelta(days=90)


def measured(figure: Mapping[str, Any], *, since: date, until: date, at: datetime) -> dict[str, Any]:
    """The figure over these days, both included, as an issue keeps it. Without answers: `n` is 0, and no value.

    Raises:
        UnusableFigure.
    """
    clock = company.current().clock
    score = reporting.score(
        narrowing.read(figure),
        since=datetime.combine(since, time.min, clock),
        until=datetime.combine(until + A_DAY, time.min, clock),
        at=at,
    )
    days = {"since": since.isoformat(), "until": until.isoformat()}
    return {**days, **(asdict(score) if score else {"value": None, "n": 0})}


def score_of(kept: Mapping[str, Any] | None) -> Score | None:
    """None: it was not measured, or nobody had answered."""
    if not kept or kept.get("value") is None:
        return None
    return Score(**{name: value for name, value in kept.items() if name not in ("since", "until")})


def effect(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Difference | None:
    """After less before. None: there are too few answers on either side to tell."""
    was, is_now = score_of(before), score_of(after)
    return is_now.against(was) if was and is_now else None


def has_risen(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """A change for the better that is no chance. Of every figure more is better."""
    found = effect(before, after)
    return found is not None and found.is_change and found.value > 0
