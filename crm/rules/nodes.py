"""A tree after reading: every name found, every value typed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from crm.rules.kinds import Kind, Reference
from crm.rules.operators import IN, NOT_IN, Operator, Takes
from crm.rules.registry import Collection, Field, Reached


class Joining(enum.Enum):
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True)
class Group:
    joining: Joining
    children: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    child: Node


@dataclass(frozen=True)
class Question:
    """An operator and what it compares with. What was not known while reading (`value`) is as it was written."""

    kind: Kind
    operator: Operator
    value: Any

    @property
    def prepared(self) -> tuple[Operator, Any]:
        """Ready to compare: texts folded, a category with everything inside it. May ask the database once."""
        if self.operator.takes is Takes.LIST or self._has_family:
            return self._prepared_list()
        if self.operator.takes is Takes.ONE:
            return self.operator, self.kind.normal(self.value)
        return self.operator, self.value

    @property
    def _has_family(self) -> bool:
        return (
            isinstance(self.kind, Reference)
            and bool(self.kind.family)
            and self.operator.takes is not Takes.NOTHING
        )

    def _prepared_list(self) -> tuple[Operator, Any]:
        values = self.value if self.operator.takes is Takes.LIST else (self.value,)
        normal = frozenset(self.kind.normal(value) for value in values)
        if isinstance(self.kind, Reference) and self.kind.family:
            normal = self.kind.family(normal)
        return NOT_IN if self.operator.code in ("ne", "not_in") else IN, normal


@dataclass(frozen=True)
class Comparison:
    field: Reached[Field]
    question: Question


@dataclass(frozen=True)
class Some:
    collection: Reached[Collection]
    where: Node


@dataclass(frozen=True)
class Tally:
    """How many of a collection there are, or what a field of theirs adds up to; nothing adds up to 0."""

    collection: Reached[Collection]
    of: Reached[Field] | None
    where: Node
    question: Question


Node = Group | Not | Comparison | Some | Tally
EVERYTHING = Group(Joining.ALL, ())
