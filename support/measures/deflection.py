"""Deflection: visits to the help centre that needed no colleague ÷ visits that looked for an answer.

A visit is *deflected* when it ended in “this solved it”, or when its goal was reached and nobody wrote to us on any
channel for 72 hours after its last step. Its goal is reached when an article was opened that its reader did not call
useless. It looked for an answer when it searched, was offered articles before asking, went on to write, or judged an
article; whoever only leafs through the shelves did not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from crm.measures.intervals import Share

WINDOW = timedelta(hours=72)

Outcome: TypeAlias = Literal["solved", "quiet", "wrote", "unanswered", "looked"]
DEFLECTED: frozenset[str] = frozenset(["solved", "quiet"])


@dataclass(frozen=True, kw_only=True)
class Visit:
    """`contacts`: when its person, where they are known, wrote to us on any channel since it began."""

    last_at: datetime
    has_intent: bool
    has_read: bool
    solved_at: datetime | None = None
    wrote_at: datetime | None = None
    contacts: tuple[datetime, ...] = ()


def outcome(visit: Visit, *, at: datetime) -> Outcome | None:
    """None: its 72 hours are not over."""
    if at < visit.last_at + WINDOW:
        return None
    if visit.solved_at and (visit.wrote_at is None or visit.wrote_at < visit.solved_at):
        return "solved"
    if visit.wrote_at or any(contact <= visit.last_at + WINDOW for contact in visit.contacts):
        return "wrote"
    if not visit.has_intent:
        return "looked"
    return "quiet" if visit.has_read else "unanswered"


def deflection(outcomes: Iterable[str]) -> Share:
    """Of settled visits that looked for an answer."""
    sought = [one for one in outcomes if one and one != "looked"]
    return Share(sum(one in DEFLECTED for one in sought), len(sought))
