"""How long customers waited for a human.

B(a, b) is the open time of the ticket's calendar. Answers that nobody wrote (a rule's, a bot's) do not count. Who was
not answered stays in as having waited until now, or until the ticket was over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from support.measures.stories import RESPONSES, Story, given_up_at
from support.measures.waiting import Wait, Waits
from support.timekeeping.business_time import open_time
from support.timekeeping.deadlines import Kind


def first_response(stories: Iterable[Story], *, since: datetime, until: datetime, at: datetime) -> Waits:
    """First response time: B(first inbound, first human public reply). A reopening does not restart it.

    Of those who first wrote from `since` until just before `until`.
    """
    asked = (
        (story, min(story.moments("activate", (Kind.FIRST_RESPONSE,)), default=None)) for story in stories
    )
    return Waits(
        [_first_response(story, began, at) for story, began in asked if began and since <= began < until]
    )


def next_response(stories: Iterable[Story], *, since: datetime, until: datetime, at: datetime) -> Waits:
    """Next response time, of every turn of a customer, the first one too: B(first message of an unanswered run, next
    human public reply).

    Of the turns that began from `since` until just before `until`.
    """
    return Waits(
        [
            _wait(story, turn, at)
            for story in stories
            for turn in turns(story)
            if since <= turn.began_at < until
        ]
    )


class Turn(NamedTuple):
    """From the first message of an unanswered run; `answered_at` is None while nobody answered."""

    began_at: datetime
    answered_at: datetime | None


def turns(story: Story) -> list[Turn]:
    """Read as the conversation went, so that one answer to two tickets that were merged ends one turn."""
    found: list[Turn] = []
    since: datetime | None = None
    for moment, kind in _turning(story):
        if kind == "activate" and since is None:
            since = moment
        elif kind == "fulfil" and since is not None:
            found.append(Turn(since, moment))
            since = None
    return found if since is None else [*found, Turn(since, None)]


def _first_response(story: Story, began: datetime, at: datetime) -> Wait:
    answers = [moment for moment in story.moments("fulfil", RESPONSES) if moment >= began]
    return _wait(story, Turn(began, min(answers, default=None)), at)


def _turning(story: Story) -> list[tuple[datetime, str]]:
    """In time; what is asked at the moment of an answer is answered by it."""
    return sorted(
        (its.at, its.kind)
        for its in story.events
        if its.of in RESPONSES and its.kind in ("activate", "fulfil")
    )


def _wait(story: Story, turn: Turn, at: datetime) -> Wait:
    until = turn.answered_at or given_up_at(story, at)
    return Wait(
        open_time(story.hours, turn.began_at, until).total_seconds(), is_over=turn.answered_at is not None
    )
