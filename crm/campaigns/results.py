"""What may be concluded from a campaign. Pure: everybody assigned against those held out, zero buyers included.

Nothing is concluded before the days are over, from fewer than 30 people on either side, or without a hold-out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from crm.campaigns.spending import Spent
from crm.measures.intervals import Difference, Share
from crm.measures.lift import lift
from crm.models import RetentionPlan

Outcome = RetentionPlan.Outcome


class Standing(StrEnum):
    NOT_COMPARED = "not-compared"
    TOO_EARLY = "too-early"
    TOO_SMALL = "too-small"
    TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class Result:
    """`bought`: difference of the shares of buyers; `revenue`: of the revenue a person. None but where it is told."""

    standing: Standing
    treated: Spent
    held_out: Spent
    bought: Difference | None = None
    revenue: Difference | None = None

    @property
    def outcome(self) -> Outcome:
        """In one word, by whether people bought again."""
        if self.standing == Standing.NOT_COMPARED:
            return Outcome.NOT_COMPARED
        if self.bought is None:
            return Outcome.TOO_SMALL
        if not self.bought.is_change:
            return Outcome.UNDECIDED
        return Outcome.KEPT if self.bought.value > 0 else Outcome.LOST


def conclude(treated: Spent, held_out: Spent, *, is_over: bool, is_compared: bool) -> Result:
    """`is_compared`: somebody was to be held out. `is_over`: the days are over that it is measured over."""
    counted = Result(standing=Standing.NOT_COMPARED, treated=treated, held_out=held_out)
    if not is_compared:
        return counted
    if not is_over:
        return replace(counted, standing=Standing.TOO_EARLY)
    bought = Share(treated.buyers, treated.people).against(Share(held_out.buyers, held_out.people))
    revenue = lift(treated.group, held_out.group)
    if bought is None or revenue is None:
        return replace(counted, standing=Standing.TOO_SMALL)
    return replace(counted, standing=Standing.TOLD, bought=bought, revenue=revenue)
