"""Which column of a file says what: guessed from its header, confirmed by a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.utils.functional import Promise

from crm.importing.cells import DATE_ORDERS, DateOrder, guess_date_order
from crm.importing.files import Glimpse
from crm.importing.refusals import MissingColumns


@dataclass(frozen=True, kw_only=True)
class Column:
    """A thing that a row says; `synonyms` are headers under which shops' programs say it, letters and digits only."""

    name: str
    label: str | Promise
    synonyms: frozenset[str]
    is_required: bool = True
    is_date: bool = False


def column(
    name: str, label: str | Promise, synonyms: str, *, is_required: bool = True, is_date: bool = False
) -> Column:
    return Column(
        name=name,
        label=label,
        synonyms=frozenset(synonyms.split()),
        is_required=is_required,
        is_date=is_date,
    )


def maybe(name: str, label: str | Promise, synonyms: str, *, is_date: bool = False) -> Column:
    """A column that a file may do without."""
    return column(name, label, synonyms, is_required=False, is_date=is_date)


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """Name of a column → its position in the file; and how dates are written that could be read in two ways."""

    positions: Mapping[str, int]
    dates: DateOrder = "day-first"

    @classmethod
    def guess(cls, glimpse: Glimpse, columns: Sequence[Column]) -> Self:
        """As far as the header says; see `check` for whether that is enough."""
        bare = [bare_header(title) for title in glimpse.header]
        positions = {
            column.name: next(place for place, title in enumerate(bare) if title in column.synonyms)
            for column in columns
            if column.synonyms.intersection(bare)
        }
        dates = [column.name for column in columns if column.is_date and column.name in positions]
        samples = [text for name in dates for text in glimpse.column(positions[name])]
        return cls(positions=positions, dates=guess_date_order(samples))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        dates = kept.get("dates")
        return cls(
            positions=kept.get("positions", {}), dates=dates if dates in DATE_ORDERS else DATE_ORDERS[0]
        )

    def as_json(self) -> dict[str, Any]:
        return {"positions": dict(self.positions), "dates": self.dates}

    def check(self, header: Sequence[str], columns: Sequence[Column]) -> None:
        """Raises MissingColumns when something that is needed is not there, or one column says two things."""
        needed = {column.name for column in columns if column.is_required}
        places = list(self.positions.values())
        fits = all(0 <= place < len(header) for place in places) and len(set(places)) == len(places)
        if not fits or not needed <= set(self.positions):
            raise MissingColumns


def bare_header(title: str) -> str:
    return re.sub(r"[\W_]", "", title).casefold()
