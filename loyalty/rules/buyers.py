"""A member at the till, with all of theirs that a quote depends on and the terms that hold for them. One query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet

from crm.written_once import written_once
from loyalty.errors import UnknownMember
from loyalty.models import Coupon, Member, MemberTier
from loyalty.rules.terms import Terms, terms_of


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """`held`: the ids of their tiers; `has_coupons`: of their own, with a use left."""

    member: Member
    terms: Terms
    held: Sequence[int]
    has_coupons: bool

    @property
    def tiers(self) -> Mapping[int, str]:
        """Their tiers, of every ladder: id → short name."""
        return {pk: self.terms.tiers[pk].slug for pk in self.held if pk in self.terms.tiers}


def buyer(member_id: int, *, at: datetime) -> Buyer:
    """The member with this id; of one who was merged, the one that goes on.

    Raises:
        UnknownMember: also for one who was erased.
    """
    found = _at_the_till(member_id, at)
    while found and found[0].merged_into_id:
        found = _at_the_till(found[0].merged_into_id, at)
    if not found or found[0].customer.erased_at:
        raise UnknownMember
    read = vars(found[0])
    terms = terms_of(found[0].programme_id, read["edition"], at=at)
    found[0].programme = terms.programme
    return Buyer(member=found[0], terms=terms, held=read["held"], has_coupons=read["has_coupons"])


@written_once(int, datetime)
def _at_the_till(member: int, at: datetime) -> QuerySet[Member]:
    held = MemberTier.objects.valid(at).filter(member=OuterRef("pk"))
    own = Coupon.objects.of_use().filter(holder=OuterRef("pk"))
    return (
        Member.objects.select_related("wallet", "customer")
        .filter(pk=member)
        .annotate(
            edition=F("programme__edition"),
            held=ArraySubquery(held.values("tier_id")),
            has_coupons=Exists(own),
        )
    )
