"""The twin for one subject: a tree as a closure. Lists are read as often as they are asked about: prefetch them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from crm.rules.moments import Moment
from crm.rules.nodes import Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.operators import Operator, Takes
from crm.rules.registry import Collection, Field, Reached

Test = Callable[[Any, Moment], bool]


def closure(node: Node) -> Test:
    match node:
        case Group(joining, children):
            tests = [closure(child) for child in children]
            if joining is Joining.ALL:
                return lambda subject, moment: all(test(subject, moment) for test in tests)
            return lambda subject, moment: any(test(subject, moment) for test in tests)
        case Not(child):
            inner = closure(child)
            return lambda subject, moment: not inner(subject, moment)
        case Comparison(field, question):
            asked = asking(question)
            return lambda subject, moment: asked(value_of(field, subject, moment), moment)
        case Some(collection, where):
            inner = closure(where)
            return lambda subject, moment: any(inner(item, moment) for item in items_of(collection, subject))
        case Tally():
            asked, total = asking(node.question), totalling(node)
            return lambda subject, moment: asked(total(subject, moment), moment)


def asking(question: Question) -> Test:
    """Whether a value answers the question; one that is not known answers only `is_not_set`."""
    operator, expected = question.prepared
    normal = question.kind.normal
    return lambda value, moment: _answers(operator, normal(value), expected, moment)


def _answers(operator: Operator, value: Any, expected: Any, moment: Moment) -> bool:
    if value is None:
        return operator.takes is Takes.NOTHING and operator.code == "is_not_set"
    return operator.holds(value, expected, moment)


def value_of(field: Reached[Field], subject: Any, moment: Moment) -> Any:
    owner = field.subject(subject)
    return None if owner is None else field.it.read(owner, moment)


def items_of(collection: Reached[Collection], subject: Any) -> Iterable[Any]:
    owner = collection.subject(subject)
    return () if owner is None else collection.it.items(owner)


def totalling(node: Tally) -> Callable[[Any, Moment], Any]:
    inner = closure(node.where)

    def total(subject: Any, moment: Moment) -> Any:
        counted = [item for item in items_of(node.collection, subject) if inner(item, moment)]
        if node.of is None:
            return len(counted)
        of = node.of
        return sum(value for item in counted if (value := value_of(of, item, moment)) is not None)

    return total
