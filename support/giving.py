"""Whose ticket it should be, by itself. Pure: candidates in, the right one out.

First whoever knows the person: their manager, or the deputy; then whoever answered them last, within STICKS_FOR. Else
the one with the most room for their capacity, among those who have the language and the skill; of equals the one who
has waited longest for a ticket.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

STICKS_FOR = timedelta(days=7)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A colleague who is here. `languages` empty: all of them; `load` is how many tickets wait for them."""

    agent: int
    capacity: int
    load: int
    languages: frozenset[str] = frozenset()
    skills: frozenset[int] = frozenset()
    last_given_at: datetime | None = None

    @property
    def room(self) -> Fraction:
        """The free part of their capacity."""
        return Fraction(self.capacity - self.load, self.capacity) if self.capacity else Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a ticket asks for. `known_to`: who comes before all others, the nearest first."""

    language: str = ""
    skills: frozenset[int] = frozenset()
    known_to: Sequence[int] = field(default_factory=tuple)


def in_order(candidates: Collection[Candidate], wanted: Wanted) -> list[int]:
    """Whom to ask, the rightest first. Who knows the person is asked whatever their load; nobody else past theirs."""
    known = [agent for agent in wanted.known_to if any(one.agent == agent for one in candidates)]
    others = [one for one in candidates if one.room > 0 and _fits(one, wanted) and one.agent not in known]
    others.sort(key=lambda one: (-one.room, one.last_given_at or LONG_AGO, one.agent))
    return [*dict.fromkeys(known), *(one.agent for one in others)]


def _fits(one: Candidate, wanted: Wanted) -> bool:
    speaks = not one.languages or not wanted.language or wanted.language in one.languages
    return speaks and wanted.skills <= one.skills
