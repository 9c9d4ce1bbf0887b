"""The programme's addresses: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from loyalty.api.adjustments import Adjustments, OneAdjustment
from loyalty.api.cart_codes import CartCodes, CartCodeWithdrawals, OneCartCode
from loyalty.api.coupons import CouponReleases, CouponUses, OneCoupon
from loyalty.api.members import Entitlements, Members, OneMember, Statement
from loyalty.api.programmes import Programmes
from loyalty.api.quotes import Quotes
from loyalty.api.referrals import ReferralCodes, Referrals
from loyalty.api.rewards import RedemptionCancellations, RewardRedemptions, Rewards
from loyalty.api.spending import Captures, Holds, OneHold, Redemptions, Releases

app_name = "loyalty-api"
urlpatterns: Sequence[URLPattern] = [
    path("quotes/", Quotes.as_view(), name="quotes"),  # the first to be looked at: nothing is asked as often
    path("adjustments/", Adjustments.as_view(), name="adjustments"),
    path("adjustments/<int:pk>/", OneAdjustment.as_view(), name="adjustment"),
    path("cart-codes/", CartCodes.as_view(), name="cart-codes"),
    path("cart-codes/<int:pk>/", OneCartCode.as_view(), name="cart-code"),
    path("cart-codes/<int:pk>/withdrawals/", CartCodeWithdrawals.as_view(), name="cart-code-withdrawals"),
    path("holds/", Holds.as_view(), name="holds"),
    path("holds/<int:pk>/", OneHold.as_view(), name="hold"),
    path("holds/<int:pk>/captures/", Captures.as_view(), name="captures"),
    path("holds/<int:pk>/releases/", Releases.as_view(), name="releases"),
    path("members/", Members.as_view(), name="members"),
    path("members/<int:pk>/", OneMember.as_view(), name="member"),
    path("members/<int:pk>/entitlements/", Entitlements.as_view(), name="entitlements"),
    path("members/<int:pk>/statement/", Statement.as_view(), name="statement"),
    path("programmes/", Programmes.as_view(), name="programmes"),
    path("redemptions/", Redemptions.as_view(), name="redemptions"),
    path("coupons/<str:code>/", OneCoupon.as_view(), name="coupon"),
    path("coupons/<str:code>/redemptions/", CouponUses.as_view(), name="coupon-uses"),
    path(
        "coupons/<str:code>/redemptions/<int:use_id>/releases/",
        CouponReleases.as_view(),
        name="coupon-releases",
    ),
    path("referral-codes/", ReferralCodes.as_view(), name="referral-codes"),
    path("referrals/", Referrals.as_view(), name="referrals"),
    path("rewards/", Rewards.as_view(), name="rewards"),
    path("rewards/<int:pk>/redemptions/", RewardRedemptions.as_view(), name="reward-redemptions"),
    path(
        "rewards/<int:pk>/redemptions/<int:redemption_id>/cancellations/",
        RedemptionCancellations.as_view(),
        name="reward-redemption-cancellations",
    ),
]
