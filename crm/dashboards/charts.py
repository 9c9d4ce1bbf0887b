"""Where the marks of a chart stand: x in per cent, y in pixels, as text for SVG. Pure; the templates draw.

No viewBox: words keep their size at 360 px and on a wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from crm.measures.intervals import Interval

HEIGHT = 190
TOP, BOTTOM = 12, 166
LABELS_AT_MOST = 6
RULES = 4
FUZZ = 1e-13  # what dividing two floats may be off by; more would cut off what is drawn


@dataclass(frozen=True)
class Rule:
    y: str
    y_of_words: str
    words: str


@dataclass(frozen=True)
class Label:
    x: str
    words: str


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """How did it go? A line within the band of its interval; the last value stands at its end."""

    template = "charts/line.html"
    height = HEIGHT

    name: str
    line: str
    band: str
    rules: list[Rule]
    labels: list[Label]
    last_y: str
    last_words_y: str
    last_words: str


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Column:
    """What stands over one label: bars side by side, the first solid, the others soft."""

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


@dataclass(frozen=True)
class Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        return BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)


def line_chart(
    *,
    name: str,
    values: Sequence[float],
    intervals: Sequence[Interval],
    labels: Sequence[str],
    say: Callable[[float], str],
    last_words: str,
    bounds: tuple[float, float] = (float("-inf"), float("inf")),
) -> LineChart:
    """`say` puts a value on the axis into words. The axis may be cut: a line is read by its slope."""
    least, most = min(it.low for it in intervals), max(it.high for it in intervals)
    ticks = [tick for tick in round_steps(least, most) if bounds[0] <= tick <= bounds[1]]
    scale = Scale(min(ticks[0], least), max(ticks[-1], most))
    xs = [_x(index, len(values)) for index in range(len(values))]
    ups = [(x, it.high) for x, it in zip(xs, intervals, strict=True)]
    downs = [(x, it.low) for x, it in zip(xs, intervals, strict=True)][::-1]
    last_y = scale.y(values[-1])
    return LineChart(
        name=name,
        line=_path(zip(xs, values, strict=True), scale),
        band=_path([*ups, *downs], scale) + "Z",
        rules=_rules(ticks, scale, say),
        labels=[
            Label(_said(xs[index]), labels[index]) for index in _labelled(len(labels)) if index < len(xs)
        ],
        last_y=_said(last_y),
        last_words_y=_said(last_y - 12 if last_y > 24 else last_y + 20),
        last_words=last_words,
    )


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
    shown = set(_labelled(count))
    columns = [
        Column(
            x=_said(100 * index / count),
            width=_said(100 / count),
            bars=[_bar(one[index], 12 + wide * place, scale) for place, one in enumerate(series)],
            words=labels[index] if index in shown else "",
        )
        for index in range(count)
    ]
    return BarChart(
        name=name,
        columns=columns,
        caption=caption,
        bar_width=_said(wide - 4),
        rules=_rules(ticks, scale, say),
        legend=list(legend),
    )


def unit_of(values: Iterable[float]) -> int:
    """1, a thousand or a million: so that the words of an axis stay short."""
    most = max(map(abs, values), default=0.0)
    return 1 if most < 20_000 else 1_000 if most < 20_000_000 else 1_000_000


def round_steps(low: float, high: float) -> list[float]:
    """Round numbers that span from `low` to `high`, about RULES of them."""
    if high - low <= FUZZ * max(1.0, abs(low)):
        high = low + (abs(low) if abs(low) > FUZZ else 1.0)
    rough = (high - low) / RULES
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = floor(low / step + FUZZ), ceil(high / step - FUZZ)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _bar(value: float, x: float, scale: Scale) -> Bar:
    y, zero = scale.y(value), scale.y(0)
    return Bar(x=_said(x), y=_said(min(y, zero)), height=_said(abs(zero - y)))


def _rules(ticks: Sequence[float], scale: Scale, say: Callable[[float], str]) -> list[Rule]:
    return [Rule(_said(scale.y(tick)), _said(scale.y(tick) + 4), say(tick)) for tick in ticks]


def _path(points: Iterable[tuple[float, float]], scale: Scale) -> str:
    marks = [f"{_said(x)} {_said(scale.y(value))}" for x, value in points]
    return "M" + " L".join(marks)


def _x(index: int, count: int) -> float:
    return 100 * index / (count - 1) if count > 1 else 100.0


def _labelled(count: int) -> list[int]:
    """The indexes that carry words, counted back from the last, so that a small screen holds them."""
    stride = max(1, ceil(count / LABELS_AT_MOST))
    return list(range(count - 1, -1, -stride))[::-1]


def _said(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
