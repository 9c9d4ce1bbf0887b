"""Points at a checkout: set aside, paid with, given back; or spent at once. Members belong to every shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.errors import NoSuchThing
from crm.api.orders import known_order
from crm.api.shapes import Request, TryQuery, View, show
from crm.api.views import ApiView, Operation
from crm.errors import CardIsBlocked, CodeTooOld, UnknownOrder
from crm.models import Order, Shop
from loyalty.api.members_named import MemberOrCardRequest, member_or_card
from loyalty.api.shapes import BalancesView
from loyalty.errors import (
    NotEnoughHeld,
    NotEnoughPoints,
    UnknownMember,
)
from loyalty.ledger import Posted
from loyalty.members.cards import UnknownCard
from loyalty.models import Hold, Member
from loyalty.points import holds, redemption
from loyalty.points.spending import (
    MoreThanPointsMayPay,
    OrderOfSomebodyElse,
    OtherCurrency,
    TooFewPointsToStart,
    worth,
)

MOST_POINTS = 1_000_000_000
LONGEST_HOLD_MINUTES = 7 * 24 * 60
NOT_NAMED = (UnknownMember, UnknownCard, CardIsBlocked, CodeTooOld)
# A key of the ledger holds 200 characters; a longer one is kept as its digest.
LONGEST_KEY = 120


class PointsView(ApiView):
    """An address where points change: once per key, or only tried (`once_or_tried`)."""

    def ledger_key(self, operation: str) -> str:
        """Names the operation in the ledger once and for ever."""
        key = self._idempotency_key()
        short = key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()
        return f"api:{self.shop.pk}:{operation}:{short}"


def points_field(**kwargs: Any) -> fields.WholeField:
    return fields.WholeField(min_value=1, max_value=MOST_POINTS, **kwargs)


class HoldRequest(MemberOrCardRequest):
    points = points_field()
    order = fields.WholeField(required=False, help_text="The id of your order, when there is one already.")
    minutes = fields.WholeField(
        required=False,
        min_value=1,
        max_value=LONGEST_HOLD_MINUTES,
        help_text="How long they are held if nobody comes back; the programme's own time when left out.",
    )


class HoldView(View):
    id = fields.WholeField(allow_null=True, help_text="Null when it was only tried.")
    member = fields.WholeField(help_text="Whose points they are.")
    points = fields.WholeField()
    captured = fields.WholeField()
    released = fields.WholeField()
    held = fields.WholeField(help_text="Still set aside.")
    expires_at = fields.MomentField(help_text="When what is still held goes back by itself.")
    balances = BalancesView()


class CaptureRequest(Request):
    points = points_field(required=False, help_text="All that is held when left out.")
    order = fields.WholeField(required=False, help_text="The id of your order that they pay.")


class ReleaseRequest(Request):
    """Nothing needs to be said."""


class RedemptionRequest(MemberOrCardRequest):
    points = points_field()
    order = fields.WholeField(required=False, help_text="The id of your order that they pay.")
    kind = fields.ChoiceField(
        choices=["redeem", "donate"], required=False, help_text="Spent as money, or given away."
    )


class RedemptionView(View):
    id = fields.WholeField(
        allow_null=True, help_text="Of the line in the statement; null when it was only tried."
    )
    member = fields.WholeField()
    kind = fields.ChoiceField(choices=["redeem", "donate"])
    points = fields.WholeField()
    amount = fields.AmountField(help_text="What they pay.")
    currency = fields.CurrencyField()
    balances = BalancesView()


BALANCES = {"available": 984, "pending": 60, "held": 300, "debt": 0}
HOLD_EXAMPLE = {
    "id": 12,
    "member": 7,
    "points": 300,
    "captured": 0,
    "released": 0,
    "held": 300,
    "expires_at": "2026-03-02T12:30:00Z",
    "balances": BALANCES,
}


class Holds(PointsView):
    operations = {
        "POST": Operation(
            summary="Set points aside for a checkout",
            scope="points:write",
            asks=TryQuery,
            takes=HoldRequest,
            gives=HoldView,
            status=201,
            refusals=(
                *NOT_NAMED,
                UnknownOrder,
                OrderOfSomebodyElse,
                NotEnoughPoints,
                TooFewPointsToStart,
            ),
            example={"member": 7, "points": 300},
            answer_example=HOLD_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse | Response:
        told = self.read_body()
        order = named_order(self.shop, told)
        minutes = told.get("minutes")

        def act(at: datetime) -> Any:
            posted = holds.hold(
                member_or_card(told, at=at),
                points=told["points"],
                key=self.ledger_key("hold"),
                at=at,
                until=at + timedelta(minutes=minutes) if minutes else None,
                order=order,
            )
            return _shown(hold_or_404(posted.hold_id or 0), is_tried=self.is_tried)

        return self.once_or_tried(act)


class OneHold(PointsView):
    operations = {
        "GET": Operation(
            summary="Read what is held",
            scope="points:read",
            gives=HoldView,
            answer_example=HOLD_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(hold_or_404(pk)))


class Captures(PointsView):
    operations = {
        "POST": Operation(
            summary="Let held points pay, all or a part",
            scope="points:write",
            asks=TryQuery,
            takes=CaptureRequest,
            gives=HoldView,
            status=201,
            refusals=(UnknownOrder, OrderOfSomebodyElse, OtherCurrency, MoreThanPointsMayPay, NotEnoughHeld),
            example={"points": 300, "order": 5},
            answer_example={**HOLD_EXAMPLE, "captured": 300, "held": 0, "balances": {**BALANCES, "held": 0}},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse | Response:
        told = self.read_body()
        hold = hold_or_404(pk)
        order = named_order(self.shop, told)

        def act(at: datetime) -> Any:
            holds.capture(
                hold,
                points=told.get("points") or _all_of(hold),
                key=self.ledger_key("capture"),
                at=at,
                source=self.key.source,
                order=order,
                shop=self.shop,
            )
            return _shown(hold_or_404(pk))

        return self.once_or_tried(act)


class Releases(PointsView):
    operations = {
        "POST": Operation(
            summary="Let what is still held go back",
            scope="points:write",
            asks=TryQuery,
            takes=ReleaseRequest,
            gives=HoldView,
            status=201,
            refusals=(NotEnoughHeld,),
            example={},
            answer_example={**HOLD_EXAMPLE, "released": 300, "held": 0, "balances": {**BALANCES, "held": 0}},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse | Response:
        self.read_body()
        hold = hold_or_404(pk)

        def act(at: datetime) -> Any:
            holds.release(hold, key=self.ledger_key("release"), at=at)
            return _shown(hold_or_404(pk))

        return self.once_or_tried(act)


class Redemptions(PointsView):
    operations = {
        "POST": Operation(
            summary="Spend points at once, or give them away",
            scope="points:write",
            asks=TryQuery,
            takes=RedemptionRequest,
            gives=RedemptionView,
            status=201,
            refusals=(
                *NOT_NAMED,
                UnknownOrder,
                OrderOfSomebodyElse,
                OtherCurrency,
                NotEnoughPoints,
                TooFewPointsToStart,
                MoreThanPointsMayPay,
            ),
            example={"member": 7, "points": 300, "order": 5},
            answer_example={
                "id": 9001,
                "member": 7,
                "kind": "redeem",
                "points": 300,
                "amount": "3.00",
                "currency": "EUR",
                "balances": {**BALANCES, "held": 0},
            },
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse | Response:
        told = self.read_body()
        order = named_order(self.shop, told)
        kind = told.get("kind", "redeem")

        def act(at: datetime) -> Any:
            member = member_or_card(told, at=at)
            how: dict[str, Any] = {
                "points": told["points"],
                "key": self.ledger_key(kind),
                "at": at,
                "source": self.key.source,
                "shop": self.shop,
            }
            if kind == "donate":
                return self._redeemed(member, redemption.donate(member, **how), kind)
            return self._redeemed(member, redemption.redeem(member, order=order, **how), kind)

        return self.once_or_tried(act)

    def _redeemed(self, member: Member, posted: Posted, kind: str) -> Any:
        shown = {
            "id": None if self.is_tried else posted.transaction_id,
            "member": member.pk,
            "kind": kind,
            "points": posted.points,
            "amount": worth(member.programme, posted.points) if kind == "redeem" else Decimal(0),
            "currency": member.programme.currency,
            "balances": posted,
        }
        return show(RedemptionView, shown)


def named_order(shop: Shop, told: dict[str, Any]) -> Order | None:
    """The shop's order that a body names, if it names one.

    Raises:
        UnknownOrder: with a pointer to where it was named.
    """
    return known_order(shop, told["order"]) if "order" in told else None


def hold_or_404(pk: int) -> Hold:
    """Holds, as members, belong to the company: a till may finish what the web store began."""
    known = Hold.objects.select_related("wallet__member__programme", "wallet__member__customer")
    found = known.filter(pk=pk).first()
    if found is None:
        raise NoSuchThing
    return found


def _all_of(hold: Hold) -> int:
    """A repeat asks for what the first one took: nothing is held any more, and the key answers."""
    return hold.open_points or hold.captured or hold.points


def _shown(hold: Hold, *, is_tried: bool = False) -> Any:
    return show(
        HoldView,
        {
            "id": None if is_tried else hold.pk,
            "member": hold.wallet_id,
            "points": hold.points,
            "captured": hold.captured,
            "released": hold.released,
            "held": hold.open_points,
            "expires_at": hold.expires_at,
            "balances": hold.wallet,
        },
    )
