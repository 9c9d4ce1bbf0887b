"""A version tried on real customers: every way it could take with them, and what each would read. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from crm.errors import Refusal
from support.models import Ticket
from support.scripts import playing
from support.scripts.content import Content, Step
from support.scripts.variables import About, say
from support.sight import Sight

CUSTOMERS = 3
LOOKED_THROUGH = 60
MOST_WAYS = 40


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A step with this customer: its words filled in, or why they could not be."""

    step: Step
    text: str = ""
    refusal: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`ways`: the keys from the first step to an end, as this customer's facts let choices stand."""

    ticket: Ticket
    language: str
    channel: str
    steps: Sequence[Tried]
    ways: Sequence[Sequence[Step]]
    is_cut: bool

    @property
    def refused(self) -> Sequence[Tried]:
        return [tried for tried in self.steps if tried.refusal]


def candidates(reader: Any, *, among: Sequence[int] = ()) -> list[Ticket]:
    """Three tickets the reader sees: those named, else of the latest of three people who differ in language first."""
    seen = (
        Sight(reader).of(Ticket.objects.filter(merged_into=None, erased_at=None)).select_related("customer")
    )
    if among:
        return list(seen.filter(pk__in=among).order_by("-pk")[:CUSTOMERS])
    latest = seen.order_by("-last_message_at", "-pk")[:LOOKED_THROUGH]
    by_person = list({ticket.customer_id: ticket for ticket in reversed(latest)}.values())[::-1]
    by_language = list({ticket.language: ticket for ticket in reversed(by_person)}.values())[::-1]
    others = [ticket for ticket in by_person if ticket not in by_language]
    return [*by_language, *others][:CUSTOMERS]


def try_on(content: Content, about: About) -> Trial:
    """With one customer, in the language and by the channel of their ticket."""
    ticket = about.ticket
    language = ticket.language or "en"
    ways, is_cut = _ways(content, ticket, about.at)
    reached = {step.key for way in ways for step in way}
    steps = [step for step in content.steps if step.key in reached]
    return Trial(
        ticket=ticket,
        language=language,
        channel=ticket.channel,
        steps=[_tried(step, about, language) for step in steps],
        ways=ways,
        is_cut=is_cut,
    )


def _tried(step: Step, about: About, language: str) -> Tried:
    try:
        return Tried(
            step=step, text=say(step.text_in(language, about.ticket.channel), about, language=language)
        )
    except Refusal as refused:
        return Tried(step=step, refusal=refused.title)


def _ways(content: Content, ticket: Ticket, at: datetime) -> tuple[list[list[Step]], bool]:
    """Each way once, no step twice in one. Conditions are asked once for each step."""
    offered: dict[str, list[str]] = {}
    found: list[list[Step]] = []
    start = content.step(content.start)
    waiting = [[start]] if start else []
    while waiting and len(found) < MOST_WAYS:
        way = waiting.pop()
        step = way[-1]
        if step.key not in offered:
            its = playing.offered(step, ticket, at=at)
            offered[step.key] = list(dict.fromkeys(choice.next for _number, choice in its))
        known = {one.key for one in way}
        onward = [content.step(key) for key in offered[step.key] if key not in known]
        longer = [[*way, one] for one in onward if one]
        if longer:
            waiting += reversed(longer)
        else:
            found.append(way)
    return found, bool(waiting)
