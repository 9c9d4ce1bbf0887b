"""Whom a segment is about, how its conditions are read, and which other segments they ask about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from crm import company, rules
from crm.models import Customer, Segment
from crm.rules.nodes import Comparison, Group, Node, Not, Some, Tally
from crm.rules.operators import Takes

ROOT = "customer"
ASKS_FOR_A_SEGMENT = "segment.is"
CHANGES_WITH_TIME = frozenset({"within_last_days", "within_next_days", "birthday_within"})


def people() -> QuerySet[Customer]:
    """Everybody a segment can be about: of one person known by several ids the survivor, and nobody who was erased."""
    return Customer.objects.filter(merged_into=None, erased_at=None)


def fitting(tree: Any, *, at: datetime) -> QuerySet[Customer]:
    """Whoever the conditions hold for, asked of everybody at once.

    Raises:
        UnusableConditions: with a pointer to each place that is wrong.
    """
    conditions = rules.read(tree, ROOT)
    return people().filter(conditions.where_of_everybody(at=at, clock=company.current().clock))


def fitting_among(tree: Any, ids: Collection[int], *, at: datetime) -> set[int]:
    """Those of a few customers that the conditions hold for. One query."""
    conditions = rules.read(tree, ROOT)
    those = people().filter(pk__in=ids).filter(conditions.where(at=at, clock=company.current().clock))
    return set(those.values_list("pk", flat=True))


def asked_about(tree: Any) -> frozenset[int]:
    """The segments that a readable tree asks about by themselves."""
    found: set[int] = set()
    for comparison in _comparisons(rules.read(tree, ROOT).node):
        question = comparison.question
        if comparison.field.it.name != ASKS_FOR_A_SEGMENT or question.operator.takes is Takes.NOTHING:
            continue
        found.update(question.value if question.operator.takes is Takes.LIST else [question.value])
    return frozenset(found)


def changes_with_time(tree: Any) -> bool:
    """Whether somebody may come in or go out of it although nothing happens to them."""
    return any(
        one.question.operator.code in CHANGES_WITH_TIME or one.field.it.moves_with_time
        for one in _comparisons(rules.read(tree, ROOT).node)
    )


def in_order(segments: Iterable[Segment]) -> Sequence[Segment]:
    """Each after those that it asks about. (Loops are refused when they are written.)"""
    by_pk = {segment.pk: segment for segment in segments}
    ordered: dict[int, Segment] = {}

    def put(segment: Segment) -> None:
        if segment.pk in ordered:
            return
        for pk in sorted(asked_about(segment.conditions) & by_pk.keys()):
            put(by_pk[pk])
        ordered[segment.pk] = segment

    for segment in by_pk.values():
        put(segment)
    return list(ordered.values())


def _comparisons(node: Node) -> Iterable[Comparison]:
    match node:
        case Group(_joining, children):
            for child in children:
                yield from _comparisons(child)
        case Not(child):
            yield from _comparisons(child)
        case Comparison():
            yield node
        case Some(_collection, where):
            yield from _comparisons(where)
        case Tally():
            yield from _comparisons(node.where)
