"""Types of values: how a tree writes them, which operators they know, how they are said. ⟡ One class, one type."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, ClassVar

from django.apps import apps
from django.db.models import Func, QuerySet, TextField, Value
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.rules import operators
from crm.rules.operators import Operator
from crm.words.wording import number

LONGEST_TEXT = 200
LONGEST_MENU = 300
DECIMAL = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LARGEST_WHOLE = 2_000_000_000
YEARS = range(1900, 2101)
# The capitals of Latin and Cyrillic: which ones the database's own lower() knows depends on its locale.
CAPITALS = "".join(map(chr, [*range(65, 91), *range(0xC0, 0xD7), *range(0xD8, 0xDF), *range(0x400, 0x430)]))
SMALL = CAPITALS.lower()
FOLD = str.maketrans(CAPITALS, SMALL)


class Unfit(ValueError):
    """The value is not of the type; the message says what to write instead."""


Option = tuple[Any, str]


@dataclass(frozen=True)
class Kind:
    """A type. `parse` makes the typed value of what JSON holds; `normal` and `normal_sql` prepare what is compared.

    Where `has_menu`, values are chosen: `options` are those that somebody may choose from, `labels` names a few.
    """

    code: ClassVar[str]
    operators: ClassVar[Mapping[str, Operator]]
    has_menu: ClassVar[bool] = False

    def parse(self, raw: Any) -> Any:
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        return str(value)

    def options(self, _reader: Any) -> list[Option] | None:
        """None: a value is written, as where a menu would be too long, or is not this reader's to see."""
        return None

    def labels(self, values: Collection[Any]) -> list[Option]:
        """Those of `values` that are known. At most one query."""
        return [(value, self.shown(value)) for value in values]

    def normal(self, value: Any) -> Any:
        return value

    def normal_sql(self, expression: Any) -> Any:
        return expression


@dataclass(frozen=True)
class Number(Kind):
    """A decimal number, written as text so that nothing is rounded on the way."""

    code = "number"
    operators = operators.NUMBERS

    def parse(self, raw: Any) -> Decimal:
        if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**10:
            return Decimal(raw)
        if isinstance(raw, str) and DECIMAL.fullmatch(raw):
            return Decimal(raw)
        raise Unfit(
            _(
                "Write a number with at most four digits after the point: 1000.00. In JSON it stands in quotes."
            )
        )

    def json_schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "string", "pattern": f"^(?:{DECIMAL.pattern})$"},
                {"type": "integer", "exclusiveMinimum": -(10**10), "exclusiveMaximum": 10**10},
            ]
        }

    def shown(self, value: Decimal) -> str:
        exponent = value.normalize().as_tuple().exponent
        return number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


@dataclass(frozen=True)
class Amount(Number):
    """Money, in the company's currency."""

    code = "amount"

    def shown(self, value: Decimal) -> str:
        return number(value, 2)


@dataclass(frozen=True)
class Whole(Kind):
    code = "whole"
    operators = operators.NUMBERS

    def parse(self, raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > LARGEST_WHOLE:
            raise Unfit(
                _("Write a whole number of at most two thousand million. In JSON it stands without quotes.")
            )
        return raw

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE}

    def shown(self, value: int) -> str:
        return number(value)


