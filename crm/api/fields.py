"""Fields that take exactly what the schema says: text is text, a whole number is no text, money is never a float."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST_WHOLE = 2**63 - 1


class TextField(serializers.CharField):
    """Text and nothing that could be turned into it. Of one line, unless told otherwise."""

    default_error_messages = {"nul": _("This holds a character that no text may hold.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Space around it means nothing, but is counted. (Written out: an order has a dozen of these.)"""
        is_settled, data = self.validate_empty_values(data)
        if is_settled:
            return data
        if not isinstance(data, str):
            self.fail("invalid")
        text = data.strip()
        if not text and not self.allow_blank:
            self.fail("blank")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if "\0" in text:
            self.fail("nul")
        return self.to_internal_value(text)

    def to_internal_value(self, data: Any) -> str:
        return str(data)


class ChoiceField(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WholeField(serializers.IntegerField):
    """A whole number that fits in 64 bits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST_WHOLE, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("invalid")
        if isinstance(data, Decimal):
            if abs(data) > LARGEST_WHOLE or data != int(data):
                self.fail("invalid")
            return int(data)
        return data


class Patterned:
    """A field whose text must match `pattern`, as ECMA and Python read it alike; the schema says so too."""

    pattern: str


class AmountField(Patterned, serializers.Field):  # type: ignore[type-arg]
    """A decimal number written as text, never below zero: "12.50"."""

    default_error_messages = {
        "invalid": _('This must be a decimal number written as text, such as "12.50".'),
        "zero": _("This must be more than zero."),
    }

    def __init__(
        self, *, whole_digits: int = 12, places: int = 2, above_zero: bool = False, **kwargs: Any
    ) -> None:
        self.places, self.above_zero = places, above_zero
        self.pattern = rf"^[0-9]{{1,{whole_digits}}}(\.[0-9]{{1,{places}}})?$"
        self._shape = re.compile(self.pattern.removesuffix("$"))
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        value = Decimal(data)
        if self.above_zero and not value:
            self.fail("zero")
        return value

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.{self.places}f}"


class BalanceField(AmountField):
    """An amount that may lie below zero: what came back can be more than what was bought."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(whole_digits=14, **kwargs)
        self.pattern = self.pattern.replace("^", "^-?", 1)


def unit_price_field(**kwargs: Any) -> AmountField:
    return AmountField(whole_digits=10, places=4, **kwargs)


def quantity_field(**kwargs: Any) -> AmountField:
    return AmountField(whole_digits=9, places=3, above_zero=True, **kwargs)


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.Field):  # type: ignore[type-arg]
    """A moment as RFC 3339 writes it, with its offset: without one nobody knows when it was."""

    default_error_messages = {
        "invalid": _("This must be a date and a time with an offset, such as 2026-03-02T12:00:00Z."),
    }
    _shape = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@extend_schema_field({"type": "string", "format": "date"})
class DayField(serializers.Field):  # type: ignore[type-arg]
    default_error_messages = {"invalid": _("This must be a date, such as 2026-03-02.")}
    _shape = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class CurrencyField(Patterned, TextField):
    pattern = r"^[A-Z]{3}$"
    default_error_messages = {"currency": _("This must be a currency code, such as EUR.")}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not re.fullmatch(self.pattern.removesuffix("$"), value):
            self.fail("currency")
        return value


class SlugField(Patterned, TextField):
    """Lower-case letters of the Latin alphabet, digits, and hyphens between them."""

    pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"
    default_error_messages = {"slug": _("This must be small letters and digits with hyphens between.")}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not re.fullmatch(self.pattern.removesuffix("$"), value):
            self.fail("slug")
        return value


class TimeZoneField(TextField):
    default_error_messages = {"time_zone": _("This must be a time zone, such as Europe/Sofia.")}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value not in available_timezones():
            self.fail("time_zone")
        return value


@extend_schema_field({"type": "object", "additionalProperties": True})
class ObjectField(serializers.Field):  # type: ignore[type-arg]
    """A JSON object of any members. Its numbers are kept as JSON has them, within what every reader can hold."""

    default_error_messages = {
        "invalid": _("This must be an object."),
        "number": _("A number in it is too large."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return {name: self._plain(value) for name, value in data.items()}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return float(self._within_reach(value))
        if isinstance(value, int):
            return self._within_reach(value)
        if isinstance(value, dict):
            return {name: self._plain(inner) for name, inner in value.items()}
        return [self._plain(inner) for inner in value] if isinstance(value, list) else value

    def _within_reach(self, value: Any) -> Any:
        if not -LARGEST_WHOLE <= value <= LARGEST_WHOLE:
            self.fail("number")
        return value

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value
