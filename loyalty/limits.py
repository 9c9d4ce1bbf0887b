"""The limits of rules hold however many ask at once: what is asked of them is reserved before points are given.

Called by verbs, inside their transaction, after the customer's row is locked and before the ledger is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from django.db import models

from loyalty.models import Member, RuleUse, RuleVersion


def reserve(version: RuleVersion, *, member: Member, points: int, at: datetime, clock: tzinfo) -> int:
    """How many of `points` the rule may still give, to this member now and to all together; so many are used up.

    Locks the rows of the rule's uses until commit: the member's, then that of all.
    """
    uses = _uses(version, member, period_of(version.member_period, at, clock))
    granted = min([points, *(max(most - use.points, 0) for use, most in uses)])
    if granted:
        RuleUse.objects.filter(pk__in=[use.pk for use, _ in uses]).update(points=models.F("points") + granted)
    return granted


def left(version: RuleVersion, *, member: Member | None, at: datetime, clock: tzinfo) -> int | None:
    """As `reserve` would find, with nothing reserved; None: no limit."""
    period = period_of(version.member_period, at, clock)
    used: Mapping[tuple[int | None, str], int] = {
        (use.member_id, use.period): use.points
        for use in RuleUse.objects.filter(rule_id=version.rule_id, period__in=["", period])
        if use.member_id in (None, member.pk if member else None)
    }
    limits = []
    if version.most_per_member_points is not None:
        mine = used.get((member.pk, period), 0) if member else 0
        limits.append(version.most_per_member_points - mine)
    if version.budget_points is not None:
        limits.append(version.budget_points - used.get((None, ""), 0))
    return max(min(limits), 0) if limits else None


def _uses(version: RuleVersion, member: Member, period: str) -> list[tuple[RuleUse, int]]:
    uses = []
    if version.most_per_member_points is not None:
        uses.append((_locked(version.rule_id, member.pk, period), version.most_per_member_points))
    if version.budget_points is not None:
        uses.append((_locked(version.rule_id, None, ""), version.budget_points))
    return uses


def _locked(rule_id: int, member_id: int | None, period: str) -> RuleUse:
    its = {"rule_id": rule_id, "member_id": member_id, "period": period}
    RuleUse.objects.bulk_create([RuleUse(**its)], ignore_conflicts=True)
    return RuleUse.objects.select_for_update(no_key=True).get(**its)


def period_of(period: str, at: datetime, clock: tzinfo) -> str:
    """The name of the period that a moment lies in."""
    local = at.astimezone(clock)
    match period:
        case RuleVersion.Period.DAY:
            return f"{local:%Y-%m-%d}"
        case RuleVersion.Period.WEEK:
            return f"{local:%G-W%V}"
        case RuleVersion.Period.MONTH:
            return f"{local:%Y-%m}"
        case RuleVersion.Period.YEAR:
            return f"{local:%Y}"
    return "ever"
