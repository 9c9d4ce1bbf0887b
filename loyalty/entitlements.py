"""What a member's tiers allow: every privilege of the programme, and whether it is theirs now. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.models import Customer
from loyalty import privileges
from loyalty.models import Member, Tier, TierPrivilege
from loyalty.privileges.priority_support import PrioritySupport
from loyalty.rules.purchases import tiers_held


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """A privilege of the programme, and whether this member has it now. `figures` are its settings."""

    kind: str
    label: str
    is_allowed: bool
    tier: Tier
    figures: Mapping[str, Any]
    sentence: str


def entitlements(member: Member, at: datetime) -> list[Entitlement]:
    """Every privilege there is, allowed or not. Of one kind the best that is held counts, else the first to reach;
    of early access each stands alone, for it is about other goods."""
    held = tiers_held(member, at)
    rows = TierPrivilege.objects.filter(tier__programme=member.programme_id).select_related("tier")
    shown: dict[object, tuple[bool, TierPrivilege]] = {}
    for row in rows.order_by("tier__track", "tier__level", "pk"):
        name = row.pk if row.kind == "early_access" else row.kind
        has_tier = row.tier.slug in held
        if name not in shown or has_tier:
            shown[name] = (has_tier, row)
    return [_entitlement(row, has_tier=has_tier, at=at) for has_tier, row in shown.values()]


def priority_of(customer: Customer, *, at: datetime) -> int:
    """How much sooner than others this person is answered: the highest level of what their tiers allow, else 0.

    One query for people who are no members; for members one for each programme, and one for what its tiers bring.
    """
    levels = [
        int(its.figures["level"])
        for member in Member.objects.of_person(customer.pk).current().select_related("programme")
        for its in entitlements(member, at)
        if its.kind == PrioritySupport.kind and its.is_allowed
    ]
    return max(levels, default=0)


def _entitlement(row: TierPrivilege, *, has_tier: bool, at: datetime) -> Entitlement:
    privilege = privileges.read(row.kind, row.settings)
    return Entitlement(
        kind=row.kind,
        label=str(privilege.label),
        is_allowed=privilege.is_allowed(has_tier=has_tier, at=at),
        tier=row.tier,
        figures=privilege.figures(),
        sentence=privilege.aloud(),
    )
