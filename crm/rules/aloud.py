"""A tree as people read it: whole sentences, groups as nested lists, so that no grammar is broken.

A field's label stands before a colon and an operator's pattern after it: labels need no case and no gender.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from crm.rules.kinds import Kind
from crm.rules.nodes import EVERYTHING, Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.operators import Operator, Takes
from crm.words.wording import number


@dataclass(frozen=True)
class Said:
    """A sentence and what stands under it."""

    text: str
    children: tuple[Said, ...] = ()

    @property
    def flat(self) -> str:
        """On one line, what stands under a sentence in brackets."""
        if not self.children:
            return self.text
        return f"{self.text} ({'; '.join(child.flat for child in self.children)})"

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "children": [child.as_json() for child in self.children]}


def said(node: Node) -> Said:
    """In the language that is active."""
    match node:
        case Group(_joining, ()):
            return Said(_("Always"))
        case Group(_joining, (only,)):
            return said(only)
        case Group(joining, children):
            return Said(joining_text(joining), tuple(said(child) for child in children))
        case Not(Group(Joining.ANY, (_first, _second, *_rest) as children)):
            return Said(_("None of these is true:"), tuple(said(child) for child in children))
        case Not(child):
            return Said(_("This is not true:"), (said(child),))
        case Comparison(field, question):
            return Said(question_text(str(field.it.label), question))
        case Some(collection, where):
            return _some(str(collection.it.label), where)
        case Tally():
            return Said(tally_text(node), _under(node.where))


def joining_text(joining: Joining) -> str:
    if joining is Joining.ALL:
        return _("All of this is true:")
    return _("At least one of these is true:")


def _some(collection: str, where: Node) -> Said:
    if where == EVERYTHING:
        return Said(_("{collection}: there is at least one").format(collection=collection))
    return Said(_("{collection}: at least one fits this:").format(collection=collection), _under(where))


def tally_text(node: Tally) -> str:
    if node.of is None:
        counted = str(node.collection.it.number_label)
    else:
        counted = _("{field}, in total ({collection})").format(
            field=node.of.it.label, collection=node.collection.it.label
        )
    text = question_text(counted, node.question)
    return text if node.where == EVERYTHING else _("{sentence}, counting only where:").format(sentence=text)


def _under(where: Node) -> tuple[Said, ...]:
    return () if where == EVERYTHING else (said(where),)


def question_text(field: str, question: Question) -> str:
    values = value_texts(question.kind, question.operator, question.value)
    return str(question.operator.sentence).format(field=field, **values)


def value_texts(kind: Kind, operator: Operator, value: Any) -> dict[str, str]:
    match operator.takes:
        case Takes.ONE:
            return {"value": kind.shown(value)}
        case Takes.LIST:
            return {"value": ", ".join(kind.shown(one) for one in value)}
        case Takes.WEEKDAYS:
            return {"value": ", ".join(str(WEEKDAYS[day - 1]) for day in sorted(set(value)))}
        case Takes.DAYS:
            return {"value": number(value)}
        case Takes.PAIR:
            return {"low": kind.shown(value[0]), "high": kind.shown(value[1])}
        case Takes.TIMES:
            return {"low": f"{value[0]:%H:%M}", "high": f"{value[1]:%H:%M}"}
        case Takes.NOTHING:
            return {}
