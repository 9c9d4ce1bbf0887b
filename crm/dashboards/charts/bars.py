"""How much of each? Bars from zero, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import HEIGHT, Rule, Scale, labelled, round_steps, rules_of, said


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Column:
    """What stands over one label: bars side by side, the first solid, the second soft, the third an outline."""

    x: str
    width: str
    bars: list[Bar]
    words: str


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """How much of each, from zero."""

    template = "charts/bars.html"
    height = HEIGHT

    name: str
    columns: list[Column]
    caption: str
    bar_width: str
    rules: list[Rule]
    legend: list[str]


def bar_chart(
    *,
    name: str,
    series: Sequence[Sequence[float]],
    labels: Sequence[str],
    say: Callable[[float], str],
    caption: str = "",
    legend: Sequence[str] = (),
) -> BarChart:
    """`series` in the order of `legend`; below zero the bars hang. The caption says in what units the axis counts."""
    everything = [value for one in series for value in one]
    ticks = round_steps(min(0.0, *everything), max(0.0, *everything))
    scale = Scale(ticks[0], ticks[-1])
    count, wide = len(labels), 76 / len(series)
    shown = set(labelled(count))
    columns = [
        Column(
            x=said(100 * index / count),
            width=said(100 / count),
            bars=[_bar(one[index], 12 + wide * place, scale) for place, one in enumerate(series)],
            words=labels[index] if index in shown else "",
        )
        for index in range(count)
    ]
    return BarChart(
        name=name,
        columns=columns,
        caption=caption,
        bar_width=said(wide - 4),
        rules=rules_of(ticks, scale, say),
        legend=list(legend),
    )


def _bar(value: float, x: float, scale: Scale) -> Bar:
    y, zero = scale.y(value), scale.y(0)
    return Bar(x=said(x), y=said(min(y, zero)), height=said(abs(zero - y)))
