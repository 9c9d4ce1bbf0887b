"""How many come so far? A bar for each stage, from zero, with what it says at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import said, shortened

ROW_HEIGHT = 42


@dataclass(frozen=True)
class Stage:
    """`words`: the count, and its share of whatever the figure declares."""

    label: str
    count: float
    words: str


@dataclass(frozen=True)
class StageRow:
    y: int
    label: str
    words: str
    width: str


@dataclass(frozen=True, kw_only=True)
class Funnel:
    template = "charts/funnel.html"
    caption = ""

    name: str
    height: int
    rows: list[StageRow]


def funnel(*, name: str, stages: Sequence[Stage]) -> Funnel:
    """In the order in which they are passed. It also compares how many there are of each sort."""
    most = max((stage.count for stage in stages), default=0)
    return Funnel(
        name=name,
        height=ROW_HEIGHT * len(stages),
        rows=[
            StageRow(
                y=ROW_HEIGHT * place,
                label=shortened(stage.label),
                words=stage.words,
                width=said(100 * stage.count / most if most else 0),
            )
            for place, stage in enumerate(stages)
        ],
    )
