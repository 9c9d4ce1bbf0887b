"""What can be asked. ⟡ One file, one kind of question; to add one, write its file and its line here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from surveys.questions.base import Given, Point, Question, Scale, UnusableAnswer, UnusableQuestion
from surveys.questions.ces import Ces
from surveys.questions.csat import ASPECTS, Csat
from surveys.questions.enps import Enps
from surveys.questions.multiple import Multiple
from surveys.questions.nps import Nps
from surveys.questions.scale import OwnScale
from surveys.questions.single import Single
from surveys.questions.text import Text

# In the order in which a form offers them.
KINDS: Mapping[str, type[Question]] = {
    kind.kind: kind for kind in (Nps, Csat, Ces, Enps, Single, Multiple, OwnScale, Text)
}


def choices() -> list[tuple[str, str | Promise]]:
    return [(name, kind.label) for name, kind in KINDS.items()]


def read(kind: str, settings: Mapping[str, Any]) -> Question:
    """A question of what a survey keeps.

    Raises:
        UnusableQuestion: with a pointer to each place that is wrong.
    """
    if kind not in KINDS:
        raise UnusableQuestion(Fault(pointer="/kind", detail=_("There is no such kind of question.")))
    return KINDS[kind].read(settings)


__all__ = [
    "ASPECTS",
    "KINDS",
    "Given",
    "Point",
    "Question",
    "Scale",
    "UnusableAnswer",
    "UnusableQuestion",
    "choices",
    "read",
]