@dataclass(frozen=True)
class Text(Kind):
    """Words. Capital and small letters of Latin and Cyrillic are the same; an empty text is not known."""

    code = "text"
    operators = operators.TEXTS

    def parse(self, raw: Any) -> str:
        if not isinstance(raw, str) or not 0 < len(raw) <= LONGEST_TEXT or not is_writable(raw):
            raise Unfit(_("Write a text of 1 to 200 characters that can be printed."))
        return raw

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}

    def shown(self, value: str) -> str:
        return _("“{text}”").format(text=value)

    def normal(self, value: Any) -> Any:
        return str(value).translate(FOLD) if value else None

    def normal_sql(self, expression: Any) -> Any:
        folded = Func(
            expression, Value(CAPITALS), Value(SMALL), function="translate", output_field=TextField()
        )
        return not_empty(folded)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few codes, known beforehand."""

    choices: Callable[[], Iterable[tuple[str, str | Promise]]]

    code = "choice"
    operators = operators.CHOICES
    has_menu = True

    def parse(self, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in self.known():
            known = ", ".join(self.known())
            raise Unfit(_("Choose one of these: {choices}.").format(choices=known))
        return raw

    def known(self) -> dict[str, str]:
        return {str(code): str(label) for code, label in self.choices() if code}

    def options(self, _reader: Any) -> list[Option] | None:
        return [*self.known().items()]

    def labels(self, values: Collection[Any]) -> list[Option]:
        return [(code, label) for code, label in self.known().items() if code in values] if values else []

    def json_schema(self) -> dict[str, Any]:
        return {"enum": [*self.known()]}

    def shown(self, value: str) -> str:
        return self.known().get(value, value)

    def normal(self, value: Any) -> Any:
        return value or None

    def normal_sql(self, expression: Any) -> Any:
        return not_empty(expression)


@dataclass(frozen=True)
class Reference(Kind):
    """A row of a table of ours, by id. `family`, where there is one, adds what belongs inside (subcategories).

    Its names are offered to whoever has `permission` (to see the model, where nothing else is said), and of all rows
    those that are `offered` to the reader.
    """

    model: str
    family: Callable[[frozenset[int]], frozenset[int]] | None = None
    permission: str = ""
    offered: Callable[[Any], QuerySet[Any]] | None = None

    code = "reference"
    operators = operators.REFERENCES
    has_menu = True

    def parse(self, raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
            raise Unfit(_("Choose one. In JSON it is a number, without quotes."))
        return raw

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "exclusiveMaximum": 2**63}

    def missing(self, ids: Iterable[int]) -> set[int]:
        """Those of `ids` that nobody has. One query."""
        asked = set(ids)
        return asked - set(self._rows().filter(pk__in=asked).values_list("pk", flat=True))

    def options(self, reader: Any) -> list[Option] | None:
        """By name."""
        if not reader.has_perm(self.permission or _to_see(self.model)):
            return None
        rows = list((self.offered(reader) if self.offered else self._rows())[: LONGEST_MENU + 1])
        return _by_name(rows) if len(rows) <= LONGEST_MENU else None

    def labels(self, values: Collection[Any]) -> list[Option]:
        return _by_name(self._rows().filter(pk__in=values)) if values else []

    def shown(self, value: int) -> str:
        row = self._rows().filter(pk=value).first()
        return str(row) if row else f"№ {value}"

    def _rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = apps.get_model(self.model)._base_manager.all()
        return rows


@dataclass(frozen=True)
class Day(Kind):
    """A date without a time."""

    code = "date"
    operators = operators.DAYS

    def parse(self, raw: Any) -> date:
        return parse_day(raw)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{DAY.pattern}$"}

    def shown(self, value: date) -> str:
        return formats.date_format(value, "DATE_FORMAT")


@dataclass(frozen=True)
class Birthday(Day):
    code = "birthday"
    operators = operators.BIRTHDAYS


@dataclass(frozen=True)
class Instant(Day):
    """A moment, asked about by days, weekdays and hours of the company's clock."""

    code = "moment"
    operators = operators.INSTANTS


@dataclass(frozen=True)
class YesNo(Kind):
    code = "yes_no"
    operators = operators.YES_NO

    def parse(self, raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise Unfit(_("Say yes or no. In JSON these are true and false, without quotes."))
        return raw

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def shown(self, value: bool) -> str:
        return _("yes") if value else _("no")


def _by_name(rows: Iterable[Any]) -> list[Option]:
    return sorted(((row.pk, str(row)) for row in rows), key=lambda option: option[1])


def _to_see(model: str) -> str:
    app, _dot, name = model.partition(".")
    return f"{app}.view_{name.lower()}"


def not_empty(expression: Any) -> Func:
    return Func(expression, Value(""), function="nullif", output_field=TextField())


def parse_day(raw: Any) -> date:
    if isinstance(raw, str) and DAY.fullmatch(raw) and int(raw[:4]) in YEARS:
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise Unfit(_("Write a date as year, month and day: “2026-11-30”."))


def parse_time(raw: Any) -> time:
    if isinstance(raw, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", raw, re.ASCII):
        return time.fromisoformat(raw)
    raise Unfit(_("Write a time as hours and minutes: “09:30”."))


def is_writable(text: str) -> bool:
    """Whether PostgreSQL can keep it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
