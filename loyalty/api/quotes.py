"""What a cart would bring: asked while it is still filled, as often as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.models import Order, Shop
from loyalty.api.carts import BENEFIT_EXAMPLE, BenefitView, benefit_told
from loyalty.api.why_not import WhyNotView, why_not_told
from loyalty.coupons.couponing import Looked, UnknownCoupon
from loyalty.errors import UnknownMember
from loyalty.members.joining import UnknownProgramme, programme_named
from loyalty.models import Member
from loyalty.rewards import Benefit
from loyalty.rules import buyers, quoting
from loyalty.rules.purchases import Cart, CartLine, Products
from loyalty.rules.quoting import Best, Quote
from loyalty.rules.reasons import Reason, reason_from
from loyalty.rules.terms import Terms, terms_of

MOST_LINES = 500
MOST_COUPONS = 10


class QuoteLineRequest(Request):
    id = fields.TextField(max_length=64, help_text="Yours; names the line in the answer.")
    sku = fields.TextField(required=False, max_length=64, default="")
    name = fields.TextField(required=False, max_length=200, default="")
    quantity = fields.quantity_field()
    amount = fields.AmountField(help_text="For all of the quantity, as it would be charged.")


class QuoteRequest(Request):
    member = fields.WholeField(required=False, help_text="Left out: what somebody would earn by joining.")
    programme = fields.TextField(
        required=False, max_length=50, help_text="Its short name; may be left out where a member is named."
    )
    currency = fields.CurrencyField(required=False, help_text="The shop's own when left out.")
    channel = fields.ChoiceField(choices=Order.Channel.values, required=False)
    lines = QuoteLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    delivery_amount = fields.AmountField(required=False)
    coupons = serializers.ListField(
        child=fields.TextField(max_length=64), required=False, max_length=MOST_COUPONS
    )


class ReasonView(View):
    rule = fields.TextField(allow_blank=True, help_text="Empty: about the cart as a whole.")
    points = fields.WholeField()
    code = fields.TextField()
    sentence = fields.TextField(help_text="In the language that was asked for.")


class LinePointsView(View):
    id = fields.TextField()
    points = fields.WholeField()


class EarnsView(View):
    points = fields.WholeField()
    available_at = fields.MomentField(allow_null=True, help_text="Null: at once.")
    lines = LinePointsView(many=True)
    why = ReasonView(many=True)
    why_not = ReasonView(many=True)


class SpendsView(View):
    points = fields.WholeField(help_text="At most so many may pay; the member chooses how many do.")
    amount = fields.AmountField(help_text="What they would pay.")
    most_points = fields.WholeField(help_text="What the cart allows, whatever the balance.")
    why_not = ReasonView(many=True, help_text="What keeps the member from paying with more.")


class RewardOfferView(View):
    id = fields.WholeField()
    name = fields.TextField()
    points = fields.WholeField()
    can_have = fields.FlagField()
    why_not = WhyNotView(many=True)
    at_the_cart = fields.TextField(allow_blank=True, help_text="Why it would do nothing for this cart.")


class CouponOfferView(View):
    code = fields.TextField()
    can_use = fields.FlagField()
    why_not = WhyNotView(many=True)
    benefit = BenefitView()


class BestView(View):
    coupon = fields.TextField(allow_null=True)
    discount_amount = fields.AmountField()
    points = fields.WholeField()
    points_amount = fields.AmountField()
    to_pay_amount = fields.AmountField()
    earns_points = fields.WholeField()


class QuoteView(View):
    programme = fields.TextField()
    member = fields.WholeField(allow_null=True)
    currency = fields.CurrencyField()
    earns = EarnsView()
    spends = SpendsView()
    rewards = RewardOfferView(many=True)
    coupons = CouponOfferView(many=True)
    best = BestView()


EXAMPLE = {
    "member": 7,
    "lines": [{"id": "1", "sku": "TEA-LINDEN-50", "quantity": "2", "amount": "40.00"}],
    "delivery_amount": "4.90",
    "coupons": ["SPRING10"],
}
ANSWER_EXAMPLE = {
    "programme": "main",
    "member": 7,
    "currency": "EUR",
    "earns": {
        "points": 40,
        "available_at": "2026-03-16T12:00:00Z",
        "lines": [{"id": "1", "points": 40}],
        "why": [
            {
                "rule": "A point for each euro",
                "points": 40,
                "code": "amount",
                "sentence": "The purchase counts with 40.00.",
            }
        ],
        "why_not": [],
    },
    "spends": {"points": 1284, "amount": "12.84", "most_points": 2000, "why_not": []},
    "rewards": [],
    "coupons": [{"code": "SPRING10", "can_use": True, "why_not": [], "benefit": BENEFIT_EXAMPLE}],
    "best": {
        "coupon": "SPRING10",
        "discount_amount": "5.00",
        "points": 1284,
        "points_amount": "12.84",
        "to_pay_amount": "27.06",
        "earns_points": 22,
    },
}


class Quotes(ApiView):
    operations = {
        "POST": Operation(
            summary="Ask what a cart would earn, and what may pay for it",
            scope="points:read",
            takes=QuoteRequest,
            gives=QuoteView,
            refusals=(UnknownMember, UnknownProgramme, UnknownCoupon),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
            only_asks=True,
        ),
    }

    def post(self, request: ApiRequest) -> Response:
        told, at = self.read_body(), timezone.now()
        buyer = buyers.buyer(told["member"], at=at) if "member" in told else None
        terms = buyer.terms if buyer else _terms_named(told.get("programme", ""), at=at)
        cart = _cart(told, self.shop, buyer.member if buyer else None, at=at)
        found = quoting.quote(cart, terms=terms, buyer=buyer, coupons=told.get("coupons", ()), at=at)
        return Response(show(QuoteView, _shown(found, cart)))


def _terms_named(programme: str, *, at: datetime) -> Terms:
    named = programme_named(programme, at=at)
    return terms_of(named.pk, named.edition, at=at)


def _cart(told: Mapping[str, Any], shop: Shop, member: Member | None, *, at: datetime) -> Cart:
    products = Products(line["sku"] for line in told["lines"])
    more = {name: told[name] for name in ("channel", "delivery_amount") if name in told}
    return Cart(
        shop_id=shop.pk,
        customer=member.customer if member else None,
        lines=[_line(place, line, products) for place, line in enumerate(told["lines"], 1)],
        placed_at=at,
        currency=told.get("currency") or shop.currency,
        **more,
    )


def _line(place: int, line: Mapping[str, Any], products: Products) -> CartLine:
    return CartLine(
        pk=place,
        called=line["id"],
        quantity=line["quantity"],
        unit_price=line["amount"] / line["quantity"],
        amount=line["amount"],
        sku=line["sku"],
        name=line["name"],
        products=products,
    )


def _shown(quote: Quote, cart: Cart) -> dict[str, Any]:
    return {
        "programme": quote.programme.slug,
        "member": quote.member.pk if quote.member else None,
        "currency": cart.currency,
        "earns": _earns(quote, cart),
        "spends": {
            **vars(quote.spends),
            "why_not": [_reason(reason) for reason in quote.spends.why_not],
        },
        "rewards": [
            {
                "id": offer.reward.pk,
                "name": str(offer.reward.name),
                "points": offer.reward.points,
                "can_have": offer.can_have,
                "why_not": why_not_told(offer.why_not),
                "at_the_cart": offer.at_the_cart,
            }
            for offer in quote.rewards
        ],
        "coupons": [_coupon(looked) for looked in quote.coupons],
        "best": _best(quote.best),
    }


def _earns(quote: Quote, cart: Cart) -> dict[str, Any]:
    trace = quote.earns.trace
    names = {str(line.pk): line.called for line in cart.lines}
    whole = [_reason(quote.earns.why_not)] if quote.earns.why_not else []
    return {
        "points": quote.earns.points,
        "available_at": quote.available_at,
        "lines": [{"id": names[key], "points": points} for key, points in trace.get("lines", {}).items()],
        "why": [_ruled(rule) for rule in trace.get("rules", ())],
        "why_not": whole + [_ruled(rule) for rule in trace.get("not", ())],
    }


def _ruled(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**_reason(reason_from(rule["why"])), "rule": rule["name"], "points": rule.get("points", 0)}


def _reason(reason: Reason) -> dict[str, Any]:
    return {"rule": "", "points": 0, "code": reason.code, "sentence": reason.aloud()}


def _coupon(looked: Looked) -> dict[str, Any]:
    return {
        "code": looked.coupon.code,
        "can_use": looked.can_use,
        "why_not": why_not_told(looked.why_not),
        "benefit": benefit_told(looked.benefit or Benefit()),
    }


def _best(best: Best) -> dict[str, Any]:
    return {**vars(best), "coupon": best.coupon.coupon.code if best.coupon else None}
