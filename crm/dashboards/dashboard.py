"""What stands on the managers' dashboard. The figures come from `config.dashboard`, so that other apps can add theirs.

A figure is a function that takes a `Question` and answers a `Figure`, or None for nothing. It asks the database a fixed
number of questions, however long the period, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import wraps
from importlib import import_module
from typing import Any, Literal, TypeAlias

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language

from crm.dashboards.charts import BarChart, LineChart
from crm.dashboards.periods import DAY, Period
from crm.models import User

Words: TypeAlias = str | Promise

# So long a figure that is costly to count is told again as it was counted.
KEPT_FOR = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Somebody reads the dashboard for a period, on the company's clock."""

    period: Period
    reader: User
    at: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, kw_only=True)
class Change:
    """`direction` is its form, `mood` its colour: churn down is good. `none` also says that it is too early to tell."""

    words: Words
    direction: Literal["up", "down", "none"] = "none"
    mood: Literal["good", "bad", ""] = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers under a chart. The first cell of a row is its head."""

    head: Sequence[Words]
    rows: Sequence[Sequence[Words]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with what it rests on and how it is counted. Unknown is said in words, never as 0.

    `as_of`: it was counted then, and may be told again for a while; None: it was counted for this very page.
    """

    title: Words
    value: Words
    definition: Sequence[Words]
    small: Words = ""
    basis: Words = ""
    change: Change | None = None
    chart: LineChart | BarChart | None = None
    table: Table | None = None
    as_of: datetime | None = None


FigureSource: TypeAlias = Callable[[Question], Figure | None]


def figures(question: Question) -> list[Figure]:
    table: Any = import_module(settings.DASHBOARD)
    return [found for source in table.FIGURES if (found := source(question))]


def kept(source: FigureSource) -> FigureSource:
    """A figure that is costly to count and the same for every reader: told for KEPT_FOR as it was counted, in words.

    What is nothing yet (None) is asked for anew each time.
    """

    @wraps(source)
    def told(question: Question) -> Figure | None:
        asked = (question.period.since, question.period.until, question.today, get_language())
        key = f"figure:{source.__module__}.{source.__name__}:" + ":".join(map(str, asked))
        known: Figure | None = cache.get(key)
        if known is None and (counted := source(question)):
            known = replace(counted, as_of=question.at)
            cache.set(key, known, KEPT_FOR.total_seconds())
        return known

    return told


def edges(steps: Sequence[Period]) -> list[datetime]:
    """The moments at which these adjoining steps begin, and the one at which the last is over."""
    days = [*(step.since for step in steps), steps[-1].until + DAY]
    return [timezone.make_aware(datetime.combine(day, time.min)) for day in days]
