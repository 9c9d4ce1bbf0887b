"""How long customers waited for a human.

B(a, b) is the open time of the ticket's calendar. Answers that nobody wrote (a rule's, a bot's) do not count. Who was
not answered stays in as having waited until now, or until the ticket was over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from support.business_time import open_time
from support.deadlines import Kind
from support.measures.stories import RESPONSES, Story, given_up_at
from support.measures.waiting import Wait, Waits


def first_response(stories: Iterable[Story], *, at: datetime) -> Waits:
    """First response time: B(first inbound, first human public reply). A reopening does not restart it."""
    return Waits([wait for story in stories if (wait := _first_response(story, at)) is not None])


def next_response(stories: Iterable[Story], *, at: datetime) -> Waits:
    """Next response time, of every turn of a customer, the first one too: B(first message of an unanswered run, next
    human public reply)."""
    return Waits([wait for story in stories for wait in turns(story, at)])


def _first_response(story: Story, at: datetime) -> Wait | None:
    """None for a conversation that a colleague began."""
    asked = min(story.moments("activate", (Kind.FIRST_RESPONSE,)), default=None)
    if asked is None:
        return None
    answers = [moment for moment in story.moments("fulfil", RESPONSES) if moment >= asked]
    return _wait(story, asked, min(answers, default=None), at)


def turns(story: Story, at: datetime) -> list[Wait]:
    """Read as the conversation went, so that one answer to two tickets that were merged ends one turn."""
    found: list[Wait] = []
    since: datetime | None = None
    for moment, kind in _turning(story):
        if kind == "activate" and since is None:
            since = moment
        elif kind == "fulfil" and since is not None:
            found.append(_wait(story, since, moment, at))
            since = None
    return found if since is None else [*found, _wait(story, since, None, at)]


def _turning(story: Story) -> list[tuple[datetime, str]]:
    """In time; what is asked at the moment of an answer is answered by it."""
    return sorted(
        (its.at, its.kind)
        for its in story.events
        if its.of in RESPONSES and its.kind in ("activate", "fulfil")
    )


def _wait(story: Story, asked: datetime, answered: datetime | None, at: datetime) -> Wait:
    until = answered if answered is not None else given_up_at(story, at)
    return Wait(open_time(story.hours, asked, until).total_seconds(), is_over=answered is not None)
