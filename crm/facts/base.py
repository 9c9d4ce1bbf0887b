"""What a fact is: how it is kept, how it reads itself aloud, and which of its fields are personal."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.words.wording import aloud

FACTS: dict[str, type[Fact]] = {}


class Group(models.TextChoices):
    """The chips over a timeline."""

    ORDERS = "orders", _("Orders")
    POINTS = "points", _("Points")
    MESSAGES = "messages", _("Messages")
    CALLS = "calls", _("Calls")
    SURVEYS = "surveys", _("Surveys")
    CONSENTS = "consents", _("Consents")
    NOTES = "notes", _("Notes")
    PERSON = "person", _("About the person")
    OTHER = "other", _("Other")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One kind of thing that can happen. A subclass names its fields and says how it reads.

    `sentence` and `more` are lazy translations whose `{names}` are the fact's fields or properties; a `sentence` made
    by `ngettext_lazy(…, "points")` takes its plural from that field. `personal` names the fields that erasure empties.
    `called` names it to whoever asks conditions about it, such as “An order was paid”; without it nobody can.
    Fields called `subject`, `text` and `reason` are what somebody wrote: search finds the entry by their words.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    group: ClassVar[Group] = Group.OTHER
    icon: ClassVar[str] = "note"
    mood: ClassVar[str] = ""
    sentence: ClassVar[Any]
    more: ClassVar[Any] = ""
    personal: ClassVar[frozenset[str]] = frozenset()
    about_a_customer: ClassVar[bool] = True
    called: ClassVar[Any] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "kind" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} does not name its kind")
        if FACTS.setdefault(cls.kind, cls) is not cls and FACTS[cls.kind].__qualname__ != cls.__qualname__:
            raise TypeError(f"Two facts are called {cls.kind}")

    def aloud(self, language: str | None = None) -> str:
        """The sentence in `language`, or in the reader's."""
        if language:
            with override(language):
                return aloud(self.sentence, self)
        return aloud(self.sentence, self)

    def aloud_more(self) -> str:
        return aloud(self.more, self) if self.more else ""

    def payload(self) -> dict[str, Any]:
        """The fields as JSON keeps them: amounts and times as text, so that nothing is rounded."""
        return {field.name: _kept(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The fact again. A field that is missing (erased, or newer than the entry) reads as empty."""
        shapes: dict[str, Any] = field_types(cls)  # type: ignore[arg-type]
        return cls(**{name: _read(payload.get(name), shape) for name, shape in shapes.items()})


@dataclass(frozen=True, kw_only=True)
class UnknownFact(Fact):
    """An entry whose kind no installed app states any more: it is shown by name rather than hidden."""

    kind = "crm.unknown"
    sentence = _("Recorded: {name}")

    name: str


def fact_from(kind: str, payload: dict[str, Any]) -> Fact:
    known = FACTS.get(kind)
    return known.from_payload(payload) if known else UnknownFact(name=kind)


def kinds_asked_about() -> Iterator[tuple[str, Any]]:
    """What conditions may ask for: each kind with what it is called."""
    return ((kind, fact.called) for kind, fact in FACTS.items() if fact.called)


def kinds_of(groups: list[str]) -> list[str]:
    """The kinds that stand under these chips."""
    return [kind for kind, fact in FACTS.items() if fact.group in groups]


@cache
def field_types(cls: type[Any]) -> dict[str, Any]:
    """Field name → its type, with `X | None` read as X."""
    hints = typing.get_type_hints(cls)
    return {field.name: _bare(hints[field.name]) for field in fields(cls)}


def _bare(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return typing.get_origin(hint) or hint


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


_EMPTY: dict[Any, Any] = {str: "", tuple: (), dict: {}}


def _read(value: Any, shape: Any) -> Any:
    if value is None:
        return _EMPTY.get(shape)
    if shape is Decimal:
        return Decimal(value)
    if shape in (date, datetime):
        return shape.fromisoformat(value)
    return tuple(value) if shape is tuple else value
