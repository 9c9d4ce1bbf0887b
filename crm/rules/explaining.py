"""Why a tree holds for one subject, and what was missing where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from crm.rules.aloud import Said, joining_text, said
from crm.rules.in_python import asking, closure, totalling, value_of
from crm.rules.kinds import Instant, Kind, Number, Whole
from crm.rules.moments import Moment
from crm.rules.nodes import Comparison, Group, Joining, Node, Not, Question, Some, Tally
from crm.rules.operators import Takes


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One condition, whether it held, what was found, and what was missing.

    `found` stays empty for a personal field: a trace is kept and shown where the field itself may not be.
    """

    text: str
    holds: bool
    found: str = ""
    needed: str = ""
    children: tuple[Trace, ...] = ()
    where: tuple[Said, ...] = ()

    @property
    def reasons(self) -> list[str]:
        """Of what does not hold, the sentences that say why not; nothing when it holds."""
        if self.holds:
            return []
        if self.children:
            return [reason for child in self.children for reason in child.reasons]
        sentence = Said(self.text, self.where).flat
        parts = [sentence, self.needed or self.found]
        return [". ".join(part.rstrip(".") for part in parts if part) + "."]

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "holds": self.holds,
            "found": self.found,
            "needed": self.needed,
            "children": [child.as_json() for child in self.children],
            "where": [one.as_json() for one in self.where],
        }


def trace(node: Node, subject: Any, moment: Moment) -> Trace:
    """In the language that is active. Every condition is asked, also where one was enough to know."""
    match node:
        case Group(joining, children):
            traces = tuple(trace(child, subject, moment) for child in children)
            held = [one.holds for one in traces]
            holds = all(held) if joining is Joining.ALL else any(held)
            text = joining_text(joining) if children else said(node).text
            return Trace(text=text, holds=holds, children=traces)
        case Not(child):
            told = said(node)
            return Trace(text=told.text, holds=not closure(child)(subject, moment), where=told.children)
        case Comparison(field, question):
            value = value_of(field, subject, moment)
            return _answered(said(node), question, value, moment, is_secret=field.it.personal)
        case Some():
            told = said(node)
            return Trace(text=told.text, holds=closure(node)(subject, moment), where=told.children)
        case Tally():
            is_secret = bool(node.of and node.of.it.personal)
            total = totalling(node)(subject, moment)
            return _answered(said(node), node.question, total, moment, is_secret=is_secret)


def _answered(told: Said, question: Question, value: Any, moment: Moment, *, is_secret: bool) -> Trace:
    holds = asking(question)(value, moment)
    is_known = question.kind.normal(value) is not None
    needed = "" if holds or is_secret or not is_known else _gap(question, value)
    found = "" if is_secret else _found(question.kind, value if is_known else None, moment)
    return Trace(text=told.text, holds=holds, found=found, needed=needed, where=told.children)


def _found(kind: Kind, value: Any, moment: Moment) -> str:
    if value is None:
        return _("It is not known.")
    if isinstance(kind, Instant):
        return _("Now: {value}").format(value=formats.date_format(moment.local(value), "DATETIME_FORMAT"))
    return _("Now: {value}").format(value=kind.shown(value))


def _gap(question: Question, value: Any) -> str:
    """How much is missing to a number, or how much there is too much of."""
    kind, operator = question.kind, question.operator
    if not isinstance(kind, Number | Whole):
        return ""
    low, high = question.value if operator.takes is Takes.PAIR else (question.value, question.value)
    if operator.code in ("gte", "between", "eq") and value < low:
        return _("{amount} more is needed").format(amount=kind.shown(low - _exact(value)))
    if operator.code == "gt":
        return _("More than {amount} more is needed").format(amount=kind.shown(low - _exact(value)))
    if operator.code in ("lte", "between", "eq") and value > high:
        return _("It is {amount} too much").format(amount=kind.shown(_exact(value) - high))
    return ""


def _exact(value: Any) -> Any:
    return value if isinstance(value, Decimal) else int(value)
