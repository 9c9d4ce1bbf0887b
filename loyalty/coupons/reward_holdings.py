"""What rewards, coupons, referrals and gifts keep about a person: for their own copy, and for erasure."""

from django.utils.translation import gettext_lazy as _

from crm.personal_data import Erasing, Holding
from loyalty.models import Coupon, CouponUse, GiftGrant, Redemption, Referral, ReferralCode


def _forget_reasons(erasing: Erasing) -> None:
    Redemption.objects.filter(member__customer__in=erasing.ids).update(cancel_reason="")


def _block_codes(erasing: Erasing) -> None:
    """A code of somebody who is forgotten is nobody's: it may not be used by whoever finds it."""
    theirs = Coupon.objects.filter(holder__customer__in=erasing.ids, blocked_at=None)
    theirs.update(blocked_at=erasing.at)


HOLDINGS = (
    Holding(
        name="redeemed_rewards",
        title=_("Rewards you redeemed"),
        model=Redemption,
        rows=lambda ids: Redemption.objects.filter(member__customer__in=ids),
        tells=("kind", "points", "redeemed_at", "cancelled_at", "cancel_reason"),
        traces=("cancel_reason",),
        erase=_forget_reasons,
    ),
    Holding(
        name="coupons",
        title=_("Your coupons"),
        model=Coupon,
        rows=lambda ids: Coupon.objects.filter(holder__customer__in=ids),
        tells=("code", "uses_left", "valid_until"),
        erase=_block_codes,
    ),
    Holding(
        name="used_coupons",
        title=_("Coupons you used"),
        model=CouponUse,
        rows=lambda ids: CouponUse.objects.filter(member__customer__in=ids),
        tells=("order_external_id", "goods_amount", "delivery_amount", "currency", "used_at", "released_at"),
    ),
    Holding(
        name="referral_codes",
        title=_("Your code for recommending us"),
        model=ReferralCode,
        rows=lambda ids: ReferralCode.objects.filter(member__customer__in=ids),
        tells=("code", "created_at"),
    ),
    Holding(
        name="referrals",
        title=_("Whom you recommended us to"),
        model=Referral,
        rows=lambda ids: Referral.objects.filter(referrer__customer__in=ids),
        tells=("referred_at", "referrer_points", "paid_at", "refused_at", "reason"),
    ),
    Holding(
        name="gifts",
        title=_("Gifts you got"),
        model=GiftGrant,
        rows=lambda ids: GiftGrant.objects.filter(member__customer__in=ids),
        tells=("rule__names", "year", "points", "granted_at"),
    ),
)
