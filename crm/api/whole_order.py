"""One order with all that belongs to it; and its change, when the shop says that it holds something else now."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields, returns
from crm.api.orders import (
    ANSWER_EXAMPLE,
    MOST_LINES,
    GoodsLineView,
    OrderLineRequest,
    OrderView,
    order_or_404,
)
from crm.api.shapes import Request, View, show
from crm.api.shipments import ShipmentView
from crm.api.views import ApiView, Operation
from crm.errors import (
    LessThanReturned,
    LineIsComingBack,
    NotPlausible,
    OrderCurrencyDiffers,
    RepeatedLine,
    TotalsDisagree,
)
from crm.models import Order, OrderAmendment
from crm.purchases.amending import amend_order
from crm.purchases.ordering import LineGiven


class AmendmentView(View):
    """What the order said until it was changed."""

    as_of = fields.MomentField(help_text="When it was changed in the shop.")
    number = fields.TextField()
    goods_amount = fields.AmountField()
    delivery_amount = fields.AmountField()
    lines = GoodsLineView(many=True)


class WholeOrderView(OrderView):
    shipments = ShipmentView(many=True)
    returns = returns.ReturnView(many=True)
    amendments = AmendmentView(many=True)


class OrderAmendmentRequest(Request):
    """All that the order holds now, not what is new about it. What is left out goes."""

    as_of = fields.MomentField(
        help_text="When it was changed in your system. The newest change stands, in whatever order they are told."
    )
    number = fields.TextField(required=False, max_length=64)
    currency = fields.CurrencyField(required=False, help_text="An order keeps its currency: it is checked.")
    lines = OrderLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    goods_amount = fields.AmountField(
        required=False, help_text="The sum of the lines; checked when it is sent."
    )
    delivery_amount = fields.AmountField(required=False, help_text="As it was when left out.")


LINE_EXAMPLE = {"external_id": "1", "sku": "TEA-LINDEN-50", "quantity": "3", "unit_price": "4.90"}
BEFORE_EXAMPLE = {
    "as_of": "2026-03-02T11:00:00Z",
    "number": "LP-100234",
    "goods_amount": "4.90",
    "delivery_amount": "0.00",
    "lines": [
        {
            "external_id": "1",
            "sku": "TEA-LINDEN-50",
            "name": "Липов чай",
            "quantity": "1.000",
            "unit_price": "4.9000",
            "discount_amount": "0.00",
            "amount": "4.90",
        }
    ],
}


class WholeOrder(ApiView):
    operations = {
        "GET": Operation(
            summary="Read an order with its parcels, returns and changes",
            scope="orders:read",
            gives=WholeOrderView,
            answer_example={
                **ANSWER_EXAMPLE,
                "shipments": [],
                "returns": [returns.ANSWER_EXAMPLE],
                "amendments": [BEFORE_EXAMPLE],
            },
        ),
        "PATCH": Operation(
            summary="Tell what an order holds now",
            scope="orders:write",
            takes=OrderAmendmentRequest,
            gives=WholeOrderView,
            refusals=(
                NotPlausible,
                RepeatedLine,
                TotalsDisagree,
                OrderCurrencyDiffers,
                LessThanReturned,
                LineIsComingBack,
            ),
            example={"as_of": "2026-03-02T13:00:00+02:00", "lines": [LINE_EXAMPLE]},
            answer_example={
                **ANSWER_EXAMPLE,
                "shipments": [],
                "returns": [],
                "amendments": [BEFORE_EXAMPLE],
            },
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(order_or_404(self.shop, pk)))

    def patch(self, request: ApiRequest, pk: int) -> Response:
        told = self.read_body()
        order = order_or_404(self.shop, pk)
        lines = [LineGiven(**line) for line in told.pop("lines")]
        delivery: Decimal = told.pop("delivery_amount", order.delivery_amount)
        with self.changing():
            amend_order(
                order,
                lines=lines,
                delivery_amount=delivery,
                source=self.key.source,
                at=timezone.now(),
                **told,
            )
        return Response(_shown(order_or_404(self.shop, pk)))


def _shown(order: Order) -> dict[str, Any]:
    of_the_order = returns.with_lines().filter(lines__order_line__order=order).distinct()
    return {
        **show(OrderView, order),
        "shipments": [show(ShipmentView, one) for one in order.shipments.order_by("id")],
        "returns": [show(returns.ReturnView, one) for one in of_the_order.order_by("id")],
        "amendments": [_before(one) for one in order.amendments.order_by("id")],
    }


def _before(amendment: OrderAmendment) -> Any:
    before = amendment.before
    lines = [
        _as_amounts(line, "quantity", "unit_price", "discount_amount", "amount") for line in before["lines"]
    ]
    said = _as_amounts(before, "goods_amount", "delivery_amount")
    return show(AmendmentView, {**said, "as_of": amendment.as_of, "lines": lines})


def _as_amounts(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Amounts rest as text."""
    return {**kept, **{name: Decimal(kept[name]) for name in names}}
