"""A tree that was read, and everything it can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, override

from crm.rules import in_python, in_sql
from crm.rules.aloud import Said, said
from crm.rules.errors import UnusableConditions
from crm.rules.explaining import Trace, trace
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

    def where_of_everybody(self, *, at: datetime, clock: tzinfo) -> Q:
        """As `where`, for a question to all subjects at once: lists are read once, not once for each.

        The rows that are asked must be subjects, each once: of one person known by several ids the survivor.
        """
        return in_sql.condition(self.node, Moment(at, clock), of_everybody=True)

    def holds(self, subject: Any, *, at: datetime, clock: tzinfo) -> bool:
        """For one subject: a model's instance, or anything with the same attributes."""
        return self._test(subject, Moment(at, clock))

    def why(self, subject: Any, *, at: datetime, clock: tzinfo, language: str | None = None) -> Trace:
        """What held, what did not, and how much was missing, in `language` or in the reader's."""
        with override(language or get_language()):
            return trace(self.node, subject, Moment(at, clock))

    def sentence(self, language: str | None = None) -> Said:
        """The tree as people read it, in `language` or in the reader's."""
        with override(language or get_language()):
            return said(self.node)

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


def why(
    tree: Any, root: str, subject: Any, *, at: datetime, clock: tzinfo, language: str | None = None
) -> Trace:
    return read(tree, root).why(subject, at=at, clock=clock, language=language)


def sentence(tree: Any, root: str, language: str | None = None) -> Said:
    return read(tree, root).sentence(language)
