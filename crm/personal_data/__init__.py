"""Where data about a person is kept, how it is told to them, and how it is erased. The list is `config.personal_data`.

Each place is one `Holding`: whoever adds a table that knows people adds its line, and both the person's own copy
(crm.people.portrait) and erasure (crm.people.erasure) follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

Ids: TypeAlias = Sequence[int]
Words: TypeAlias = str | Promise

SHORTEST_TRACE = 5


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """Who is being erased: all ids of one person, and the words by which traces of them are known elsewhere."""

    ids: tuple[int, ...]
    traces: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One table, as far as it is about a person.

    `tells` are the fields that the person's own copy shows; `traces` those whose words betray the person wherever else
    they stand; `erase` takes away what is personal, and may be called again.
    """

    name: str
    title: Words
    model: type[Model]
    rows: Callable[[Ids], QuerySet[Any]]
    tells: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    erase: Callable[[Erasing], object] | None = None

    def told(self, ids: Ids) -> list[dict[str, Any]]:
        return list(self.rows(ids).order_by("pk").values(*self.tells)) if self.tells else []

    def words(self, ids: Ids) -> Iterator[str]:
        for values in self.rows(ids).order_by().values_list(*self.traces) if self.traces else ():
            yield from texts_in(values)

    def label_of(self, path: str) -> Words:
        """How a field of `tells` is called; across relations, by its last name."""
        model: Any = self.model
        *relations, last = path.split("__")
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        try:
            return str(model._meta.get_field(last).verbose_name)
        except FieldDoesNotExist:
            return last


def holdings() -> Sequence[Holding]:
    table: Sequence[Holding] = import_module(settings.PERSONAL_DATA).HOLDINGS
    return table


def traces_of(ids: Ids) -> tuple[str, ...]:
    """Words that betray this person: long enough not to be anybody's. The longest first."""
    found = {word.strip() for holding in holdings() for word in holding.words(ids)}
    return tuple(
        sorted((word for word in found if len(word) >= SHORTEST_TRACE), key=lambda word: (-len(word), word))
    )


def texts_in(value: Any) -> Iterator[str]:
    """Every text, however deep it lies."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif isinstance(value, Iterable):
        for inner in value:
            yield from texts_in(inner)
