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
MOST_PAGES = 3
MOST_SCORES = 4
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
    """A score that was confirmed, when, and on which page: each time it is opened it has another name."""

    value: int | None
    at: datetime
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How a button came to be pressed. `opened`: scores with which this browser opened the survey, and when.

    `is_trapped`: it followed a link, or filled in a field, that no person sees. `is_again`: it was suspected, and
    pressed once more as it was asked to.
    """

    page: str
    opened_at: datetime
    is_again: bool = False
    is_trapped: bool = False
    opened: Sequence[tuple[int, datetime]] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`why`: None is a person. `spoils`: the votes confirmed just before were the same machine's."""

    why: Why | None = None
    spoils: bool = False


def judge(
    visit: Visit,
    *,
    value: int | None,
    at: datetime,
    standing: Sequence[Vote] = (),
    set_aside: Sequence[Vote] = (),
) -> Verdict:
    """`standing`: votes of the same link that count so far; `set_aside`: those of machines. Whoever confirmed them."""
    counted = _lately(standing, at)
    known = counted if visit.is_again else [*counted, *_lately(set_aside, at)]
    is_many = _is_one_machine(visit, value, known)
    if visit.is_trapped:
        return Verdict(why=Why.TRAP, spoils=is_many)
    if is_many:
        return Verdict(why=Why.MANY_SCORES, spoils=True)
    if at - visit.opened_at < SOONEST:
        return Verdict(why=Why.TOO_FAST)
    if not visit.is_again and _opened_at_once(visit, at) >= MOST_OPENED:
        return Verdict(why=Why.MANY_OPENED)
    return Verdict()


def _lately(votes: Sequence[Vote], at: datetime) -> list[Vote]:
    return [vote for vote in votes if at - vote.at <= BURST]


def _is_one_machine(visit: Visit, value: int | None, votes: Sequence[Vote]) -> bool:
    """Two scores from two pages that stood open side by side, or more pages or scores than anybody confirms.

    Somebody who thinks again goes back on the same page, or opens it again after they confirmed what they take back.
    """
    others = [vote for vote in votes if vote.value != value]
    elsewhere = [vote for vote in others if vote.page != visit.page]
    side_by_side = any(visit.opened_at <= vote.at for vote in elsewhere)
    pages = {vote.value for vote in elsewhere} | {value}
    scores = {vote.value for vote in others} | {value}
    return side_by_side or len(pages) >= MOST_PAGES or len(scores) >= MOST_SCORES


def _opened_at_once(visit: Visit, at: datetime) -> int:
    return len({score for score, opened_at in visit.opened if at - opened_at <= BURST})
