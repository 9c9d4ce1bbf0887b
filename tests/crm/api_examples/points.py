"""Member 7 with points to spend, a reward, a coupon, a friend and what waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.models import Customer, Shop
from loyalty import ledger
from loyalty.coupons import rewarding
from loyalty.models import (
    AdjustmentRequest,
    Coupon,
    CouponUse,
    Hold,
    Member,
    Redemption,
    ReferralCode,
    Reward,
)
from tests.crm.api_examples.numbers import next_is
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import (
    CouponPoolFactory,
    ReferralTermsFactory,
    RewardFactory,
    member_with,
)

MEMBER, FRIEND = 7, 11
HELD, HELD_AS_WELL = 12, 13


def furnish(shop: Shop, customer: Customer, *, at: datetime) -> None:
    next_is(Member, MEMBER)
    member = member_with(5000, customer=customer)
    _holds(member, at=at)
    _given(shop, member, at=at)
    _friends(member, at=at)
    next_is(AdjustmentRequest, 3)
    AdjustmentRequest.objects.create(
        member=member,
        points=200,
        reason="The parcel came two days late",
        requested_through=f"api:{shop.slug}",
        requested_at=at,
        expires_at=at + timedelta(days=1),
    )


def _holds(member: Member, *, at: datetime) -> None:
    next_is(Hold, HELD)
    for number in (HELD, HELD_AS_WELL):
        ledger.hold(member.pk, points=300, key=f"hold {number}", until=at + timedelta(hours=1), at=at)


def _given(shop: Shop, member: Member, *, at: datetime) -> None:
    next_is(Reward, 3)
    reward = RewardFactory()
    next_is(Redemption, 9)
    rewarding.redeem(member, reward=reward, key="redeemed", at=at)
    coupon = Coupon.objects.create(pool=CouponPoolFactory(uses_per_code=None), code="SPRING10", created_at=at)
    next_is(CouponUse, 12)
    CouponUse.objects.create(coupon=coupon, shop=shop, key="used", currency="EUR", used_at=at)


def _friends(member: Member, *, at: datetime) -> None:
    ReferralTermsFactory()
    next_is(Member, FRIEND)
    MemberFactory(joined_at=at)
    ReferralCode.objects.create(member=member, code="7KQM2XWF", created_at=at)
