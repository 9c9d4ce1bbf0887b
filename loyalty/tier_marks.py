"""The tier beside a name in lists: of many people at once, and people by their tier. Reads only: see crm.customer_page.

Of several programmes the first one joined counts, and of its ladders the one called main.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from crm.customer_page import Mark
from crm.models import Customer
from crm.people.same_person import ids_of
from loyalty.models import MemberTier, Tier

TRACK = "main"
LEVELS = 4


def of(people: Collection[int], *, at: datetime) -> Mapping[int, Mark]:
    """One query."""
    its = _held(at).filter(member__customer__in=people).select_related("tier", "member").order_by("-member")
    return {held.member.customer_id: _mark(held.tier) for held in its}


def tier_of(customer: Customer, *, at: datetime) -> str:
    """Its short name, under any of the customer's ids; empty: none. Two queries."""
    its = _held(at).filter(member__customer__in=ids_of(customer)).select_related("tier").order_by("member")
    held = its.first()
    return held.tier.slug if held else ""


def choices() -> Sequence[tuple[str, str]]:
    tiers = Tier.objects.filter(track=TRACK).order_by("programme", "level")
    return [(tier.slug, tier.name_in(get_language() or "")) for tier in tiers]


def bearing(choice: str, *, at: datetime) -> QuerySet[Any]:
    return _held(at).filter(tier__slug=choice).values("member__customer")


def condition(choice: str) -> Mapping[str, Any]:
    return {"field": "member.tier", "op": "eq", "value": choice}


def _held(at: datetime) -> QuerySet[MemberTier]:
    current = {"member__merged_into": None, "member__left_at": None}
    return MemberTier.objects.valid(at).filter(track=TRACK, **current)


def _mark(tier: Tier) -> Mark:
    return Mark(text=tier.name_in(get_language() or ""), level=max(1, min(tier.level, LEVELS)))
