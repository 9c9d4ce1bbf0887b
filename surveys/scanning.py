"""Did a person confirm this, or a machine on a mail's way? Pure.

Mail gateways open every link of a mail, some in a browser that runs scripts and presses buttons; without a check they
vote for everything at once (seen at peers: every score of a mail within a second). Opening a page counts for nothing
here, so only pressing the button is judged: by how soon it came, by what else was opened and confirmed beside it, and
by what no person sees. A person wrongly suspected presses once more, and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Nobody reads a question and presses a button sooner.
SOONEST = timedelta(milliseconds=1200)
# What opens or confirms several scores within this time is no hand.
BURST = timedelta(seconds=30)
MOST_OPENED = 4
MOST_CONFIRMED = 3
# So long a vote is kept from the timeline: a machine has shown itself by then.
SETTLES_AFTER = timedelta(seconds=20)


class Why(StrEnum):
    """By what a machine was known."""

    TRAP = "trap"
    TOO_FAST = "too_fast"
    MANY_OPENED = "many_opened"
    MANY_SCORES = "many_scores"


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A score that was confirmed: when, and when the page was opened on which it was."""

    value: int | None
    at: datetime
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How a button came to be pressed. `opened`: scores with which this browser opened the survey, and when.

    `is_trapped`: it followed a link, or filled in a field, that no person sees.
    """

    opened_at: datetime
    is_trapped: bool = False
    opened: Sequence[tuple[int, datetime]] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`why`: None is a person. `spoils`: the votes confirmed just before were the same machine's."""

    why: Why | None = None
    spoils: bool = False


def judge(visit: Visit, *, value: int | None, at: datetime, earlier: Sequence[Vote] = ()) -> Verdict:
    """`earlier`: votes of the same link that stand or were set aside, whoever confirmed them."""
    near = [vote for vote in earlier if at - vote.at <= BURST]
    if visit.is_trapped:
        return Verdict(why=Why.TRAP, spoils=_is_one_machine(visit, value, at, near))
    if _is_one_machine(visit, value, at, near):
        return Verdict(why=Why.MANY_SCORES, spoils=True)
    if at - visit.opened_at < SOONEST:
        return Verdict(why=Why.TOO_FAST)
    if _opened_at_once(visit, at) >= MOST_OPENED:
        return Verdict(why=Why.MANY_OPENED)
    return Verdict()


def _is_one_machine(visit: Visit, value: int | None, at: datetime, near: Sequence[Vote]) -> bool:
    """Two scores from pages that were both open before either was confirmed, or more scores than anybody confirms.

    Somebody who thinks again opens the page again, after they confirmed what they take back.
    """
    others = [vote for vote in near if vote.value != value]
    side_by_side = any(visit.opened_at <= vote.at for vote in others)
    scores = {value, *(vote.value for vote in others)}
    return side_by_side or len(scores) >= MOST_CONFIRMED


def _opened_at_once(visit: Visit, at: datetime) -> int:
    return len({score for score, opened_at in visit.opened if at - opened_at <= BURST})
