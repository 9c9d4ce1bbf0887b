"""Queries whose text is written once for a process: for the few that run at every till, many times a minute.

Django writes the SQL of a query anew each time it is asked, which costs ten times what PostgreSQL takes to answer one
row by its key. Here the query is the same queryset as anywhere else; its text is kept, its values are bound each time,
and its rows become the same objects.

    @written_once(int, datetime)
    def held(member: int, at: datetime) -> QuerySet[MemberTier]:
        return MemberTier.objects.valid(at).filter(member=member)

    held(17, now)    # a list of MemberTier

The function is called once, with values that stand for those to come: its query must not depend on them, and may use
them where the database compares with them and nowhere else. A list is compared with by `AnyOf`, and its kind is list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.query import get_related_populators

from crm import prepared

Row = TypeVar("Row", bound=Model)


class AnyOf(Func):
    """Whether a column is one of a list, which is one value to the database. `of`: text or bigint."""

    template = "(%(expressions)s::%(of)s[]))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, values: Any, *, of: str) -> None:
        super().__init__(F(column), Value(values), of=of)


# By kind, what stands for the n-th value while the text is written: nothing that anybody asks for.
_STANDS_FOR: dict[type, Callable[[int], Any]] = {
    int: lambda n: -8_070_605_040_302_010_000 - n,
    list: lambda n: [-8_070_605_040_302_010_000 - n],
    datetime: lambda n: datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=7 * n, microseconds=n + 1),
}


class WrittenOnce(Generic[Row]):
    def __init__(self, ask: Callable[..., QuerySet[Row]], kinds: Sequence[type]) -> None:
        self._ask, self._kinds = ask, kinds
        self._written: _Written[Row] | None = None
        update_wrapper(self, ask)

    def __call__(self, *values: Any) -> list[Row]:
        if self._written is None:
            self._written = _Written(self._ask, self._kinds)
        return list(self._written.rows(values))


def written_once(
    *kinds: type,
) -> Callable[[Callable[..., QuerySet[Row]]], WrittenOnce[Row]]:
    """`kinds` of the function's values, in their order: int, list or datetime."""
    return lambda ask: WrittenOnce(ask, kinds)


class _Written(Generic[Row]):
    """A query's text, where its values go, and how a row becomes objects. Shared by threads: never changed."""

    def __init__(self, ask: Callable[..., QuerySet[Row]], kinds: Sequence[type]) -> None:
        stand_ins = [_STANDS_FOR[kind](n) for n, kind in enumerate(kinds)]
        query = ask(*stand_ins).query
        self._compiler: Any = query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, given = self._compiler.as_sql()
        # A place in the caller's values, or what the query always says.
        self._given = [(stand_ins.index(one), None) if one in stand_ins else (None, one) for one in given]
        self._model: type[Row] = self._compiler.klass_info["model"]
        fields = self._compiler.klass_info["select_fields"]
        self._own = slice(fields[0], fields[-1] + 1)
        select = self._compiler.select
        self._attributes = [column[0].target.attname for column in select[self._own]]
        self._related = get_related_populators(  # type: ignore[call-arg]  # the stubs speak of Django 6
            self._compiler.klass_info, select, DEFAULT_DB_ALIAS
        )
        self._annotations = dict(self._compiler.annotation_col_map or {})
        self._converters = self._compiler.get_converters(
            [column[0] for column in select[: self._compiler.col_count]]
        )

    def rows(self, values: Sequence[Any]) -> Iterator[Row]:
        with prepared.cursor() as cursor:
            cursor.execute(
                self.sql, [always if place is None else values[place] for place, always in self._given]
            )
            found = cursor.fetchall()
        for row in self._compiler.apply_converters(found, self._converters) if self._converters else found:
            one = self._model.from_db(DEFAULT_DB_ALIAS, self._attributes, row[self._own])
            for related in self._related:
                related.populate(row, one)
            for name, place in self._annotations.items():
                setattr(one, name, row[place])
            yield one
