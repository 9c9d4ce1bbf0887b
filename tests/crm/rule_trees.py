"""Random trees of conditions that can be read, drawn from whatever the registry holds for a root."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from crm.rules import registry
from crm.rules.kinds import Choice, Day, Kind, Number, Reference, Text, Whole, YesNo
from crm.rules.operators import Operator, Takes

WORDS = ["чай", "ЧАЙ", "Липа", "b", "TEA-1", "sofia", "ТОЧКА", "%", "_", "Ё", "EUR", "100% чай", "\\"]
DATES = ["2025-11-30", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2000-02-29", "1990-03-05"]
TIMES = ["00:00", "02:30", "09:30", "12:00", "23:59"]


def trees(root: str, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    leaf = comparisons(root)
    if depth == 0:
        return leaf
    inner = st.deferred(lambda: trees(root, depth - 1))
    choices = [
        leaf,
        st.builds(lambda them: {"all": them}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda them: {"any": them}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda it: {"not": it}, inner),
    ]
    if collections := _collections(root):
        choices.append(_one_of(collections).flatmap(lambda one: questions_to(one, depth - 1)))
    return st.one_of(choices)


def _one_of(told: list[Any]) -> st.SearchStrategy[Any]:
    """By its name, which Hypothesis can print."""
    by_name = {one.name: one for one in told}
    return st.sampled_from(list(by_name)).map(lambda name: by_name[name])


def comparisons(root: str) -> st.SearchStrategy[dict[str, Any]]:
    return _one_of(_fields(root)).flatmap(
        lambda field: questions(field.kind).map(lambda question: {"field": field.name, **question})
    )


def questions_to(collection: registry.Collection, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    where = st.one_of(
        st.just({}), st.deferred(lambda: trees(collection.item, depth).map(lambda it: {"where": it}))
    )
    some = where.map(lambda it: {"some": collection.name, **it})
    count = st.tuples(where, questions(Whole())).map(
        lambda pair: {"count": collection.name, **pair[0], **pair[1]}
    )
    summable = [field for field in _fields(collection.item) if isinstance(field.kind, Number | Whole)]
    if not summable:
        return st.one_of(some, count)
    total = _one_of(summable).flatmap(
        lambda field: st.tuples(where, questions(field.kind)).map(
            lambda pair: {"sum": collection.name, "of": field.name, **pair[0], **pair[1]}
        )
    )
    return st.one_of(some, count, total)


def questions(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([*kind.operators.values()]).flatmap(
        lambda operator: values(kind, operator).map(lambda value: {"op": operator.code, **value})
    )


def values(kind: Kind, operator: Operator) -> st.SearchStrategy[dict[str, Any]]:
    if operator.takes is Takes.NOTHING:
        return st.just({})
    drawn: dict[Takes, Any] = {
        Takes.ONE: one(kind),
        Takes.LIST: st.lists(one(kind), min_size=1, max_size=3),
        Takes.PAIR: st.tuples(one(kind), one(kind)).map(lambda pair: sorted(pair, key=_sorting)),
        Takes.TIMES: st.lists(st.sampled_from(TIMES), min_size=2, max_size=2),
        Takes.WEEKDAYS: st.lists(st.integers(1, 7), min_size=1, max_size=4),
        Takes.DAYS: st.sampled_from([0, 1, 2, 7, 30, 60]),
    }
    return drawn[operator.takes].map(lambda value: {"value": value})


def one(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Number():
            return st.sampled_from(["0", "1", "4.90", "9.80", "100.00", "-3", "1000.0000", 10])
        case Whole():
            return st.sampled_from([0, 1, 2, 3, 26, 36, -1, 2_000_000_000])
        case Text():
            return st.sampled_from(WORDS)
        case Choice():
            return st.sampled_from([*kind.known()])
        case Reference():
            return st.integers(1, 9)
        case Day():
            return st.sampled_from(DATES)
        case YesNo():
            return st.booleans()
    raise TypeError(kind)


def _sorting(value: Any) -> Any:
    return value if isinstance(value, str) and "-" in value[1:] else float(value)


@cache
def _fields(root: str) -> list[registry.Field]:
    """A choice among what the database holds may have nothing to choose from."""
    told = [field for known, _path in registry.roots_from(root) for field in known.fields.values()]
    return [field for field in told if not isinstance(field.kind, Choice) or field.kind.known()]


def _collections(root: str) -> list[registry.Collection]:
    return [one for known, _path in registry.roots_from(root) for one in known.collections.values()]
