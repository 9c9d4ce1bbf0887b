"""The twin for sets: a tree as a condition of a query, in one statement, with lists asked by subqueries.

A comparison with NULL gives NULL, which WHERE, AND and OR take as false wherever no `not` stands above; each `not`
is therefore IS NOT TRUE, and the same as the twin in Python, where there is no NULL.

A list is asked about for each subject by itself, which is right for a few; `of_everybody` reads it once and groups it
by whose it is, which is right for a million. Both find the same subjects.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from crm.rules.in_python import asking
from crm.rules.moments import Moment
from crm.rules.nodes import Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.registry import Collection, Reached, Row


class IsNotTrue(Func):
    template = "((%(expressions)s) IS NOT TRUE)"
    output_field = BooleanField()


class CountOf(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


class SumOf(Subquery):
    template = "(SELECT coalesce(sum(_added.summed_value), 0) FROM (%(subquery)s) _added)"


def condition(node: Node, moment: Moment, *, of_everybody: bool = False) -> Q:
    """For `.filter()` of the root's own model. `of_everybody`: only where each row is a subject of its own."""
    match node:
        case Group(joining, children):
            parts = [condition(child, moment, of_everybody=of_everybody) for child in children]
            return Q(*parts, _connector=Q.AND if joining is Joining.ALL else Q.OR)
        case Not(child):
            return Q(IsNotTrue(condition(child, moment, of_everybody=of_everybody)))
        case Comparison(field, question) if of_everybody and field.it.everyones and not field.path:
            groups = field.it.everyones()
            return _of_groups(groups, question, moment, otherwise=field.it.otherwise)
        case Comparison(field, question):
            return _asked(field.it.expression(field.row, moment), question, moment)
        case Some(collection, where) if of_everybody and _is_read_at_once(collection):
            return Q(pk__in=_everyones(collection, where, moment).values("whose"))
        case Some(collection, where):
            return Q(Exists(_items(collection.it.rows(collection.row), where, moment)))
        case Tally() if of_everybody and _is_read_at_once(node.collection):
            return _totalled(node, moment)
        case Tally():
            return _asked(_tally(node, moment), node.question, moment)


def _is_read_at_once(collection: Reached[Collection]) -> bool:
    return not collection.path and collection.it.everyones is not None


def _everyones(collection: Reached[Collection], where: Node, moment: Moment) -> Any:
    return _items(collection.it.everyones(), where, moment).order_by()  # type: ignore[misc]


def _totalled(node: Tally, moment: Moment) -> Q:
    """By the totals of those who have any; who has none has a total of 0, and stands in no group."""
    rows = _everyones(node.collection, node.where, moment)
    if node.of is None:
        total: Any = Count("pk")
    else:
        value = node.of.it.expression(Row(node.of.row.prefix), moment)
        rows = rows.annotate(summed_value=value)
        # Of one kind with what it stands in for, whatever expression the value comes from.
        total = Coalesce(Sum("summed_value"), Value(0), output_field=DecimalField())
    return _of_groups(rows.values("whose").annotate(told=total), node.question, moment, otherwise=0)


def _of_groups(groups: Any, question: Question, moment: Moment, *, otherwise: Any) -> Q:
    """Whose group answers; where `otherwise` answers too, everybody but those whose group does not."""
    answer = _asked(F("told"), question, moment)
    if not asking(question)(otherwise, moment):
        return Q(pk__in=groups.filter(answer).values("whose"))
    return Q(IsNotTrue(Q(pk__in=groups.filter(IsNotTrue(answer)).values("whose"))))


def _asked(expression: Any, question: Question, moment: Moment) -> Q:
    operator, expected = question.prepared
    return Q(operator.sql(question.kind.normal_sql(expression), expected, moment))


def _tally(node: Tally, moment: Moment) -> Subquery:
    items = _items(node.collection.it.rows(node.collection.row), node.where, moment).order_by()
    if node.of is None:
        return CountOf(items.values("pk"))
    value = node.of.it.expression(Row(node.of.row.prefix), moment)
    return SumOf(items.annotate(summed_value=value).values("summed_value"))


def _items(rows: Any, where: Node, moment: Moment) -> Any:
    return rows.filter(condition(where, moment))
