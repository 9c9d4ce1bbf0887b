"""When answers are due: a policy and what happened to a ticket in, moments out. Pure: no model, no clock.

A *target* is so much open time for one thing; a *clock* is a target begun at a moment. While it is paused nothing is
due; when it goes on, its moments have moved by the open time that passed. What has gone by at 75 % is a warning, at
100 % a breach, at 150 % a matter for the manager: these are the rungs of the ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from support.timekeeping.business_time import OpeningHours, moment_after, open_time


class Kind(StrEnum):
    """What a clock waits for."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    PROMISE = "promise"
    CONTACT = "contact"


# They name their moment themselves: no policy sets it, and no state of the ticket holds it up.
NAMED = (Kind.PROMISE, Kind.CONTACT)


class Rung(NamedTuple):
    """So many hundredths of the target have gone by: what that is called, and who is told."""

    percent: int
    event: str
    whom: str


LADDER: Sequence[Rung] = (
    Rung(75, "warn", "assignee"),
    Rung(100, "breach", "team_lead"),
    Rung(150, "escalate", "manager"),
)
WHOLE = 100


class Stretch(NamedTuple):
    """A clock ran from `began_at`; `ended_at` is None while it still runs."""

    began_at: datetime
    ended_at: datetime | None


class Step(NamedTuple):
    """One event of a clock, by the codes of support.models.ClockEvent; `reason` says why it was paused."""

    kind: str
    at: datetime
    reason: str = ""


BEGIN = frozenset({"activate", "resume", "reopen"})
END = frozenset({"pause", "fulfil"})


@dataclass(frozen=True, kw_only=True)
class RungDue:
    rung: Rung
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A clock as it stands: `due_at` is None while it is paused or over."""

    spent: timedelta
    due_at: datetime | None
    rungs: Sequence[RungDue]

    def next_rung(self, climbed: Iterable[str]) -> RungDue | None:
        """The lowest rung nobody was told of yet, whether its moment has come or not."""
        known = set(climbed)
        return next((its for its in self.rungs if its.rung.event not in known), None)


NOTHING_DUE = Reading(due_at=None, spent=timedelta(0), rungs=())


def stretches_of(steps: Iterable[Step]) -> list[Stretch]:
    """When a clock ran, from its events in the order they were told. A beginning told late moves the stretch back."""
    found: list[Stretch] = []
    began: datetime | None = None
    for step in steps:
        if step.kind in BEGIN:
            began = min(began, step.at) if began else step.at
        elif step.kind in END and began:
            found.append(Stretch(began, max(began, step.at)))
            began = None
    return [*found, Stretch(began, None)] if began else found


def read(stretches: Sequence[Stretch], target: timedelta, hours: OpeningHours) -> Reading:
    """A clock with a target of open time, from the stretches in which it ran, in their order."""
    over = [stretch for stretch in stretches if stretch.ended_at is not None]
    spent = sum((open_time(hours, began, ended) for began, ended in over if ended), timedelta(0))
    running = next((stretch.began_at for stretch in stretches if stretch.ended_at is None), None)
    if running is None:
        return Reading(spent=spent, due_at=None, rungs=())
    rungs = [_rung_due(rung, over, running, target, hours) for rung in LADDER]
    return Reading(spent=spent, due_at=_at(WHOLE, rungs), rungs=rungs)


def read_promise(made_at: datetime, due_at: datetime) -> Reading:
    """A promise names its own moment: all time counts, the shop may be closed, and nothing pauses it."""
    length = due_at - made_at
    rungs = [RungDue(rung=rung, at=made_at + length * rung.percent / WHOLE) for rung in LADDER]
    return Reading(spent=timedelta(0), due_at=due_at, rungs=rungs)


def _rung_due(
    rung: Rung, over: Sequence[Stretch], running: datetime, target: timedelta, hours: OpeningHours
) -> RungDue:
    """Where the rung stood before the clock was last paused, that earlier moment: it was due then, and still is."""
    needed = target * rung.percent / WHOLE
    for began, ended in over:
        if ended is None:
            continue
        passed = open_time(hours, began, ended)
        if passed >= needed:
            return RungDue(rung=rung, at=moment_after(hours, began, needed))
        needed -= passed
    return RungDue(rung=rung, at=moment_after(hours, running, needed))


def _at(percent: int, rungs: Iterable[RungDue]) -> datetime:
    return next(its.at for its in rungs if its.rung.percent == percent)
