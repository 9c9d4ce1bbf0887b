"""Who came back? A table whose cells are darker the more they hold; the number always stands in the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = 6


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    """`value` None: nothing is known. `is_few`: the number stands there without a colour. `url`: who is behind it."""

    words: str = ""
    value: float | None = None
    is_few: bool = False
    url: str = ""


@dataclass(frozen=True)
class Heated:
    words: str
    look: str
    url: str


@dataclass(frozen=True)
class HeatRow:
    label: str
    size: str
    cells: list[Heated]


@dataclass(frozen=True, kw_only=True)
class HeatGrid:
    template = "charts/heat.html"

    name: str
    caption: str
    head: list[str]
    has_sizes: bool
    rows: list[HeatRow]


def heat_grid(
    *,
    name: str,
    head: Sequence[str],
    rows: Sequence[tuple[str, str, Sequence[HeatCell]]],
    caption: str = "",
) -> HeatGrid:
    """`head`: of the labels, of the sizes, then of the cells. `rows`: label, size (may be empty), cells.

    From the lightest, the smallest value, to the darkest; zero and below stay without colour. Where there are no
    sizes, give their head as "": the column is left out.
    """
    values = [
        cell.value
        for *_row, cells in rows
        for cell in cells
        if cell.value and cell.value > 0 and not cell.is_few
    ]
    lightest, darkest = min(values, default=0.0), max(values, default=0.0)
    return HeatGrid(
        name=name,
        caption=caption,
        has_sizes=bool(head[1]),
        head=[words for place, words in enumerate(head) if words or place != 1],
        rows=[
            HeatRow(
                label, size, [Heated(cell.words, _look(cell, lightest, darkest), cell.url) for cell in cells]
            )
            for label, size, cells in rows
        ],
    )


def _look(cell: HeatCell, lightest: float, darkest: float) -> str:
    if cell.is_few:
        return "few"
    if cell.value is None or cell.value <= 0:
        return ""
    part = (cell.value - lightest) / (darkest - lightest) if darkest > lightest else 1.0
    return f"h{min(LEVELS, 1 + int(LEVELS * part))}"
