"""Who stops buying: the rate of a period, when silence begins, and how much at risk somebody is, with reasons.

Churn rate: active at the start (bought in the H days before) who bought nothing in the period ÷ active at the start. H
is declared by each company. Silent: more days since the last purchase than nine of ten of the customer's own gaps
(four gaps or more), else than nine of ten gaps of the customer's cohort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Literal, TypeAlias

from crm.measures.intervals import FEWEST, Share

Level: TypeAlias = Literal["none", "low", "raised", "high", "gone"]
Code: TypeAlias = Literal["gone", "silent", "late", "slower", "few_expected", "returns"]

# Of the usual gap: from there on somebody is late, though not silent yet.
LATE = 0.75
# Fewer purchases than this to come within the horizon is next to none.
FEW_EXPECTED = 0.25


@dataclass(frozen=True)
class Reason:
    """Why somebody may stop buying: two numbers tell it, e.g. 40 days of silence where 21 are usual."""

    code: Code
    found: float
    usual: float


@dataclass(frozen=True)
class Risk:
    level: Level
    reasons: tuple[Reason, ...] = ()


def churn_rate(active: int, lost: int) -> Share:
    """`active` at the start; `lost` are those of them who bought nothing in the period."""
    return Share(lost, active)


def nine_of_ten(gaps: Mapping[int, int]) -> int | None:
    """The 90th percentile of gaps (days → how many), by rank; None with fewer than FEWEST of them."""
    many = sum(gaps.values())
    if many < FEWEST:
        return None
    in_order = sorted(gaps)
    counted = accumulate(gaps[days] for days in in_order)
    return next(days for days, count in zip(in_order, counted, strict=True) if count >= ceil(many * 0.9))


def is_silent(days_since: int | None, usual_gap: int | None) -> bool:
    """Nobody is silent who never bought, or where nothing is known of gaps."""
    return days_since is not None and usual_gap is not None and days_since > usual_gap


def risk(
    *,
    days_since: int | None,
    usual_gap: int | None,
    horizon: int,
    lately: int,
    earlier: int,
    expected: float | None,
    returned_often: bool = False,
    returns: int = 0,
    orders: int = 0,
) -> Risk:
    """How much at risk a customer is of never buying again, and why.

    `lately` and `earlier`: days of purchases in the last horizon and in the one before it; `expected`: purchases to
    come within the next one, None where the company's model says nothing.
    None: never bought. Gone: nothing bought for a whole horizon. High: silent. Raised: anything else that speaks for
    it.
    """
    if days_since is None:
        return Risk("none")
    if days_since > horizon:
        return Risk("gone", (Reason("gone", days_since, horizon),))
    silent = is_silent(days_since, usual_gap)
    reasons = []
    if usual_gap is not None and silent:
        reasons.append(Reason("silent", days_since, usual_gap))
    elif usual_gap is not None and days_since > LATE * usual_gap:
        reasons.append(Reason("late", days_since, usual_gap))
    if earlier >= 2 and lately * 2 <= earlier:
        reasons.append(Reason("slower", lately, earlier))
    if expected is not None and expected < FEW_EXPECTED:
        reasons.append(Reason("few_expected", expected, horizon))
    if returned_often:
        reasons.append(Reason("returns", returns, orders))
    return Risk("high" if silent else "raised" if reasons else "low", tuple(reasons))


def precision_at(k: int, lost: Sequence[bool]) -> Share:
    """What a list of customers at risk is good for, the worst first: those of its first k who were lost indeed."""
    return Share(sum(lost[:k]), len(lost[:k]))
