"""Which questions somebody comes by, and what their answers come to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from surveys.content import Content, Question
from surveys.questions import Given, UnusableAnswer


def way(content: Content, given: Mapping[str, Given]) -> Sequence[Question]:
    """The questions in order that somebody with these answers is asked, to the end."""
    found: list[Question] = []
    standing = content.question(content.start)
    while standing is not None and standing not in found:
        found.append(standing)
        standing = content.question(standing.next_after(given.get(standing.key)))
    return found


def pages(content: Content, given: Mapping[str, Given]) -> Sequence[Sequence[Question]]:
    """The same, in pages: a question whose answer decides what follows is the last of its page."""
    found: list[list[Question]] = [[]]
    for question in way(content, given):
        found[-1].append(question)
        if question.ways:
            found.append([])
    return [page for page in found if page]


def answered(content: Content, raw: Mapping[str, Any]) -> Mapping[str, Given]:
    """What was answered on the way that these answers take; what stands beside it (somebody went back) is left out.

    Raises:
        UnusableAnswer: with a pointer to each answer that is wrong, missing, or to no question of this survey.
    """
    given, faults = told(content, raw)
    asked = way(content, given)
    faults += [
        Fault(pointer=f"/{question.key}", detail=_("Please answer this question."))
        for question in asked
        if question.is_required and question.key not in given and not _is_told(faults, question.key)
    ]
    if faults:
        raise UnusableAnswer(*faults)
    return {question.key: given[question.key] for question in asked if question.key in given}


def told(content: Content, raw: Mapping[str, Any]) -> tuple[dict[str, Given], list[Fault]]:
    """Every answer that can be read, and what is wrong with the others."""
    given: dict[str, Given] = {}
    faults: list[Fault] = []
    for key, one in raw.items():
        question = content.question(key)
        if question is None:
            faults.append(Fault(pointer=f"/{key}", detail=_("There is no such question.")))
            continue
        try:
            its = question.asked.answered(one)
        except UnusableAnswer as refused:
            faults += [Fault(pointer=f"/{key}", detail=fault.detail) for fault in refused.faults]
            continue
        if its is not None:
            given[key] = its
    return given, faults


def is_unhappy(content: Content, given: Mapping[str, Given]) -> bool:
    """Whether somebody should call: one answer is enough."""
    return any(
        question.asked.is_unhappy(given[question.key])
        for question in content.questions
        if question.key in given
    )


def _is_told(faults: Sequence[Fault], key: str) -> bool:
    return any(fault.pointer == f"/{key}" for fault in faults)
