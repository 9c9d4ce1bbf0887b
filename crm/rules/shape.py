"""What a tree may be, for machines (JSON Schema) and for the editor (a vocabulary with labels)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS

from crm.rules import registry
from crm.rules.kinds import Kind, Number, Option, Whole
from crm.rules.operators import Operator, Takes
from crm.rules.parsing import (
    DEEPEST,
    LONGEST_LIST,
    MOST_DAYS,
    MOST_DAYS_TO_BIRTHDAY,
    MOST_NODES,
    values_chosen,
)

Json = dict[str, Any]
TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def schema(root: str) -> Json:
    """JSON Schema (2020-12) of trees about `root`.

    It says everything but what a schema cannot: depth, the number of nodes, whether a row exists, days that never were.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"At most {DEEPEST} deep and {MOST_NODES} nodes.",
        "$defs": {known: {"anyOf": list(_nodes(known))} for known in _roots(root)},
        "anyOf": [{"$ref": f"#/$defs/{root}"}, _object({"all": {"const": []}})],
    }


def vocabulary(root: str, tree: Any = None) -> Json:
    """What the editor offers, in the language that is active: for each root its fields and its lists.

    Of menus it holds what `tree` names: the rest of a menu is asked for when its field is chosen (`choices`), so that
    a page costs no query for what nobody asks about.
    """
    chosen = {kind: kind.labels(values) for kind, values in values_chosen(tree, root).items()}
    return {
        "root": root,
        "roots": {
            known: {
                "label": str(registry.ROOTS[known].label),
                "fields": [_field(field, chosen) for field in _fields(known)],
                "lists": [
                    {
                        "name": one.name,
                        "label": str(one.label),
                        "number_label": str(one.number_label),
                        "item": one.item,
                    }
                    for one in _collections(known)
                ],
            }
            for known in _roots(root)
        },
        "numbers": _operators(Whole()),
        "weekdays": [{"value": day + 1, "label": str(name)} for day, name in WEEKDAYS.items()],
    }


def choices(root: str, name: str, reader: Any) -> list[Json] | None:
    """What there is for `reader` to choose from; None: a value is written.

    Raises:
        LookupError: no field of this name can come up in a tree about `root`.
    """
    for known in _roots(root):
        if found := registry.field_of(known, name):
            return _options(found.it.kind.options(reader))
    raise LookupError(name)


def _field(field: registry.Field, chosen: Mapping[Kind, list[Option]]) -> Json:
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind.code,
        "adds_up": isinstance(field.kind, Number | Whole),
        "operators": _operators(field.kind),
        "choices": _options(chosen.get(field.kind, [])) if field.kind.has_menu else None,
    }


def _operators(kind: Kind) -> list[Json]:
    return [
        {"code": one.code, "label": str(one.label), "takes": one.takes.value}
        for one in kind.operators.values()
    ]


def _options(told: list[Option] | None) -> list[Json] | None:
    return None if told is None else [{"value": value, "label": label} for value, label in told]


def _roots(root: str) -> list[str]:
    """The root, and those of every list that can be come to."""
    known = [root]
    for one in known:
        known += [item for item in _items(one) if item not in known]
    return known


def _items(root: str) -> list[str]:
    return list(dict.fromkeys(one.item for one in _collections(root)))


def _fields(root: str) -> list[registry.Field]:
    return [field for known, _path in registry.roots_from(root) for field in known.fields.values()]


def _collections(root: str) -> list[registry.Collection]:
    return [one for known, _path in registry.roots_from(root) for one in known.collections.values()]


def _nodes(root: str) -> Iterator[Json]:
    node = {"$ref": f"#/$defs/{root}"}
    for joining in ("all", "any"):
        yield _object({joining: {"type": "array", "items": node, "minItems": 1, "maxItems": MOST_NODES}})
    yield _object({"not": node})
    for field in _fields(root):
        yield _named({"field": {"const": field.name}}, field.kind)
    for one in _collections(root):
        where = {"where": {"$ref": f"#/$defs/{one.item}"}}
        some: Json = {"some": {"const": one.name}}
        yield _known_by(some, _object(some, where))
        yield _named({"count": {"const": one.name}}, Whole(), where)
        for field in _fields(one.item):
            if isinstance(field.kind, Number | Whole):
                named = {"sum": {"const": one.name}, "of": {"const": field.name}}
                yield _named(named, field.kind, where)


def _named(named: Json, kind: Kind, optional: Json | None = None) -> Json:
    """Whatever can be asked of one field or list."""
    return _known_by(named, {"anyOf": list(_questions(named, kind, optional))})


def _known_by(named: Json, its: Json) -> Json:
    """So that a validator looks into nothing but what can fit: without it, trees in trees cost it minutes."""
    return {"if": {"type": "object", "required": [*named], "properties": named}, "then": its, "else": False}


def _questions(named: Json, kind: Kind, optional: Json | None = None) -> Iterator[Json]:
    for operator in kind.operators.values():
        op: Json = {"op": {"const": operator.code}}
        if operator.takes is Takes.NOTHING:
            its = _object({**named, **op}, {**(optional or {}), "value": {"type": "null"}})
        else:
            its = _object({**named, **op, "value": _value(kind, operator)}, optional)
        yield _known_by(op, its)


def _value(kind: Kind, operator: Operator) -> Json:
    one = kind.json_schema()
    match operator.takes:
        case Takes.LIST:
            return _list(one, least=1, most=LONGEST_LIST)
        case Takes.PAIR:
            return _list(one, least=2, most=2)
        case Takes.TIMES:
            return _list(TIME, least=2, most=2)
        case Takes.WEEKDAYS:
            return _list({"type": "integer", "minimum": 1, "maximum": 7}, least=1, most=LONGEST_LIST)
        case Takes.DAYS:
            most = MOST_DAYS_TO_BIRTHDAY if operator.code == "birthday_within" else MOST_DAYS
            return {"type": "integer", "minimum": 0, "maximum": most}
        case _:
            return one


def _list(items: Json, *, least: int, most: int) -> Json:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _object(required: Json, optional: Json | None = None) -> Json:
    return {
        "type": "object",
        "required": [*required],
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }
