"""A frozen dataclass whose fields are settings kept as JSON: read with a pointer to whatever is wrong.

A field may hold settings in turn, as a tuple of them, or words in the languages of the house.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, ClassVar, Self

from django.conf import settings as house
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal

LARGEST_WHOLE = 10_000_000
LARGEST_NUMBER = Decimal(1_000_000_000)
MOST_LISTED = 500
MOST_PLACES = 4
LONGEST_TEXT = 100

Words = Mapping[str, str]  # language → text


class UnusableSettings(Refusal):
    code = "unusable-settings"
    title = _("These settings cannot be used as they are.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Settings:
    refusal: ClassVar[type[Refusal]] = UnusableSettings

    def faults(self) -> list[Fault]:
        """What is wrong beyond the types."""
        return []

    @classmethod
    def read(cls, settings: Any) -> Self:
        """What JSON holds, typed.

        Raises:
            the class's `refusal`: with a pointer to each place that is wrong.
        """
        reading = _Reading(cls, settings)
        if reading.faults:
            raise cls.refusal(*reading.faults)
        made = cls(**reading.values)
        if faults := made.faults():
            raise cls.refusal(*faults)
        return made

    def settings(self) -> dict[str, Any]:
        """As JSON keeps them: amounts and days as text."""
        return {field.name: _kept(getattr(self, field.name)) for field in fields(self)}


class _Reading:
    def __init__(self, cls: type[Settings], settings: Any) -> None:
        self.faults: list[Fault] = []
        self.values: dict[str, Any] = {}
        if not isinstance(settings, Mapping):
            self.faults.append(Fault(pointer="", detail=_("Write an object with the settings here.")))
            return
        shapes = _shapes_of(cls)  # type: ignore[arg-type]  # a class has its own hash, whatever its instances have
        known = {field.name: field for field in fields(cls)}
        for name in settings.keys() - known.keys():
            self.faults.append(Fault(pointer=f"/{name}", detail=_("There is no such setting.")))
        for name, field in known.items():
            if name in settings:
                self._read(name, shapes[name], settings[name])
            elif field.default is MISSING and field.default_factory is MISSING:
                self.faults.append(Fault(pointer=f"/{name}", detail=_("This setting is missing.")))

    def _read(self, name: str, shape: Any, raw: Any) -> None:
        bare = _bare(shape)
        if raw is None and bare is not shape:
            self.values[name] = None
            return
        try:
            its = _settings_in(bare)
            self.values[name] = _many(its, raw) if its else READERS[bare](raw)
        except Refusal as refused:
            self.faults += [
                Fault(pointer=f"/{name}{fault.pointer}", detail=fault.detail) for fault in refused.faults
            ]
        except (ValueError, TypeError, InvalidOperation):
            self.faults.append(Fault(pointer=f"/{name}", detail=WANTED[bare]))


@cache
def _shapes_of(cls: type[Settings]) -> Mapping[str, Any]:
    return typing.get_type_hints(cls)


def _bare(shape: Any) -> Any:
    if isinstance(shape, types.UnionType):
        return next(part for part in typing.get_args(shape) if part is not type(None))
    return shape


def _settings_in(shape: Any) -> type[Settings] | None:
    """What a tuple of settings is made of; None for whatever else."""
    inner = typing.get_args(shape)[0] if typing.get_origin(shape) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, Settings) else None


def _many(its: type[Settings], raw: Any) -> tuple[Settings, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MOST_LISTED:
        raise UnusableSettings(Fault(pointer="", detail=_("Write a list of at most 500 objects.")))
    faults: list[Fault] = []
    made: list[Settings] = []
    for number, one in enumerate(raw):
        try:
            made.append(its.read(one))
        except Refusal as refused:
            faults += [
                Fault(pointer=f"/{number}{fault.pointer}", detail=fault.detail) for fault in refused.faults
            ]
    if faults:
        raise UnusableSettings(*faults)
    return tuple(made)


def _words(raw: Any) -> Words:
    """Only what is written: a language without words is left out."""
    known = dict(house.LANGUAGES)
    if not isinstance(raw, Mapping) or not all(name in known for name in raw):
        raise TypeError
    if not all(
        isinstance(text, str) and len(text) <= LONGEST_TEXT and "\0" not in text for text in raw.values()
    ):
        raise ValueError
    return {name: raw[name].strip() for name in sorted(raw) if raw[name].strip()}


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise TypeError
    value = Decimal(raw)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_PLACES or abs(value) > LARGEST_NUMBER:
        raise ValueError
    return value


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= LARGEST_WHOLE:
        raise ValueError
    return raw


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not 0 < len(raw) <= LONGEST_TEXT or "\0" in raw:
        raise ValueError
    return raw


def _texts(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MOST_LISTED:
        raise TypeError
    return tuple(_text(one) for one in raw)


def _ids(raw: Any) -> tuple[int, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MOST_LISTED:
        raise TypeError
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in raw):
        raise ValueError
    return tuple(raw)


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _moment(raw: Any) -> datetime:
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        raise ValueError
    return moment


READERS: dict[Any, Callable[[Any], Any]] = {
    Decimal: _number,
    int: _whole,
    str: _text,
    bool: _flag,
    date: date.fromisoformat,
    datetime: _moment,
    tuple[str, ...]: _texts,
    tuple[int, ...]: _ids,
    Words: _words,
}
WANTED: dict[Any, str | Promise] = {
    Decimal: _("Write a number in quotes with a point, at most four digits after it: “1.50”."),
    int: _("Write a whole number from 0 to 10,000,000."),
    str: _("Write a text of 1 to 100 characters."),
    bool: _("Write true or false."),
    date: _("Write a date, such as “2026-03-02”."),
    datetime: _("Write a date and a time with an offset, such as “2026-03-02T12:00:00+02:00”."),
    tuple[str, ...]: _("Write a list of at most 500 texts."),
    tuple[int, ...]: _("Write a list of at most 500 numbers."),
    Words: _("Write texts of at most 100 characters by the code of their language: en, ru, bg."),
}


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):  # a datetime as well
        return value.isoformat()
    if isinstance(value, Settings):
        return value.settings()
    if isinstance(value, Mapping):
        return dict(value)
    return [_kept(one) for one in value] if isinstance(value, tuple) else value
