"""Points in the cart of a shop's own system: a code of one use there, backed by points that are set aside here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.errors import NoSuchThing
from crm.api.shapes import Request, TryQuery, View, show
from crm.api.views import Operation
from crm.connectors.base import (
    AskedTooOften,
    CannotBeAsked,
    NotAnswering,
    NotThatSystem,
    WrongSecret,
)
from crm.models import Shop
from crm.outside.requests import AddressRefused
from loyalty.api.members_named import MemberOrCardRequest, member_or_card
from loyalty.api.shapes import BalancesView
from loyalty.api.spending import NOT_NAMED, PointsView, points_field
from loyalty.connectors import MAKERS, CodeNotMade, MayNotMakeCodes
from loyalty.errors import NotEnoughPoints
from loyalty.models import CartCode, CartCodeState
from loyalty.points import carting
from loyalty.points.spending import OtherCurrency, TooFewPointsToStart

SHOP_IN_THE_WAY = (
    CannotBeAsked,
    AddressRefused,
    WrongSecret,
    MayNotMakeCodes,
    CodeNotMade,
    NotThatSystem,
    AskedTooOften,
    NotAnswering,
)


class CartCodeRequest(MemberOrCardRequest):
    points = points_field()
    system = fields.ChoiceField(
        choices=sorted(MAKERS),
        required=False,
        help_text="In which system the cart is; may be left out where the shop is connected with one.",
    )


class CartCodeView(View):
    id = fields.WholeField(allow_null=True, help_text="Null when it was only tried.")
    code = fields.TextField(allow_blank=True, help_text="For the cart. Empty when it was only tried.")
    member = fields.WholeField(help_text="Whose points they are.")
    points = fields.WholeField(help_text="Set aside for it.")
    amount = fields.AmountField(help_text="What it takes off, at most.")
    currency = fields.CurrencyField()
    state = fields.ChoiceField(choices=CartCodeState.values)
    usable_until = fields.MomentField(help_text="When it ends in the shop; the points go back then.")
    order = fields.WholeField(allow_null=True, help_text="The id of the order that came with it.")
    balances = BalancesView()


class WithdrawalRequest(Request):
    """Nothing needs to be said."""


EXAMPLE = {
    "id": 4,
    "code": "VP-7K2M-Q9XR-4TND",
    "member": 7,
    "points": 300,
    "amount": "3.00",
    "currency": "EUR",
    "state": "usable",
    "usable_until": "2026-03-02T12:30:00Z",
    "order": None,
    "balances": {"available": 984, "pending": 60, "held": 300, "debt": 0},
}


class CartCodes(PointsView):
    operations = {
        "POST": Operation(
            summary="Let points pay in a cart of the shop’s own system",
            scope="points:write",
            asks=TryQuery,
            takes=CartCodeRequest,
            gives=CartCodeView,
            status=201,
            refusals=(
                *NOT_NAMED,
                *SHOP_IN_THE_WAY,
                carting.NoCartThere,
                carting.NamesNoSystem,
                carting.TooManyUnusedCodes,
                carting.CodeWasRefused,
                OtherCurrency,
                NotEnoughPoints,
                TooFewPointsToStart,
            ),
            example={"member": 7, "points": 300},
            answer_example=EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse | Response:
        """The shop's system is asked after the points are set aside for good: no lock waits for it."""
        told = self.read_body()

        def set_aside(at: datetime) -> Any:
            code = carting.set_aside(
                member_or_card(told, at=at),
                points=told["points"],
                connection=carting.cart_of(self.shop, vendor=told.get("system", "")),
                key=self.ledger_key("cart"),
                at=at,
            )
            return _shown(code, is_tried=self.is_tried)

        answer = self.once_or_tried(set_aside)
        if self.is_tried or not isinstance(answer, HttpResponse):
            return answer
        code = code_or_404(self.shop, json.loads(answer.content)["id"])
        return Response(_shown(carting.make(code, at=timezone.now())), status=201, headers=_replayed(answer))


class OneCartCode(PointsView):
    operations = {
        "GET": Operation(
            summary="Read what became of a code",
            scope="points:read",
            gives=CartCodeView,
            answer_example=EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(code_or_404(self.shop, pk)))


class CartCodeWithdrawals(PointsView):
    operations = {
        "POST": Operation(
            summary="Take a code out of the cart: its points are back",
            scope="points:write",
            takes=WithdrawalRequest,
            gives=CartCodeView,
            status=201,
            refusals=(*SHOP_IN_THE_WAY, carting.CodeIsUsed),
            example={},
            answer_example={
                **EXAMPLE,
                "state": "over",
                "balances": {"available": 1284, "pending": 60, "held": 0, "debt": 0},
            },
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> Response:
        """To take it back twice changes nothing, so that no answer has to be kept."""
        self.read_body()
        self._idempotency_key()
        return Response(_shown(carting.take_back(code_or_404(self.shop, pk), at=timezone.now())), status=201)


def code_or_404(shop: Shop, pk: int) -> CartCode:
    """Unlike a hold, a code belongs to the shop in whose system it is."""
    found = carting.known(pk, shop=shop)
    if found is None:
        raise NoSuchThing
    return found


def _replayed(answer: HttpResponse) -> dict[str, str]:
    told = answer.headers.get("Idempotency-Replayed")
    return {"Idempotency-Replayed": told} if told else {}


def _shown(code: CartCode, *, is_tried: bool = False) -> Any:
    hold = code.hold
    return show(
        CartCodeView,
        {
            "id": None if is_tried else code.pk,
            "code": "" if is_tried else code.code,
            "member": hold.wallet_id,
            "points": hold.points,
            "amount": code.amount,
            "currency": code.currency,
            "state": code.state,
            "usable_until": code.usable_until,
            "order": code.order_id,
            "balances": hold.wallet,
        },
    )
