"""What a rollup is. Which there are is said in `config.rollups`, so that other apps can add theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar, Literal, TypeAlias

from django.conf import settings
from django.db.models import Max, Model, QuerySet

from crm.facts import Fact
from crm.models import DayFigure, TimelineEntry
from crm.rollups import statements

Moments: TypeAlias = Callable[[Sequence[TimelineEntry]], Iterable[datetime]]
Dimension: TypeAlias = Literal["shop", "channel", "tier", "category"]
DIMENSIONS: Sequence[Dimension] = ("shop", "channel", "tier", "category")


def no_moments(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """`events`: SQL that gives (moment, customer_id, shop_id, channel, unit, measure, amount) of the moments from
    %(since)s to before %(until)s, by an index; %(clock)s is the company's. `extent`: SQL that gives the first and the
    last of all moments. `stale`: the facts that change what a day comes to, and the moments whose days they change:
    those of the deed, not of the telling.

    `name` is kept in the database. `version` is to grow with every change of `events`: then all is counted anew.
    `is_cumulative`: figures ask what it comes to since the first day ever, of segments too. `stale_after_moves`: the
    moments whose days are stale beside those in which somebody was of another tier.
    """

    name: str
    events: str
    extent: str
    stale: Mapping[type[Fact], Moments]
    version: int = 1
    is_cumulative: bool = False
    stale_after_moves: Moments = no_moments
    kept_in: ClassVar[type[Model]] = DayFigure
    dimensions: ClassVar[Sequence[Dimension]] = DIMENSIONS

    def rows(self) -> QuerySet[Any]:
        return self.kept_in._default_manager.filter(rollup=self.name)

    def of_everybody(self, *, repair: bool) -> str:
        """SQL: how many rows of a day stand wrongly; put right with `repair`."""
        return statements.of_everybody(self.events, tier_then(), repair=repair)

    def of_segments(self) -> str:
        """As `of_everybody`, for the people of some segments, and always put right."""
        return statements.of_segments(self.events, tier_then())


def rollups() -> Sequence[Rollup]:
    table: Sequence[Rollup] = _wiring().ROLLUPS
    return table


def rollup(name: str) -> Rollup:
    return next(one for one in rollups() if one.name == name)


def dimension_facts() -> Mapping[type[Fact], Moments]:
    """The facts after which somebody is of another tier or category: they change the days of every rollup."""
    table: Mapping[type[Fact], Moments] = _wiring().DIMENSIONS
    return table


def tier_then() -> str:
    """SQL: the tier that `e.customer_id` had at `e.moment`, or NULL."""
    return str(_wiring().TIER_THEN)


def facts_heard() -> tuple[type[Fact], ...]:
    """Whatever makes any day stale."""
    heard = {fact: None for one in rollups() for fact in one.stale}
    return (*heard, *(fact for fact in dimension_facts() if fact not in heard))


def when_it_happened(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    return (entry.occurred_at for entry in entries)


def from_then_until_told(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    """When it happened and when it was told: for what is booked at either."""
    return (moment for entry in entries for moment in (entry.occurred_at, entry.recorded_at))


def from_then_until_the_last_known(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    """As `from_then_until_told`, and the latest that is known of these people: for what is so from then on.

    What is decided by a reaction is as of its entry: since then something may have happened, and been counted.
    """
    people = {entry.customer_id for entry in entries}
    known = TimelineEntry.objects.filter(customer__in=people).aggregate(latest=Max("occurred_at"))
    return (*from_then_until_told(entries), *filter(None, known.values()))


def _wiring() -> Any:
    return import_module(settings.ROLLUPS)
