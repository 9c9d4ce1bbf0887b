"""What can be asked about. Each app tells its own in `rule_fields.py`, found when the house starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import F, OuterRef, QuerySet
from django.utils.functional import Promise

from crm.rules.kinds import Kind
from crm.rules.moments import Moment

Text = str | Promise


@dataclass(frozen=True)
class Row:
    """A row inside a query, reached from the query's own model by `prefix`."""

    prefix: str = ""

    def column(self, path: str) -> F:
        return F(self.prefix + path)

    def outer(self, path: str) -> OuterRef:
        """The column, as a subquery sees it."""
        return OuterRef(self.prefix + path)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One typed thing to be asked. `path` serves both twins; `sql` and `value` stand in where a path is not enough.

    Both must give the same, and nothing (NULL, None) where it is not known. `personal` fields tell who somebody is;
    of one that `moves_with_time` the answer may change although nothing happens.

    `everyones`, where there is one, gives the values of all subjects at once: grouped by `whose` they are, annotated
    with `told`. Whoever stands in no group has the value `otherwise`.
    """

    name: str
    kind: Kind
    label: Text
    path: str = ""
    sql: Callable[[Row, Moment], Any] | None = None
    value: Callable[[Any, Moment], Any] | None = None
    everyones: Callable[[], QuerySet[Any, Any]] | None = None
    otherwise: Any = None
    personal: bool = False
    moves_with_time: bool = False

    def expression(self, row: Row, moment: Moment) -> Any:
        return self.sql(row, moment) if self.sql else row.column(self.path)

    def read(self, subject: Any, moment: Moment) -> Any:
        return self.value(subject, moment) if self.value else along(subject, self.path)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A list that belongs to a subject. `rows` is its query inside another, `items` its members in Python.

    `everyones`, where there is one, are the rows of all subjects at once, annotated with `whose` they are: a question
    to everybody is then answered in one reading of the list, instead of one for each subject.
    """

    name: str
    item: str
    label: Text
    number_label: Text
    rows: Callable[[Row], QuerySet[Any]]
    items: Callable[[Any], Iterable[Any]]
    everyones: Callable[[], QuerySet[Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """From one root to another by `path`, a to-one relation."""

    root: str
    path: str


@dataclass(kw_only=True)
class Root:
    name: str
    label: Text
    fields: dict[str, Field] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)
    reaches: list[Reach] = field(default_factory=list)


Thing = TypeVar("Thing", Field, Collection)


@dataclass(frozen=True)
class Reached(Generic[Thing]):
    """A field or a collection, and the way to its root."""

    it: Thing
    path: str

    @property
    def row(self) -> Row:
        return Row(f"{self.path}__" if self.path else "")

    def subject(self, start: Any) -> Any:
        return along(start, self.path) if self.path else start


ROOTS: dict[str, Root] = {}


def add_root(root: Root) -> None:
    if root.name in ROOTS:
        raise TypeError(f"Two roots are called {root.name}")
    ROOTS[root.name] = root


def add_fields(root: str, *told: Field | Collection) -> None:
    """Tell more of a root, one's own or another app's. A name stands once per root."""
    known = ROOTS[root]
    for one in told:
        if one.name in known.fields or one.name in known.collections:
            raise TypeError(f"Two fields of {root} are called {one.name}")
        if isinstance(one, Field):
            known.fields[one.name] = one
        else:
            known.collections[one.name] = one


def add_reach(root: str, reach: Reach) -> None:
    ROOTS[root].reaches.append(reach)


def roots_from(root: str) -> Iterator[tuple[Root, str]]:
    """The root and every other that can be reached, nearest first, each with its path."""
    waiting, seen = [(root, "")], {root}
    for name, path in waiting:
        yield ROOTS[name], path
        for reach in ROOTS[name].reaches:
            if reach.root not in seen:
                seen.add(reach.root)
                waiting.append((reach.root, f"{path}__{reach.path}" if path else reach.path))


def field_of(root: str, name: str) -> Reached[Field] | None:
    return next(
        (Reached(known.fields[name], path) for known, path in roots_from(root) if name in known.fields), None
    )


def collection_of(root: str, name: str) -> Reached[Collection] | None:
    found = ((known.collections.get(name), path) for known, path in roots_from(root))
    return next((Reached(one, path) for one, path in found if one), None)


def along(subject: Any, path: str) -> Any:
    """Attribute by attribute; nothing where one is missing. (A one-to-one without a row is an AttributeError.)"""
    for name in path.split("__"):
        subject = getattr(subject, name, None)
        if subject is None:
            return None
    return subject
