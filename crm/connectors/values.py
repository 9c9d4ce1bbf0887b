"""What stands in a vendor's payload, read for what it is. ValueError says that it is not that; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from crm.words.plain_text import plain

LARGEST_NUMBER = Decimal(10) ** 12
# Names of things are longer than any sum: some vendors count everything that they keep in one row of numbers.
LARGEST_ID = Decimal(10) ** 20
Told: TypeAlias = Mapping[str, Any]


def sum_of(told: Told, name: str) -> Decimal:
    """Money is text here; what is left out is nothing."""
    value = told.get(name)
    return Decimal(0) if value in (None, "") else decimal_of(value)


def decimal_of(value: Any, *, largest: Decimal = LARGEST_NUMBER) -> Decimal:
    """Raises ValueError."""
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise ValueError("not a number")
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not found.is_finite() or abs(found) > largest:
        raise ValueError("not a number that can be true")
    return found


def number_of(value: Any, *, largest: Decimal = LARGEST_NUMBER) -> int:
    found = decimal_of(value, largest=largest)
    if found < 0 or found != int(found):
        raise ValueError("not a number of anything")
    return int(found)


def id_of(value: Any) -> str:
    """Raises ValueError for what names nothing."""
    number = number_of(value, largest=LARGEST_ID)
    if not number:
        raise ValueError("names nothing")
    return str(number)


def moment_of(value: Any) -> datetime:
    """The fields called _gmt have no offset: they are UTC."""
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def currency_of(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("no currency")
    return value


def text_of(value: Any, longest: int) -> str:
    """Without what cannot be kept, and no longer than there is room for."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return plain(str(value))[:longest]
