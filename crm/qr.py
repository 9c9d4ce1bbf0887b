"""A QR code as the outline of its dark squares, for an SVG of ours: no picture is fetched, no style is set inline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import qrcode  # type: ignore[import-untyped]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """`path` in a square of `size` units, one a module; the light border around it is the page's."""

    size: int
    path: str


def drawing(text: str) -> Drawing:
    code = qrcode.QRCode(border=0, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row))
    return Drawing(size=len(rows), path=path)


def _runs(row: Sequence[bool | None]) -> Iterator[tuple[int, int]]:
    """Where the dark stretches begin, and how long they are."""
    x = 0
    for is_dark, modules in groupby(row):
        width = len(list(modules))
        if is_dark:
            yield x, width
        x += width
