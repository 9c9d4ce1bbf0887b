"""What each kind of fact looks like when it is told, as JSON Schema (Draft 2020-12), read off the facts themselves.

A new fact describes itself; one whose field is of a type that has no shape here is refused when the schema is made.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.facts import FACTS, Fact, UnknownFact
from crm.webhooks import payloads

Schema: typing.TypeAlias = dict[str, Any]
MOMENT: Schema = {"type": "string", "format": "date-time"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
ERASED = "Personal: not there once the person is erased."
SHAPES: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    datetime: MOMENT,
    date: {"type": "string", "format": "date"},
    Any: {},
}


def kinds() -> Iterator[type[Fact]]:
    """All that may be told, in the order of their names."""
    yield from (FACTS[kind] for kind in sorted(FACTS) if FACTS[kind] is not UnknownFact)


# ── bodies ───────────────────────────────────────────────────────────────────
def any_body() -> Schema:
    """What every body has, whatever it tells: see payloads.of. Members may be added to it."""
    return _object(
        {
            "type": {"type": "string", "description": "The kind of what happened."},
            "timestamp": {**MOMENT, "description": "When it happened, not when it is told."},
            "data": {"type": "object"},
        }
    )


def item() -> Schema:
    """`data` of all that happened, as the feed serves it."""
    return _object(
        {
            "position": {**WHOLE, "description": "Its place in the feed: gapless, in the order of history."},
            "kind": {"type": "string"},
            "version": {**WHOLE, "description": "Grows when the payload of this kind changes its form."},
            "occurred_at": MOMENT,
            "recorded_at": MOMENT,
            "customer": {"type": ["integer", "null"]},
            "subject": _object(
                {"type": {"type": "string"}, "id": {"type": ["integer", "null"]}},
                description="What it is about.",
            ),
            "payload": {"type": "object"},
            "is_history": {"type": "boolean"},
        }
    )


def of(fact: type[Fact]) -> Schema:
    """What the body of this kind has besides: to be read together with `any_body` and `item`."""
    return {
        "properties": {
            "type": {"const": fact.kind},
            "data": {
                "properties": {
                    "kind": {"const": fact.kind},
                    "version": {"const": fact.version},
                    "payload": payload(fact),
                }
            },
        }
    }


def of_test() -> Schema:
    told = _object({"webhook": WHOLE, "name": {"type": "string"}})
    return {"properties": {"type": {"const": payloads.TEST}, "data": told}}


def payload(fact: type[Fact]) -> Schema:
    """Of its fields: what is personal may be missing, all else is there."""
    hints = typing.get_type_hints(fact)
    shapes = {field.name: shape_of(hints[field.name]) for field in fields(fact)}
    for name in fact.personal & shapes.keys():
        shapes[name] = {**shapes[name], "description": ERASED}
    return {**_object(shapes), "required": [name for name in shapes if name not in fact.personal]}


def shape_of(hint: Any) -> Schema:
    """How a field of this type is kept: see Fact.payload.

    Raises:
        TypeError: there is no shape for such a type yet.
    """
    if isinstance(hint, types.UnionType):
        return _or_null(hint)
    of_what, inner = typing.get_origin(hint), typing.get_args(hint)
    if of_what is dict:
        return {"type": "object", "additionalProperties": shape_of(inner[1])}
    if of_what is tuple:
        return {"type": "array", "items": shape_of(inner[0])}
    if hint not in SHAPES:
        raise TypeError(f"A field of a fact is of type {hint}: say in SHAPES how it is told.")
    return SHAPES[hint]


def _or_null(hint: types.UnionType) -> Schema:
    (known,) = (part for part in typing.get_args(hint) if part is not type(None))
    shape = shape_of(known)
    return {**shape, "type": [shape["type"], "null"]}


def _object(properties: Schema, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), **more}


# ── in words ─────────────────────────────────────────────────────────────────
def called(fact: type[Fact]) -> str:
    return str(fact.called) or fact.kind.partition(".")[2].replace("_", " ").capitalize()


def reads(fact: type[Fact]) -> str:
    """Its sentence with the names of its parts: “Order {order_number} paid: {total}”."""
    properties = [name for name, part in inspect.getmembers(fact) if isinstance(part, property)]
    names = [field.name for field in fields(fact)] + properties
    return str(fact.sentence.format(**{name: _Named.called(name) for name in names})).strip()


class _Named(int):
    """Stands for a value of any type; where a plural is chosen by it, it is many."""

    name: str

    @classmethod
    def called(cls, name: str) -> _Named:
        made = cls(2)
        made.name = name
        return made

    def __format__(self, spec: str) -> str:
        return f"{{{self.name}}}"
