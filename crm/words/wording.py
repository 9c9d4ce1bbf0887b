"""How numbers, money and dates are said inside a sentence, by the rules of each language."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

SIGNS = {"EUR": "€", "RUB": "₽", "BGN": "лв.", "GBP": "£", "USD": "$"}
SIGN_FIRST = {"€", "£", "$"}
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return money(self.amount, self.currency)


class Told(str):
    """Words that keep what they tell, so that a file can take it: a number, a day, the two ends of a range.

    Inside a sentence they are plain words. `unit` is the same for all values: “%”, “EUR”, “s”.
    """

    values: tuple[Any, ...]
    unit: str

    def __new__(cls, words: str, *values: Any, unit: str = "") -> Told:
        told = super().__new__(cls, words)
        told.values, told.unit = values, unit
        return told

    def __reduce__(self) -> Any:
        return _told, (str(self), self.values, self.unit)


def _told(words: str, values: tuple[Any, ...], unit: str) -> Told:
    return Told(words, *values, unit=unit)


def money(amount: Decimal | None, currency: str) -> str:
    """“4 260 ₽”, “12,84 €”, “€12.84”: a number never parts from its unit."""
    if amount is None:
        return ""
    sign = SIGNS.get(currency, currency)
    places = 0 if currency == "RUB" and amount == amount.to_integral_value() else 2
    digits = number(abs(amount), places)
    minus = MINUS if amount < 0 else ""
    if (get_language() or "en").startswith("en"):
        words = f"{minus}{sign}{digits}" if sign in SIGN_FIRST else f"{minus}{digits}{NBSP}{sign}"
    else:
        words = f"{minus}{digits}{NBSP}{sign}"
    return Told(words, amount, unit=currency)


def number(value: Decimal | float, places: int = 0) -> str:
    """Grouped as the language groups its thousands; Bulgarian begins to at five digits."""
    least = 10_000 if (get_language() or "").startswith("bg") else 1_000
    grouped = abs(Decimal(value)) >= least
    digits = f"{abs(value):{',' if grouped else ''}.{places}f}"
    marks = {
        ",": formats.get_format("THOUSAND_SEPARATOR"),
        ".": formats.get_format("DECIMAL_SEPARATOR"),
    }
    words = (MINUS if value < 0 else "") + "".join(marks.get(mark, mark) for mark in digits)
    return Told(words, value)


def percent(share: float, of: int) -> str:
    """“14,8 %” as each language writes it; whole below 1,000 cases, which cannot tell tenths apart."""
    said = number(100 * share, 0 if of < 1_000 else 1)
    words = f"{said}{NBSP}%" if (get_language() or "").startswith("ru") else f"{said}%"
    return Told(words, 100 * share, unit="%")


def near(moment: datetime, now: datetime | None = None) -> str:
    """“today, 15:00” and “yesterday, 15:00” when near, “3 Nov, 15:00” this year, else the date alone."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    sentence = {
        -1: gettext("yesterday, {time}"),
        0: gettext("today, {time}"),
        1: gettext("tomorrow, {time}"),
    }.get((local.date() - today).days)
    if sentence:
        return sentence.format(time=time_of(moment))
    if local.year == today.year:
        return f"{short_day(local.date(), today)}, {time_of(moment)}"
    return short_day(local.date(), today)


def near_day(day: date, today: date) -> str:
    """“Today, 22 November”, “3 November”, “3 November 2025”: the head over what happened on a day."""
    this_year = formats.date_format(day, "MONTH_DAY_FORMAT")
    sentence = {
        -1: gettext("Yesterday, {date}"),
        0: gettext("Today, {date}"),
        1: gettext("Tomorrow, {date}"),
    }.get((day - today).days)
    if sentence:
        return sentence.format(date=this_year)
    return this_year if day.year == today.year else formats.date_format(day, "DATE_FORMAT")


def short_day(day: date, today: date) -> str:
    """“3 Nov” this year, “3 Nov 2025” otherwise: for tables and lists."""
    shape = "SHORT_MONTH_DAY_FORMAT" if day.year == today.year else "SHORT_DATE_FORMAT"
    return formats.date_format(day, shape).replace(" ", NBSP)


def time_of(moment: datetime) -> str:
    return formats.time_format(timezone.localtime(moment), "TIME_FORMAT").replace(" ", NBSP)


# Django writes these with a capital letter in Russian and Bulgarian; a catalogue of ours comes before its own.
MONTHS = (
    gettext_lazy("January"),
    gettext_lazy("February"),
    gettext_lazy("March"),
    gettext_lazy("April"),
    gettext_lazy("May"),
    gettext_lazy("June"),
    gettext_lazy("July"),
    gettext_lazy("August"),
    gettext_lazy("September"),
    gettext_lazy("October"),
    gettext_lazy("November"),
    gettext_lazy("December"),
)
SHORT_MONTHS = (
    pgettext_lazy("abbrev. month", "Jan."),
    pgettext_lazy("abbrev. month", "Feb."),
    pgettext_lazy("abbrev. month", "March"),
    pgettext_lazy("abbrev. month", "April"),
    pgettext_lazy("abbrev. month", "May"),
    pgettext_lazy("abbrev. month", "June"),
    pgettext_lazy("abbrev. month", "July"),
    pgettext_lazy("abbrev. month", "Aug."),
    pgettext_lazy("abbrev. month", "Sept."),
    pgettext_lazy("abbrev. month", "Oct."),
    pgettext_lazy("abbrev. month", "Nov."),
    pgettext_lazy("abbrev. month", "Dec."),
)


def said(value: Any) -> str:
    """Any field of a fact as it stands inside a sentence."""
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, Decimal):
        return number(value, max(0, -int(value.normalize().as_tuple().exponent)))
    return "" if value is None else str(value)


class SpokenInt(int):
    """A count inside a sentence: still a number for the plural, said with its thousands apart."""

    def __format__(self, spec: str) -> str:
        return number(int(self))


@dataclass(frozen=True)
class Spoken:
    """A value inside a sentence: put into words only where the sentence names it."""

    value: Any

    def __format__(self, spec: str) -> str:
        return said(self.value)


def aloud(sentence: Any, subject: object) -> str:
    """Fill a lazy translation's `{names}` from `subject`, in the active language, with the plural its number asks for.

    `subject` is a dataclass; its fields and properties may be named.
    """
    shape: Any = type(subject)
    values = {name: getattr(subject, name) for name in _names(shape)}
    return str(sentence.format(**{name: _spoken(value) for name, value in values.items()})).strip()


@cache
def _names(shape: Any) -> list[str]:
    properties = [name for name, part in inspect.getmembers(shape) if isinstance(part, property)]
    return [field.name for field in fields(shape)] + properties


def _spoken(value: Any) -> Any:
    return SpokenInt(value) if isinstance(value, int) and not isinstance(value, bool) else Spoken(value)
