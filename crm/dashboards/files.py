"""A figure's table as a file: numbers as numbers, days as days, the two ends of a range in a column each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.dashboards.dashboard import Table, Words
from crm.exporting import Cell
from crm.words.wording import Told

EXACTLY = 6  # places of what was counted in floats


def laid_out(table: Table) -> tuple[list[str], list[list[Cell]]]:
    """Its head and its rows. A unit that a whole column shares stands in its head."""
    columns = [_column(head, [row[place] for row in table.rows]) for place, head in enumerate(table.head)]
    heads = [words for its, _cells in columns for words in its]
    rows = [[cell for _heads, its in columns for cell in its[number]] for number in range(len(table.rows))]
    return heads, rows


def _column(head: Words, cells: Sequence[Words]) -> tuple[list[str], list[list[Cell]]]:
    told = [cell for cell in cells if isinstance(cell, Told) and cell.values]
    wide = max((len(cell.values) for cell in told), default=1)
    units = {cell.unit for cell in told}
    unit = units.pop() if len(units) == 1 else ""
    name = f"{head}, {unit}" if unit and unit not in str(head) else str(head)
    heads = (
        [name]
        if wide == 1
        else [_("%(column)s, from") % {"column": head}, _("%(column)s, to") % {"column": head}]
    )
    return heads, [_cells(cell, wide) for cell in cells]


def _cells(cell: Words, wide: int) -> list[Cell]:
    values: list[Cell] = list(map(_plain, cell.values)) if isinstance(cell, Told) else []
    if not values:
        values = [str(cell) or None]
    # A single day of a step that was cut is where it begins and where it ends.
    return [*values, *[values[0] if isinstance(cell, Told) else None] * (wide - len(values))]


def _plain(value: Any) -> Cell:
    if isinstance(value, float):
        return Decimal(str(round(value, EXACTLY)))
    found: Cell = value
    return found
