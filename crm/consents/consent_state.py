"""What a person's statements come to, also when the person was taken for two. Pure: no database, no clock.

Every statement counts until the next one about the same. When two are found to be one person, the stricter of what
they had said counts; what the person says afterwards counts for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Statement:
    """Customer `person` gave consent, or withdrew it. `record` is what the caller keeps of it."""

    person: int
    is_given: bool
    at: datetime
    record: Any = None


@dataclass(frozen=True)
class Union:
    """From this moment on the two are one person."""

    one: int
    other: int
    at: datetime


def deciding(statements: Iterable[Statement], unions: Iterable[Union] = ()) -> Statement | None:
    """The statement that holds for all of them together; None: nobody said anything.

    Of one moment, the withdrawal is taken as the later, and a union as later still: in doubt, the stricter.
    """
    group: dict[int, int] = {}
    standing: dict[int, Statement | None] = {}
    events: list[Statement | Union] = [*statements, *unions]
    for event in sorted(events, key=_order):
        if isinstance(event, Statement):
            standing[_leader(group, event.person)] = event
            continue
        one, other = _leader(group, event.one), _leader(group, event.other)
        if one != other:
            group[other] = one
            standing[one] = stricter(standing.get(one), standing.pop(other, None))
    return _strictest(standing.values())


def stricter(one: Statement | None, other: Statement | None) -> Statement | None:
    """A withdrawal before a consent, a consent before nothing, the later of two alike."""
    if one is None or other is None:
        return one or other
    if one.is_given != other.is_given:
        return other if one.is_given else one
    return max(one, other, key=lambda statement: statement.at)


def _strictest(standing: Iterable[Statement | None]) -> Statement | None:
    """Of all who are left: one group, unless somebody counts as the same person without a union."""
    found: Statement | None = None
    for statement in standing:
        found = stricter(found, statement)
    return found


def _leader(group: dict[int, int], person: int) -> int:
    while person in group:
        person = group[person]
    return person


def _order(event: Statement | Union) -> tuple[datetime, int]:
    if isinstance(event, Union):
        return event.at, 2
    return event.at, 0 if event.is_given else 1
