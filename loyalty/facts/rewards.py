from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts.base import Fact, Group
from crm.words.wording import Money


@dataclass(frozen=True, kw_only=True)
class RewardRedeemed(Fact):
    kind = "loyalty.reward_redeemed"
    called = _("A reward was taken")
    group = Group.POINTS
    icon = "gift"
    sentence = ngettext_lazy(
        "Reward “{reward_name}” for {points} point", "Reward “{reward_name}” for {points} points", "points"
    )

    reward_name: str
    points: int


@dataclass(frozen=True, kw_only=True)
class RewardGivenBack(Fact):
    kind = "loyalty.reward_given_back"
    group = Group.POINTS
    icon = "gift"
    sentence = ngettext_lazy(
        "Reward “{reward_name}” taken back: {points} point returned",
        "Reward “{reward_name}” taken back: {points} points returned",
        "points",
    )
    more = "{reason}"
    personal = frozenset({"reason"})

    reward_name: str
    points: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CouponUsed(Fact):
    kind = "loyalty.coupon_used"
    called = _("A coupon was used")
    group = Group.POINTS
    icon = "ticket"
    sentence = _("Coupon “{coupon_name}” used: {total} off")

    coupon_name: str
    amount: Decimal
    currency: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class CouponReleased(Fact):
    kind = "loyalty.coupon_released"
    group = Group.POINTS
    icon = "ticket"
    sentence = _("Coupon “{coupon_name}” can be used again")
    more = "{reason}"
    personal = frozenset({"reason"})

    coupon_name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GiftGiven(Fact):
    """A gift of points; `points` is 0 where the gift is a code."""

    kind = "loyalty.gift_given"
    called = _("A gift was given")
    group = Group.POINTS
    icon = "gift"
    sentence = _("Gift “{gift_name}” given")
    more = ngettext_lazy("{points} point", "{points} points", "points")

    gift_name: str
    points: int

    def aloud_more(self) -> str:
        return super().aloud_more() if self.points else ""


@dataclass(frozen=True, kw_only=True)
class FriendReferred(Fact):
    """Told of the friend: who recommended us stands in the referral, on nobody else's page."""

    kind = "loyalty.friend_referred"
    called = _("A friend was referred")
    group = Group.POINTS
    icon = "users"
    sentence = _("Came on a friend's recommendation")


@dataclass(frozen=True, kw_only=True)
class ReferralPaid(Fact):
    kind = "loyalty.referral_paid"
    group = Group.POINTS
    icon = "users"
    sentence = ngettext_lazy(
        "Thanks for a recommendation: {points} point",
        "Thanks for a recommendation: {points} points",
        "points",
    )

    points: int
