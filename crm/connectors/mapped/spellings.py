"""What stands at a place, read as what it is to be. ValueError says that it is not that. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from crm.connectors.mapped.slots import Slot
from crm.connectors.values import currency_of, decimal_of, text_of
from crm.purchases.ordering import round_half_up

DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
# As systems write them that are older than the codes.
CURRENCIES = {"RUR": "RUB", "РУБ": "RUB", "РУБ.": "RUB", "₽": "RUB", "ЛВ": "BGN", "ЛВ.": "BGN", "€": "EUR"}
QUANTITY_STEP = Decimal("0.001")
# Money, with its currency beside it and spaces between thousands.
SUM = re.compile(r"[^\d\u2212-]*(?P<sum>-?\d[\d\s\u00a0\u202f'.,]*)\D*")
LONGEST_SUM = 40
BETWEEN_THOUSANDS = re.compile(r"[\s\u00a0\u202f']")


def read(slot: Slot, value: Any, *, formats: Mapping[str, str], clock: tzinfo) -> Any:
    """Raises ValueError, TypeError, OverflowError."""
    match slot.reads:
        case "sum":
            return sum_of(value, spelt=formats.get("formats.sums", "point"))
        case "number":
            return number_of(value)
        case "stock":
            return int(decimal_of(value))
        case "moment":
            return moment_of(value, spelt=formats.get("formats.moments", "iso"), clock=clock)
        case "list":
            if not isinstance(value, list):
                raise ValueError("no list")
            return value
        case "state":
            return word_of(value)
    if slot.name == "order.currency":
        return currency(value)
    text = text_of(value, slot.longest)
    if not text:
        raise ValueError("no text")
    return text


def sum_of(value: Any, *, spelt: str) -> Decimal:
    if spelt == "hundredths":
        return round_half_up(decimal_of(value) / 100)
    found = decimal_of(_bare(value, spelt=spelt) if isinstance(value, str) else value)
    if found < 0:
        raise ValueError("less than nothing")
    return found


def _bare(written: str, *, spelt: str) -> str:
    fits = SUM.fullmatch(written) if len(written) <= LONGEST_SUM else None
    if fits is None:
        raise ValueError("no sum")
    digits = BETWEEN_THOUSANDS.sub("", fits["sum"]).rstrip(".,")
    if spelt == "comma" and "," in digits:
        return digits.replace(".", "").replace(",", ".")
    return digits


def number_of(value: Any) -> Decimal:
    if isinstance(value, str):
        value = value.strip().replace(",", ".")
    return abs(decimal_of(value)).quantize(QUANTITY_STEP)


def moment_of(value: Any, *, spelt: str, clock: tzinfo) -> datetime:
    """Without an offset, by the clock of the shop."""
    if spelt in ("seconds", "milliseconds"):
        seconds = decimal_of(value) if spelt == "seconds" else decimal_of_milliseconds(value)
        return datetime.fromtimestamp(float(seconds), UTC)
    if not isinstance(value, str):
        raise ValueError("no moment")
    found = datetime.fromisoformat(value) if spelt == "iso" else _day_first(value)
    return found if found.tzinfo else found.replace(tzinfo=clock)


def decimal_of_milliseconds(value: Any) -> Decimal:
    return decimal_of(value, largest=Decimal(10) ** 15) / 1000


def word_of(value: Any) -> str:
    """Yes and no are words as well."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of(value, 254)


def currency(value: Any) -> str:
    written = text_of(value, 10).upper()
    return currency_of(CURRENCIES.get(written, written))


def _day_first(value: str) -> datetime:
    """Turned round, so that it reads as the other spelling."""
    fits = DAY_FIRST.fullmatch(value.strip())
    if fits is None:
        raise ValueError("no moment")
    day, month, year, time = fits.groups()
    hour, _colon, rest = (time or "0:00").partition(":")
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest}")
