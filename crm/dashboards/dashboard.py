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

from crm.colleagues import own_shops
from crm.dashboards import sight
from crm.dashboards.charts import Chart
from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.dashboards.periods import DAY, Period
from crm.models import User

Words: TypeAlias = str | Promise

# So long a figure that is costly to count is told again as it was counted.
KEPT_FOR = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """Somebody reads a dashboard for a period, on the company's clock, about everybody or about some.

    Each is one of its own: what sources read for it is kept with it, and told to nobody who asks the same later.
    """

    period: Period
    reader: User
    at: datetime
    narrowed: Narrowed = EVERYBODY

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, kw_only=True)
class Change:
    """`direction` is its form, `mood` its colour: churn down is good. `none` also says that it is too early to tell.

    `p`: how often chance alone would show as much; None: it cannot be told.
    """

    words: Words
    direction: Literal["up", "down", "none"] = "none"
    mood: Literal["good", "bad", ""] = ""
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers under a chart. The first cell of a row is its head.

    Cells made by crm.words.wording (`number`, `money`, `percent`, `Told`) go into a file as the numbers they tell.
    """

    head: Sequence[Words]
    rows: Sequence[Sequence[Words]]


@dataclass(frozen=True, kw_only=True)
class Way:
    """From a number to the people or records behind it, or to what can be done about it."""

    words: Words
    url: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with what it rests on and how it is counted. Unknown is said in words, never as 0.

    `as_of`: it was counted then, and may be told again for a while; None: it was counted for this very page.
    `slug` names it in addresses: the name of its source. `heeds`: by which fields of `Narrowed` it can be narrowed;
    where the address asks for another one, the page says that this figure is about everybody.
    """

    title: Words
    value: Words
    definition: Sequence[Words]
    small: Words = ""
    basis: Words = ""
    change: Change | None = None
    chart: Chart | None = None
    table: Table | None = None
    as_of: datetime | None = None
    slug: str = ""
    heeds: frozenset[str] = frozenset()
    behind: Sequence[Way] = ()
    acts: Sequence[Way] = ()


FigureSource: TypeAlias = Callable[[Question], Figure | None]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A tab of the dashboard: `sources` in their order, or (`url_name`) a view of its own.

    `nothing`: what will stand there, for a company that has nothing to show yet.
    """

    slug: str
    label: Words
    sources: Sequence[FigureSource] = ()
    nothing: Words = ""
    url_name: str = ""
    permission: str = "crm.view_dashboard"


OVERVIEW = "overview"


def pages() -> Sequence[Page]:
    table: Any = import_module(settings.DASHBOARD)
    found: Sequence[Page] = table.PAGES
    return found


def page_named(slug: str) -> Page | None:
    """One that is made of sources."""
    return next((page for page in pages() if page.slug == slug and not page.url_name), None)


def figures(question: Question, page: str = OVERVIEW) -> list[Figure]:
    """What this reader may see of it, in its order. Of somebody else's shop, or segment, nothing."""
    its, seen = page_named(page), as_seen(question)
    return [found for source in (its.sources if its else ()) if (found := figure(source, seen)) is not None]


def as_seen(question: Question) -> Question:
    """Narrowed to what its reader may see. Asked of once: sources keep what they read with the question itself."""
    narrowed = sight.seen_by(question.reader, question.narrowed)
    return question if narrowed == question.narrowed else replace(question, narrowed=narrowed)


def figure(source: FigureSource, seen: Question) -> Figure | None:
    """To a question `as_seen`. Whoever sees some shops alone is told nothing that is about the whole company."""
    is_limited = not own_shops.sees_every_shop(seen.reader)
    if is_limited and seen.narrowed.shop is None:
        return None
    found = source(seen)
    if found is None or (is_limited and "shop" not in found.heeds):
        return None
    return replace(found, slug=slug_of(source))


def slug_of(source: FigureSource) -> str:
    """As addresses name it: “net-revenue”."""
    return source.__name__.replace("_", "-")


def kept(source: FigureSource) -> FigureSource:
    """A figure that is costly to count and the same for every reader: told for KEPT_FOR as it was counted, in words.

    What is nothing yet (None) is asked for anew each time.
    """

    @wraps(source)
    def told(question: Question) -> Figure | None:
        asked = (
            question.period.since,
            question.period.until,
            question.today,
            get_language(),
            question.narrowed,
            question.period.against,
        )
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


def edges_with_before(period: Period) -> tuple[list[datetime], int]:
    """The edges of what it is compared with (step 0) and of its own steps, and the number of the first of these."""
    previous, steps = period.previous, period.steps()
    adjoins = previous.until + DAY == period.since
    lots = [previous, *([] if adjoins else [Period(previous.until + DAY, period.since - DAY)]), *steps]
    return edges(lots), len(lots) - len(steps)
