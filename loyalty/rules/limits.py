"""The limits of rules hold however many ask at once: what is asked of them is reserved before points are given.

Called by verbs, inside their transaction, after the customer's row is locked and before the ledger is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo

from django.db import models
from django.db.models import Q

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


def release(version: RuleVersion, *, member: Member, points: int, at: datetime, clock: tzinfo) -> None:
    """What a purchase had of the rule is free again, because the purchase is judged anew. Locks as `reserve`."""
    uses = _uses(version, member, period_of(version.member_period, at, clock))
    for use, _most in uses:
        use.points = max(use.points - points, 0)
        use.save(update_fields=["points"])


def left(
    versions: Collection[RuleVersion], *, member: Member | None, at: datetime, clock: tzinfo
) -> dict[int, int]:
    """By rule, how much `reserve` would find, with nothing reserved; rules without a limit are not in it.

    One query, none where no rule has a limit.
    """
    limited = [
        one for one in versions if one.most_per_member_points is not None or one.budget_points is not None
    ]
    if not limited:
        return {}
    whose = Q(member=None, period="")
    if member:
        whose |= Q(member=member, period__in={period_of(one.member_period, at, clock) for one in limited})
    uses = RuleUse.objects.filter(whose, rule__in=[one.rule_id for one in limited])
    used = {(use.rule_id, use.member_id, use.period): use.points for use in uses}
    return {one.rule_id: _left(one, member, used, period_of(one.member_period, at, clock)) for one in limited}


def _left(
    version: RuleVersion, member: Member | None, used: Mapping[tuple[int, int | None, str], int], period: str
) -> int:
    limits = []
    if version.most_per_member_points is not None:
        mine = used.get((version.rule_id, member.pk, period), 0) if member else 0
        limits.append(version.most_per_member_points - mine)
    if version.budget_points is not None:
        limits.append(version.budget_points - used.get((version.rule_id, None, ""), 0))
    return max(min(limits), 0)


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
