"""Codes at a checkout: what one would do, using it, and letting it go again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import NumberParameter, Query, Request, TryQuery, View, show
from crm.api.views import Operation
from loyalty.api.carts import (
    BENEFIT_EXAMPLE,
    CART_EXAMPLE,
    BenefitView,
    CartRequest,
    benefit_told,
    cart_in,
)
from loyalty.api.members_named import member_named
from loyalty.api.rewards import KIND_NAMES
from loyalty.api.spending import PointsView
from loyalty.api.why_not import WhyNotView, why_not_told
from loyalty.coupons import couponing
from loyalty.coupons.coupon_codes import LONGEST
from loyalty.coupons.couponing import Looked
from loyalty.errors import LedgerKeyUsedOtherwise, UnknownMember
from loyalty.models import Coupon, CouponUse
from loyalty.rules.budgets import BudgetUsedUp


class CouponQuery(Query):
    member = NumberParameter(required=False, help_text="Says whether this member can use it.")


class CouponView(View):
    code = fields.TextField()
    kind = fields.ChoiceField(choices=KIND_NAMES)
    gives = fields.TextField(help_text="In the language that was asked for.")
    uses_left = fields.WholeField(allow_null=True, help_text="Null: as often as wanted.")
    minimum_amount = fields.AmountField(help_text="The smallest purchase of goods.")
    currency = fields.CurrencyField()
    is_personal = fields.FlagField(help_text="Only its holder can use it.")
    valid_until = fields.MomentField(allow_null=True)
    can_use = fields.FlagField()
    why_not = WhyNotView(many=True)


class CouponUseRequest(Request):
    cart = CartRequest(required=False, help_text="What is bought. Services and seats need none.")
    member = fields.WholeField(required=False, help_text="Who uses it: needed for a personal code.")
    order = fields.TextField(
        required=False, max_length=64, help_text="`external_id` of your order: cancelling it frees the code."
    )


class CouponUseView(View):
    id = fields.WholeField(allow_null=True, help_text="Null in a trial.")
    code = fields.TextField()
    gives = fields.TextField(help_text="In the language that was asked for.")
    member = fields.WholeField(allow_null=True)
    order = fields.TextField(allow_blank=True)
    currency = fields.CurrencyField()
    benefit = BenefitView()
    used_at = fields.MomentField()
    released_at = fields.MomentField(allow_null=True)


class CouponReleaseRequest(Request):
    reason = fields.TextField(required=False, allow_blank=True, max_length=200, default="")


EXAMPLE = {
    "code": "SPRING10",
    "kind": "discount",
    "gives": "10% off the purchase",
    "uses_left": 1,
    "minimum_amount": "20.00",
    "currency": "EUR",
    "is_personal": False,
    "valid_until": "2026-05-31T21:00:00Z",
    "can_use": True,
    "why_not": [],
}
USE_EXAMPLE = {
    "id": 12,
    "code": "SPRING10",
    "gives": "10% off the purchase",
    "member": 7,
    "order": "o-1001",
    "currency": "EUR",
    "benefit": BENEFIT_EXAMPLE,
    "used_at": "2026-03-02T12:00:00Z",
    "released_at": None,
}
REFUSALS = (
    UnknownMember,
    couponing.CouponNotValidNow,
    couponing.CouponUsedUp,
    couponing.CouponForMembersOnly,
    couponing.CouponOfAnotherMember,
    couponing.CouponNotForThisMember,
    couponing.CouponUsedByThisMember,
    couponing.CartInAnotherCurrency,
    couponing.CouponNeedsCart,
    couponing.CouponBelowMinimum,
    couponing.CouponGivesNothingHere,
    BudgetUsedUp,
    LedgerKeyUsedOtherwise,
)


class OneCoupon(PointsView):
    operations = {
        "GET": Operation(
            summary="Look at a coupon: what it gives, and whether it can be used",
            scope="rewards:read",
            asks=CouponQuery,
            gives=CouponView,
            refusals=(UnknownMember,),
            answer_example=EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, code: str) -> Response:
        coupon = coupon_or_404(code)
        member = member_named(self.asked["member"]) if "member" in self.asked else None
        return Response(
            show(CouponView, coupon_told(couponing.look(coupon, member=member, at=timezone.now())))
        )


class CouponUses(PointsView):
    operations = {
        "POST": Operation(
            summary="Use a coupon for a cart",
            scope="rewards:write",
            asks=TryQuery,
            takes=CouponUseRequest,
            gives=CouponUseView,
            status=201,
            refusals=REFUSALS,
            example={"member": 7, "order": "o-1001", "cart": CART_EXAMPLE},
            answer_example=USE_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest, code: str) -> HttpResponse:
        told = self.read_body()
        coupon = coupon_or_404(code)
        return self.once_or_tried(lambda at: self._use(coupon, told, at))

    def _use(self, coupon: Coupon, told: dict[str, Any], at: datetime) -> dict[str, Any]:
        cart = cart_in(told.get("cart"))
        use = couponing.redeem(
            coupon,
            shop=self.shop,
            key=self.ledger_key("coupon"),
            at=at,
            member=member_named(told["member"]) if "member" in told else None,
            cart=cart,
            order_external_id=told.get("order", ""),
            source=self.key.source,
        )
        shown = use_told(use)
        shown["benefit"] = benefit_told(couponing.benefit_of(coupon, cart))
        if self.is_tried:
            shown["id"] = None
        return show(CouponUseView, shown)


class CouponReleases(PointsView):
    operations = {
        "POST": Operation(
            summary="Let a used coupon go: it can be used again",
            scope="rewards:write",
            asks=TryQuery,
            takes=CouponReleaseRequest,
            gives=CouponUseView,
            status=201,
            example={"reason": "The checkout was left"},
            answer_example={**USE_EXAMPLE, "released_at": "2026-03-02T12:05:00Z"},
        ),
    }

    def post(self, request: ApiRequest, code: str, use_id: int) -> HttpResponse:
        told = self.read_body()
        use = CouponUse.objects.filter(pk=use_id, coupon=coupon_or_404(code), shop=self.shop).first()
        if use is None:
            raise Http404
        return self.once_or_tried(lambda at: self._release(use, told["reason"], at))

    def _release(self, use: CouponUse, reason: str, at: datetime) -> dict[str, Any]:
        couponing.release(use, at=at, source=self.key.source, reason=reason)
        use.refresh_from_db(fields=["released_at"])
        return show(CouponUseView, use_told(use))


def coupon_or_404(code: str) -> Coupon:
    """However it is written, but no longer than a code can be: the address is a part of what a key is used for."""
    try:
        if len(code) > LONGEST:
            raise couponing.UnknownCoupon
        return couponing.find(code)
    except couponing.UnknownCoupon as error:
        raise Http404 from error


def coupon_told(looked: Looked) -> dict[str, Any]:
    coupon = looked.coupon
    currency = couponing.programme_of(coupon).currency
    return {
        "code": coupon.written,
        "kind": coupon.terms.kind,
        "gives": coupon.terms.gives.aloud(currency),
        "uses_left": coupon.uses_left,
        "minimum_amount": coupon.pool.minimum_amount if coupon.pool else 0,
        "currency": currency,
        "is_personal": coupon.holder_id is not None,
        "valid_until": couponing.valid_until(coupon),
        "can_use": looked.can_use,
        "why_not": why_not_told(looked.why_not),
    }


def use_told(use: CouponUse) -> dict[str, Any]:
    """What is kept of the use; what it took off each line was told when it was used."""
    return {
        "id": use.pk,
        "code": use.coupon.written,
        "gives": use.coupon.terms.gives.aloud(use.currency),
        "member": use.member_id,
        "order": use.order_external_id,
        "currency": use.currency,
        "benefit": {
            "amount": use.goods_amount + use.delivery_amount,
            "goods_amount": use.goods_amount,
            "delivery_amount": use.delivery_amount,
            "lines": [],
            "hands_over": "",
        },
        "used_at": use.used_at,
        "released_at": use.released_at,
    }
