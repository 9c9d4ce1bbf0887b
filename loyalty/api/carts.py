"""The cart of a request, as rewards and coupons look at it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm.api import fields
from crm.api.shapes import Request, View
from loyalty.rewards import Benefit, Cart, CartLine

MOST_LINES = 500


class CartLineRequest(Request):
    id = fields.TextField(max_length=64, help_text="Yours; names the line in the answer.")
    sku = fields.TextField(required=False, max_length=64, default="")
    quantity = fields.quantity_field()
    amount = fields.AmountField(help_text="For all of the quantity, as it would be charged.")


class CartRequest(Request):
    currency = fields.CurrencyField()
    lines = CartLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    delivery_amount = fields.AmountField(required=False, default=Decimal(0))


class LineOffView(View):
    id = fields.TextField()
    amount = fields.AmountField()


class BenefitView(View):
    amount = fields.AmountField(help_text="Off the goods and the delivery together.")
    goods_amount = fields.AmountField()
    delivery_amount = fields.AmountField()
    lines = LineOffView(many=True)
    hands_over = fields.TextField(allow_blank=True, help_text="What is given or done besides.")


CART_EXAMPLE = {
    "currency": "EUR",
    "lines": [{"id": "1", "sku": "TEA-LINDEN-50", "quantity": "2", "amount": "40.00"}],
    "delivery_amount": "4.90",
}
BENEFIT_EXAMPLE = {
    "amount": "5.00",
    "goods_amount": "5.00",
    "delivery_amount": "0.00",
    "lines": [{"id": "1", "amount": "5.00"}],
    "hands_over": "",
}


def cart_in(told: Mapping[str, Any] | None) -> Cart | None:
    if told is None:
        return None
    lines = tuple(
        CartLine(name=line["id"], sku=line["sku"], quantity=line["quantity"], amount=line["amount"])
        for line in told["lines"]
    )
    return Cart(currency=told["currency"], lines=lines, delivery_amount=told["delivery_amount"])


def benefit_told(benefit: Benefit) -> dict[str, Any]:
    return {
        "amount": benefit.amount,
        "goods_amount": benefit.goods_amount,
        "delivery_amount": benefit.delivery_amount,
        "lines": [{"id": name, "amount": amount} for name, amount in benefit.lines.items()],
        "hands_over": benefit.hands_over,
    }
