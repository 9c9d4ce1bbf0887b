"""A version tried on real customers: every way it could take with them, and what each would read. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.models import Ticket
from support.scripts import telling
from support.scripts.content import Content, Step
from support.scripts.telling import Told
from support.scripts.variables import About
from support.sight import Sight

CUSTOMERS = 3
LOOKED_THROUGH = 60
MOST_WAYS = 40


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`ways`: the keys from the first step to an end, as this customer's facts let choices stand."""

    ticket: Ticket
    language: str
    channel: str
    steps: Sequence[Told]
    ways: Sequence[Sequence[Step]]
    is_cut: bool

    @property
    def refused(self) -> Sequence[Told]:
        return [told for told in self.steps if told.refusal]


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
    told = {one.step.key: one for one in telling.tell(content, about)}
    ways, is_cut = _ways(content, told)
    reached = {step.key for way in ways for step in way}
    return Trial(
        ticket=about.ticket,
        language=about.ticket.language or "en",
        channel=about.ticket.channel,
        steps=[one for key, one in told.items() if key in reached],
        ways=ways,
        is_cut=is_cut,
    )


def _ways(content: Content, told: Mapping[str, Told]) -> tuple[list[list[Step]], bool]:
    """Each way once, no step twice in one."""
    found: list[list[Step]] = []
    start = content.step(content.start)
    waiting = [[start]] if start else []
    while waiting and len(found) < MOST_WAYS:
        way = waiting.pop()
        known = {one.key for one in way}
        onward = [content.step(key) for key in told[way[-1].key].next if key not in known]
        longer = [[*way, one] for one in onward if one]
        if longer:
            waiting += reversed(longer)
        else:
            found.append(way)
    return found, bool(waiting)
