"""What is written in a cell: numbers and moments, as shops' programs write them. Pure.

Where a cell could mean two things it is refused, not guessed: “1,234” is a thousand to one reader and one to another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal, cast
from zoneinfo import ZoneInfo

DateOrder = Literal["day-first", "month-first"]
DATE_ORDERS: tuple[DateOrder, ...] = ("day-first", "month-first")

_NOISE = re.compile(r"[\s\u00a0\u202f']|€|£|\$|₽|руб\.?|лв\.?", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"-?[1-9]\d{0,2},\d{3}")
_GROUPED = re.compile(r"(-?[1-9]\d{0,2}([.,])\d{3}(?:\2\d{3})*|-?\d+)(?:[.,](\d+))?")
_WRITTEN_DATE = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\s*(?:г\.?)?,?(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*ч\.?)?)?"
)


def number_in(text: str) -> Decimal:
    """Raises ValueError for what is no number, or could be two."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = _number_written_by_people(text)
    if not number.is_finite():
        raise ValueError
    return number


def _number_written_by_people(text: str) -> Decimal:
    """Thousands in groups of three, parted by a mark that is not the decimal one."""
    bare = _NOISE.sub("", text).replace("−", "-")
    found = _GROUPED.fullmatch(bare)
    if not found or _AMBIGUOUS.fullmatch(bare):
        raise ValueError
    whole, mark, fraction = found.groups()
    if mark and fraction is not None and bare[len(whole)] == mark:
        raise ValueError
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or 0}")


def moment_reader(zone: ZoneInfo, order: DateOrder) -> Callable[[str], datetime]:
    """A reader of moments that were written in `zone`; it answers in UTC and raises ValueError."""

    def moment_in(text: str) -> datetime:
        local = _moment(text.strip(), order)
        aware = local if local.tzinfo else local.replace(tzinfo=zone)
        return aware.astimezone(UTC)

    return moment_in


def _moment(text: str, order: DateOrder) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        found = _WRITTEN_DATE.fullmatch(text)
        if not found:
            raise
    first, second, year, hour, minute, sec = (int(part or 0) for part in found.groups())
    day, month = (first, second) if order == "day-first" else (second, first)
    year = year + 2000 if year < 100 else year
    return datetime(year, month, day, hour, minute, sec)  # noqa: DTZ001 - its zone is added by the reader


def guess_date_order(samples: Iterable[str]) -> DateOrder:
    """Month first only where a date says so by a day over 12, and none says the contrary."""
    pairs = [found.groups()[:2] for text in samples if (found := _WRITTEN_DATE.fullmatch(text.strip()))]
    firsts = {int(cast(str, first)) for first, _ in pairs}
    seconds = {int(cast(str, second)) for _, second in pairs}
    return "month-first" if max(seconds, default=0) > 12 >= max(firsts, default=0) else "day-first"


def date_in(text: str, order: DateOrder) -> date:
    """A day, whatever the hour that stands beside it. Raises ValueError."""
    return _moment(text.strip(), order).date()


_YES = frozenset(
    "yes y true 1 given agreed да д истина согласен согласна дано съгласен съгласна дадено + x х".split()
)
_NO = frozenset("no n false 0 withdrawn refused нет н ложь отозвано отказ не оттеглено отказано -".split())


def yes_or_no(text: str) -> bool:
    """Raises ValueError for what is neither."""
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError


def parts_in(text: str, marks: str = ";,\n|") -> list[str]:
    """What stands in one cell with marks between."""
    return [part for raw in re.split(f"[{re.escape(marks)}]", text) if (part := raw.strip())]
