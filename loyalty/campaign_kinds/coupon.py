from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.campaigns.kinds.base import CampaignKind, Doing, Price, Terms, Words
from crm.facts import Fact
from loyalty.coupons import coupon_codes
from loyalty.facts import CouponGivenInCampaign
from loyalty.models import CouponPool, Member
from loyalty.points import adjustment, goodwill_for_many
from loyalty.rewards.discount import DiscountSettings

NO_ACCOUNT, POOL_OVER = "no-account", "pool-over"


class CouponKind(CampaignKind):
    """A code of a pool, made for each member and of use to them alone; it stands in their account."""

    name = "coupon"
    label = gettext_lazy("A personal coupon")
    explained = gettext_lazy(
        "Everybody with an account is given a code of their own from a pool. It stands in their account, with its "
        "terms and its last day."
    )
    needs = (adjustment.MAY_ASK,)
    reasons = {
        NO_ACCOUNT: gettext_lazy("no account in the programme of this coupon"),
        POOL_OVER: gettext_lazy("the coupons of this pool are over"),
    }

    def fields(self) -> Mapping[str, forms.Field]:
        return {
            "pool": forms.TypedChoiceField(
                label=gettext_lazy("Pool of coupons"), coerce=int, empty_value=None, choices=_pools_to_choose
            )
        }

    def said(self, terms: Terms) -> Sequence[Words]:
        pool = CouponPool.objects.select_related("programme").filter(pk=terms["pool"]).first()
        if pool is None:
            return [_("The pool of coupons is not there any more.")]
        gives = pool.gives.aloud(pool.programme.currency)
        return [_("A coupon for each person: {name}.").format(name=pool.name), gives]

    def price(self, terms: Terms, *, at: datetime) -> Price:
        """What a code takes off at the most, as often as it can be used; unbounded where a share of the cart is."""
        pool = CouponPool.objects.filter(pk=terms["pool"]).first()
        settings = pool.gives.settings if pool else None
        if pool is None or not isinstance(settings, DiscountSettings) or not pool.uses_per_code:
            return Price(most=None)
        most = settings.amount or settings.at_most
        return (
            Price(usual=most * pool.uses_per_code, most=most * pool.uses_per_code)
            if most
            else Price(most=None)
        )

    def unreachable(self, people: Collection[int], terms: Terms, *, at: datetime) -> Mapping[int, str]:
        pool = _pools(at).filter(pk=terms["pool"]).first()
        if pool is None:
            return dict.fromkeys(people, POOL_OVER)
        members = goodwill_for_many.members_of(pool.programme_id, people)
        return {person: NO_ACCOUNT for person in people if person not in members}

    def do(self, doing: Doing) -> str:
        pool = _pools(doing.at).filter(pk=doing.terms["pool"]).first()
        if pool is None:
            return POOL_OVER
        members = Member.objects.of_person(doing.person.pk).current()
        member = members.filter(programme=pool.programme_id).first()
        if member is None:
            return NO_ACCOUNT
        coupon_codes.issue(pool, holder=member, at=doing.at)
        return ""

    def fact(self, doing: Doing) -> Fact:
        pool = CouponPool.objects.get(pk=doing.terms["pool"])
        return CouponGivenInCampaign(
            coupon_name=pool.name_in(doing.person.language), campaign_name=doing.campaign.name
        )


def _pools(at: datetime) -> QuerySet[CouponPool]:
    return CouponPool.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


def _pools_to_choose() -> list[tuple[int, str]]:
    return [(pool.pk, pool.name) for pool in _pools(timezone.now()).order_by("-pk")[:100]]
