"""How do these compare? A dot with the whisker of its interval; what it was before is a hollow dot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import Label, round_steps, said, shortened
from crm.measures.intervals import Interval

ROW_HEIGHT = 44
FOOT = 24


@dataclass(frozen=True, kw_only=True)
class Dotted:
    """A row to be drawn. `value` None: too few for a dot, its `words` alone stand there (“12 of 20”)."""

    label: str
    words: str
    value: float | None = None
    interval: Interval | None = None
    before: float | None = None


@dataclass(frozen=True)
class DotRow:
    y: int
    label: str
    words: str
    x: str
    low: str
    high: str
    before: str


@dataclass(frozen=True, kw_only=True)
class DotChart:
    template = "charts/dots.html"

    name: str
    caption: str
    height: int
    bottom: int
    rows: list[DotRow]
    labels: list[Label]
    legend: list[str]


def dots(
    *,
    name: str,
    rows: Sequence[Dotted],
    say: Callable[[float], str],
    legend: tuple[str, str],
    caption: str = "",
    bounds: tuple[float, float] = (float("-inf"), float("inf")),
) -> DotChart | None:
    """`legend`: what the dot is, and what the hollow one. The axis may be cut. None: there is no dot to draw."""
    values = [value for row in rows for value in _values(row)]
    if not values:
        return None
    ticks = [tick for tick in round_steps(min(values), max(values)) if bounds[0] <= tick <= bounds[1]]
    low, high = min(ticks[0], *values), max(ticks[-1], *values)

    def x(value: float | None) -> str:
        return "" if value is None else said(100 * (value - low) / (high - low))

    drawn = [
        DotRow(
            y=ROW_HEIGHT * place,
            label=shortened(row.label),
            words=row.words,
            x=x(row.value),
            low=x(row.interval.low if row.interval else row.value),
            high=x(row.interval.high if row.interval else row.value),
            before=x(row.before),
        )
        for place, row in enumerate(rows)
    ]
    has_before = any(row.before for row in drawn)
    bottom = ROW_HEIGHT * len(rows)
    return DotChart(
        name=name,
        caption=caption,
        height=bottom + FOOT,
        bottom=bottom,
        rows=drawn,
        labels=[Label(x(tick), say(tick)) for tick in ticks],
        legend=list(legend if has_before else legend[:1]),
    )


def _values(row: Dotted) -> list[float]:
    ends = [row.interval.low, row.interval.high] if row.interval else []
    return [value for value in (row.value, row.before, *ends) if value is not None]
