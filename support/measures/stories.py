"""What the clocks of one conversation tell. Merged tickets are one: what happened to any happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from support.timekeeping.business_time import OpeningHours
from support.timekeeping.deadlines import BEGIN, Kind

RESPONSES = frozenset({Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE})
WAITS_FOR_CUSTOMER = "waiting_customer"
OVER = "over"


class Event(NamedTuple):
    """An event of a clock, with the codes of support.models.ClockEvent. `clock` only tells clocks apart."""

    clock: int
    of: Kind
    kind: str
    at: datetime
    reason: str = ""


class Matter(NamedTuple):
    """Whose and what about: a topic or an order. Contacts about one matter are one issue."""

    person: int
    about: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """A ticket. `contacts`: when the person wrote or called; `replies`: when a human answered in public."""

    ticket: int
    hours: OpeningHours
    events: Sequence[Event]
    merged_into: int | None = None
    matter: Matter | None = None
    contacts: Sequence[datetime] = ()
    replies: Sequence[datetime] = ()
    escalations: Sequence[datetime] = ()

    def moments(self, kind: str, of: Iterable[Kind]) -> list[datetime]:
        return [its.at for its in self.events if its.kind == kind and its.of in of]

    @property
    def created_at(self) -> datetime:
        return min(self.moments("activate", (Kind.RESOLUTION,)))

    @property
    def resolutions(self) -> list[datetime]:
        return self.moments("fulfil", (Kind.RESOLUTION,))

    @property
    def reopenings(self) -> list[datetime]:
        return self.moments("reopen", (Kind.RESOLUTION,))

    @property
    def reopenings_by_customer(self) -> list[datetime]:
        """Thanks reopen nothing, so they are not here."""
        return [its.at for its in self.events if its.kind == "reopen" and its.reason == "customer"]

    @property
    def last_resolved_at(self) -> datetime | None:
        """None while anything of it is open: of tickets that became one, the last begun may never be resolved."""
        return None if self._is_open else max(self.resolutions, default=None)

    @property
    def _is_open(self) -> bool:
        clocks: set[int] = set()
        for its in self.events:
            if its.of == Kind.RESOLUTION and its.kind in ("activate", "reopen", "part"):
                clocks.add(its.clock)
            elif its.of == Kind.RESOLUTION and its.kind in ("fulfil", "join"):
                clocks.discard(its.clock)
        return bool(clocks)


def united(stories: Iterable[Story]) -> list[Story]:
    """Stories of merged tickets told as one, under the ticket in which they go on and by its hours."""
    by_ticket = {story.ticket: story for story in stories}
    parts: dict[int, list[Story]] = {}
    for story in by_ticket.values():
        parts.setdefault(_end_of(story, by_ticket), []).append(story)
    return [_as_one(by_ticket[ticket], its) for ticket, its in parts.items()]


def _end_of(story: Story, by_ticket: dict[int, Story]) -> int:
    while story.merged_into in by_ticket:
        story = by_ticket[story.merged_into]
    return story.ticket


def _as_one(last: Story, parts: Sequence[Story]) -> Story:
    return replace(
        last,
        events=sorted((event for part in parts for event in part.events), key=lambda event: event.at),
        contacts=sorted(at for part in parts for at in part.contacts),
        replies=sorted(at for part in parts for at in part.replies),
        escalations=sorted(at for part in parts for at in part.escalations),
    )


def given_up_at(story: Story, at: datetime) -> datetime:
    """Until when an answer could still come: the moment of the question, unless the ticket was over before."""
    responses = [its for its in story.events if its.of in RESPONSES and its.kind in {*BEGIN, "pause"}]
    last = max(responses, key=lambda its: its.at, default=None)
    return last.at if last and last.kind == "pause" and last.reason == OVER else at


def waiting_for_customer(story: Story) -> Iterator[tuple[datetime, datetime | None]]:
    """When everything that ran waited for the customer. A ticket that joined another no longer runs by itself."""
    waits: dict[int, bool] = {}
    joined: set[int] = set()
    since: datetime | None = None
    for event in story.events:
        if event.of != Kind.RESOLUTION:
            continue
        _follow(event, waits, joined)
        running = [its for clock, its in waits.items() if clock not in joined]
        is_waiting = bool(running) and all(running)
        if is_waiting and since is None:
            since = event.at
        elif not is_waiting and since is not None:
            yield since, event.at
            since = None
    if since is not None:
        yield since, None


def _follow(event: Event, waits: dict[int, bool], joined: set[int]) -> None:
    """Warnings and new promises change nothing of how a clock runs."""
    match event.kind:
        case "activate" | "resume" | "reopen":
            waits[event.clock] = False
        case "pause":
            waits[event.clock] = event.reason == WAITS_FOR_CUSTOMER
        case "fulfil":
            waits.pop(event.clock, None)
            joined.discard(event.clock)
        case "join":
            joined.add(event.clock)
        case "part":
            joined.discard(event.clock)
