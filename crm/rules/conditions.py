"""A tree that was read, and everything it can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from django.db.models import Q

from crm.rules import in_python, in_sql
from crm.rules.errors import UnusableConditions
from crm.rules.moments import Moment
from crm.rules.nodes import Node
from crm.rules.parsing import faults_of_references, parse


@dataclass(frozen=True)
class Conditions:
    """Read once, asked often. What it refers to (a category's family) is looked up once, when it is first asked."""

    node: Node

    def where(self, *, at: datetime, clock: tzinfo) -> Q:
        """For `.filter()` of the root's model: the same rows that `holds` finds one by one."""
        return in_sql.condition(self.node, Moment(at, clock))

    def holds(self, subject: Any, *, at: datetime, clock: tzinfo) -> bool:
        """For one subject: a model's instance, or anything with the same attributes."""
        return self._test(subject, Moment(at, clock))

    @cached_property
    def _test(self) -> in_python.Test:
        return in_python.closure(self.node)


def read(tree: Any, root: str) -> Conditions:
    """Read a tree about `root` ("order").

    Raises:
        UnusableConditions: with a pointer to each place that is wrong.
    """
    return Conditions(parse(tree, root))


def check(tree: Any, root: str) -> Conditions:
    """As `read`, for a tree that is about to be saved: what it refers to must exist.

    Raises:
        UnusableConditions: with a pointer to each place that is wrong.
    """
    conditions = read(tree, root)
    if faults := faults_of_references(tree, root):
        raise UnusableConditions(*faults)
    return conditions


def where(tree: Any, root: str, *, at: datetime, clock: tzinfo) -> Q:
    return read(tree, root).where(at=at, clock=clock)


def holds(tree: Any, root: str, subject: Any, *, at: datetime, clock: tzinfo) -> bool:
    return read(tree, root).holds(subject, at=at, clock=clock)
