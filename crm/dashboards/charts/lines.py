"""How did it go? A line within the band of its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import HEIGHT, Label, Rule, Scale, labelled, round_steps, rules_of, said
from crm.measures.intervals import Interval


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
        rules=rules_of(ticks, scale, say),
        labels=[Label(said(xs[index]), labels[index]) for index in labelled(len(labels)) if index < len(xs)],
        last_y=said(last_y),
        last_words_y=said(last_y - 12 if last_y > 24 else last_y + 20),
        last_words=last_words,
    )


def _path(points: Iterable[tuple[float, float]], scale: Scale) -> str:
    marks = [f"{said(x)} {said(scale.y(value))}" for x, value in points]
    return "M" + " L".join(marks)


def _x(index: int, count: int) -> float:
    return 100 * index / (count - 1) if count > 1 else 100.0
