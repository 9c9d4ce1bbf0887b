"""Handling time: focused seconds, shared among the chats open at once, plus talk and wrap-up.

A page that is visible sends a heartbeat every 15 seconds, and none after 60 seconds without a key or a movement. A
heartbeat vouches for the 15 seconds after it; two that are at most 60 seconds apart, for everything between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

HEARTBEAT = timedelta(seconds=15)
IDLE = timedelta(seconds=60)


class Beat(NamedTuple):
    agent: int
    ticket: int
    at: datetime


class Focus(NamedTuple):
    """An agent had a ticket before their eyes from `began_at` to `ended_at`."""

    agent: int
    ticket: int
    began_at: datetime
    ended_at: datetime


class Call(NamedTuple):
    """Talk from `answered_at` to `ended_at`; wrap-up until `wrapped_up_at`."""

    agent: int
    ticket: int
    answered_at: datetime
    ended_at: datetime
    wrapped_up_at: datetime | None = None


def focused(beats: Iterable[Beat]) -> list[Focus]:
    """Heartbeats as stretches of focus, whichever order they came in."""
    found: list[Focus] = []
    for agent, ticket, at in sorted(beats):
        last = found[-1] if found else None
        if last and last[:2] == (agent, ticket) and at - (last.ended_at - HEARTBEAT) <= IDLE:
            found[-1] = last._replace(ended_at=at + HEARTBEAT)
        else:
            found.append(Focus(agent, ticket, at, at + HEARTBEAT))
    return found


def handling_times(focus: Iterable[Focus], calls: Iterable[Call]) -> dict[int, timedelta]:
    """Handling time of each ticket, by all agents together.

    A second of an agent with three tickets in focus gives a third of it to each. A second of a call belongs to its
    ticket whole, and the open page beside it counts for nothing of the same ticket: it is the same second.
    """
    talks = [
        Focus(its.agent, its.ticket, its.answered_at, its.wrapped_up_at or its.ended_at) for its in calls
    ]
    edges: dict[int, list[Edge]] = {}
    for is_talk, stretches in ((False, focus), (True, talks)):
        for its in stretches:
            edges.setdefault(its.agent, []).append(Edge(its.began_at, its.ticket, is_talk, 1))
            edges[its.agent].append(Edge(its.ended_at, its.ticket, is_talk, -1))
    spent: dict[int, timedelta] = {}
    for of_agent in edges.values():
        for ticket, time in _shared(sorted(of_agent)):
            spent[ticket] = spent.get(ticket, timedelta(0)) + time
    return spent


class Edge(NamedTuple):
    """A stretch begins (+1) or ends (−1)."""

    at: datetime
    ticket: int
    is_talk: bool
    step: int


def _shared(edges: Sequence[Edge]) -> Iterator[tuple[int, timedelta]]:
    """Between two edges nothing begins or ends, so the time between them is shared in one way."""
    now: Counter[tuple[int, bool]] = Counter()
    for edge, following in pairwise(edges):
        its = (edge.ticket, edge.is_talk)
        now[its] += edge.step
        if not now[its]:
            del now[its]
        if edge.at == following.at:
            continue
        talked = {ticket for ticket, is_talk in now if is_talk}
        looked_at = {ticket for ticket, is_talk in now if not is_talk} - talked
        for ticket in talked:
            yield ticket, following.at - edge.at
        for ticket in looked_at:
            yield ticket, (following.at - edge.at) / len(looked_at)
