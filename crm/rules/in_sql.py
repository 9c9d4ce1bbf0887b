"""The twin for sets: a tree as a condition of a query, in one statement, with lists asked by subqueries.

A comparison with NULL gives NULL, which WHERE, AND and OR take as false wherever no `not` stands above; each `not`
is therefore IS NOT TRUE, and the same as the twin in Python, where there is no NULL.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, Func, IntegerField, Q, Subquery

from crm.rules.moments import Moment
from crm.rules.nodes import Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.registry import Row


class IsNotTrue(Func):
    template = "((%(expressions)s) IS NOT TRUE)"
    output_field = BooleanField()


class CountOf(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


class SumOf(Subquery):
    template = "(SELECT coalesce(sum(_added.summed_value), 0) FROM (%(subquery)s) _added)"


def condition(node: Node, moment: Moment) -> Q:
    """For `.filter()` of the root's own model."""
    match node:
        case Group(joining, children):
            parts = [condition(child, moment) for child in children]
            return Q(*parts, _connector=Q.AND if joining is Joining.ALL else Q.OR)
        case Not(child):
            return Q(IsNotTrue(condition(child, moment)))
        case Comparison(field, question):
            return _asked(field.it.expression(field.row, moment), question, moment)
        case Some(collection, where):
            return Q(Exists(_items(collection.it.rows(collection.row), where, moment)))
        case Tally():
            return _asked(_tally(node, moment), node.question, moment)


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
