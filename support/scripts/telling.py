"""What the steps of a script say in one ticket: filled in for its customer, or why they cannot be. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from crm.errors import Refusal
from support.scripts import playing
from support.scripts.content import Content, Step
from support.scripts.variables import About, say


@dataclass(frozen=True, kw_only=True)
class Told:
    """`next`: keys of the steps that its choices offer in this ticket, each once."""

    step: Step
    language: str
    text: str = ""
    refusal: str | Promise = ""
    next: Sequence[str] = ()

    @property
    def title(self) -> str:
        return self.step.title_in(self.language)


def tell(content: Content, about: About) -> list[Told]:
    """Every step, in the language and by the channel of the ticket.

    Raises:
        UnusableConditions: a draft asks for something that is not there.
    """
    language = about.ticket.language or "en"
    return [_told(step, about, language) for step in content.steps]


def _told(step: Step, about: About, language: str) -> Told:
    offered = playing.offered(step, about.ticket, at=about.at)
    onward = list(dict.fromkeys(choice.next for _number, choice in offered))
    text, refusal = _said(step, about, language)
    return Told(step=step, language=language, text=text, refusal=refusal, next=onward)


def _said(step: Step, about: About, language: str) -> tuple[str, str | Promise]:
    try:
        return say(step.text_in(language, about.ticket.channel), about, language=language), ""
    except Refusal as refused:
        return "", refused.title
