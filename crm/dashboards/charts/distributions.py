"""What is usual? How many fall between one edge and the next; lines mark the median and such."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import HEIGHT, LABELS_AT_MOST, Label, Rule, Scale, round_steps, rules_of, said

APART = 0.4  # per cent between two bars


@dataclass(frozen=True)
class Bin:
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, kw_only=True)
class Distribution:
    template = "charts/distribution.html"
    height = HEIGHT

    name: str
    caption: str
    bins: list[Bin]
    rules: list[Rule]
    labels: list[Label]
    marks: list[Label]


def distribution(
    *,
    name: str,
    edges: Sequence[float],
    counts: Sequence[float],
    say: Callable[[float], str],
    say_count: Callable[[float], str],
    marks: Sequence[tuple[float, str]] = (),
    caption: str = "",
) -> Distribution:
    """`edges`: one more than `counts`, ascending; each bin is as wide as the others, however far its edges lie apart.

    `say` puts an edge into words. `marks`: values with their words (“median: 12 min”), drawn as lines.
    """
    if len(edges) != len(counts) + 1:
        raise ValueError("one more edge than counts")
    ticks = round_steps(0.0, max(counts, default=0.0))
    scale, width = Scale(ticks[0], ticks[-1]), 100 / len(counts)
    stride = -(-len(edges) // LABELS_AT_MOST)
    return Distribution(
        name=name,
        caption=caption,
        bins=[
            Bin(
                x=said(place * width + APART / 2),
                width=said(width - APART),
                y=said(scale.y(count)),
                height=said(scale.y(0) - scale.y(count)),
            )
            for place, count in enumerate(counts)
        ],
        rules=rules_of(ticks, scale, say_count),
        labels=[Label(said(place * width), say(edges[place])) for place in range(0, len(edges), stride)],
        marks=[Label(said(_place(value, edges) * width), words) for value, words in marks],
    )


def _place(value: float, edges: Sequence[float]) -> float:
    """How many bins lie before it, with the part of its own."""
    if value <= edges[0]:
        return 0.0
    if value >= edges[-1]:
        return float(len(edges) - 1)
    after = bisect_right(edges, value)
    low, high = edges[after - 1], edges[after]
    return after - 1 + (value - low) / (high - low)
