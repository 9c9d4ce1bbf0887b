"""What is it made of? Each row is a whole; its pieces differ in pattern as well as in colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.dashboards.charts.axes import said, shortened

ROW_HEIGHT = 46
MOST_PIECES = 6  # so many patterns there are: templates/charts/_patterns.html
LEAST_WITH_WORDS = 14.0  # per cent of the width: less does not hold “62 %” on a phone


@dataclass(frozen=True)
class Piece:
    """`form` numbers its pattern, from 1."""

    x: str
    width: str
    form: int
    words: str
    middle: str


@dataclass(frozen=True)
class StackedRow:
    y: int
    label: str
    words: str
    pieces: list[Piece]


@dataclass(frozen=True, kw_only=True)
class StackedShares:
    template = "charts/shares.html"
    caption = ""

    name: str
    height: int
    rows: list[StackedRow]
    legend: list[str]


def stacked_shares(
    *,
    name: str,
    rows: Sequence[tuple[str, str, Sequence[float]]],
    legend: Sequence[str],
    say: Callable[[float], str],
) -> StackedShares:
    """`rows`: label, what stands at its end (such as n), and the parts in the order of `legend`, in any unit.

    `say` puts a share (0 … 1) into words. A row of nothing has no pieces.
    """
    if len(legend) > MOST_PIECES:
        raise ValueError(f"at most {MOST_PIECES} pieces can be told apart")
    return StackedShares(
        name=name,
        height=ROW_HEIGHT * len(rows),
        rows=[
            StackedRow(ROW_HEIGHT * place, shortened(label), words, _pieces(parts, say))
            for place, (label, words, parts) in enumerate(rows)
        ],
        legend=list(legend),
    )


def _pieces(parts: Sequence[float], say: Callable[[float], str]) -> list[Piece]:
    whole, begun = sum(parts), 0.0
    pieces: list[Piece] = []
    for form, part in enumerate(parts, 1):
        if part > 0:
            x, width = 100 * begun / whole, 100 * part / whole
            words = say(part / whole) if width >= LEAST_WITH_WORDS else ""
            pieces.append(Piece(said(x), said(width), form, words, said(x + width / 2)))
        begun += part
    return pieces
