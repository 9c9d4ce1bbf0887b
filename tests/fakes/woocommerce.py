"""What WooCommerce sends, after its public documentation: https://woocommerce.github.io/woocommerce-rest-api-docs/."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
SECRET = "gX4!vRw8zQ0pL7nB2tYc"


def signed(body: bytes, *, secret: str = SECRET) -> str:
    """By hand, from the documentation: nothing of the house's own."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def spelt(payload: Mapping[str, Any]) -> bytes:
    """As PHP writes JSON: letters beyond ASCII spelt out, slashes escaped."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def address(**changed: Any) -> dict[str, Any]:
    return {
        "first_name": "Мария",
        "last_name": "Петрова",
        "company": "",
        "address_1": "ул. Липа 3",
        "city": "Варна",
        "country": "BG",
        "email": "maria@lipa.example",
        "phone": "0888 123 456",
    } | changed


def item(number: int = 315, **changed: Any) -> dict[str, Any]:
    """Three at 6.6667, with tax: 24.00 of them 4.00 tax; a tenth off."""
    return {
        "id": number,
        "name": "Липов чай",
        "product_id": 93,
        "variation_id": 0,
        "quantity": 3,
        "subtotal": "20.00",
        "subtotal_tax": "4.00",
        "total": "18.00",
        "total_tax": "3.60",
        "sku": "TEA-LINDEN-50",
        "price": 6,
        "meta_data": [],
    } | changed


def order(number: int = 727, **changed: Any) -> dict[str, Any]:
    """Paid and being packed."""
    return {
        "id": number,
        "parent_id": 0,
        "number": str(number),
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-02-27T16:00:00",
        "date_modified_gmt": "2026-02-27T16:05:00",
        "date_paid_gmt": "2026-02-27T16:05:00",
        "date_completed_gmt": None,
        "discount_total": "2.00",
        "discount_tax": "0.40",
        "shipping_total": "5.00",
        "shipping_tax": "1.00",
        "total": "27.60",
        "customer_id": 26,
        "billing": address(),
        "shipping": address(email=None),
        "line_items": [item()],
        "shipping_lines": [{"id": 317, "method_title": "До адрес", "total": "5.00"}],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    } | changed


def pending(number: int = 727, **changed: Any) -> dict[str, Any]:
    before = {"status": "pending", "date_modified_gmt": "2026-02-27T16:00:00", "date_paid_gmt": None}
    return order(number, **(before | changed))


def completed(number: int = 727, **changed: Any) -> dict[str, Any]:
    after = {
        "status": "completed",
        "date_modified_gmt": "2026-02-28T09:00:00",
        "date_completed_gmt": "2026-02-28T09:00:00",
    }
    return order(number, **(after | changed))


def refund(number: int = 741, *, order: int = 727, **changed: Any) -> dict[str, Any]:
    """One of the three came back."""
    returned = item(
        320,
        quantity=-1,
        subtotal="-6.00",
        subtotal_tax="-1.20",
        total="-6.00",
        total_tax="-1.20",
        meta_data=[{"id": 9, "key": "_refunded_item_id", "value": "315"}],
    )
    return {
        "id": number,
        "parent_id": order,
        "date_created_gmt": "2026-03-01T10:00:00",
        "amount": "7.20",
        "reason": "мокра кутия",
        "line_items": [returned],
        "shipping_lines": [],
    } | changed


def customer(number: int = 26, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date_created_gmt": "2026-01-05T08:00:00",
        "date_modified_gmt": "2026-01-05T08:00:00",
        "email": "maria@lipa.example",
        "first_name": "Мария",
        "last_name": "Петрова",
        "role": "customer",
        "username": "maria",
        "billing": address(),
        "shipping": address(),
        "is_paying_customer": True,
    } | changed


def product(number: int = 93, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Липов чай",
        "slug": "lipov-chai",
        "date_created_gmt": "2026-01-01T08:00:00",
        "date_modified_gmt": "2026-01-01T08:00:00",
        "type": "simple",
        "status": "publish",
        "sku": "TEA-LINDEN-50",
        "price": "8.00",
        "regular_price": "8.00",
        "sale_price": "",
        "manage_stock": True,
        "stock_quantity": 40,
        "categories": [{"id": 9, "name": "Чай", "slug": "chai"}],
    } | changed


# ── Coupons ──────────────────────────────────────────────────────────────────
def with_coupon(order: dict[str, Any], code: str, amount: str, *, rate: str = "0.2") -> dict[str, Any]:
    """The order as the shop tells it once a coupon of a fixed sum was used in its cart, after those before it.

    Off each line in proportion, the cents left over to the first of them; taxes counted anew; codes in small letters.
    """
    holds_tax = order.get("prices_include_tax", True)
    was = [_priced(item, holds_tax) for item in order["line_items"]]
    off = _split(min(Decimal(amount), sum(was, Decimal(0))), was)
    items = [
        _discounted(item, price - share, Decimal(rate), holds_tax)
        for item, price, share in zip(order["line_items"], was, off, strict=True)
    ]
    net, tax = (
        sum((Decimal(one[name]) for one in order["line_items"]), Decimal(0))
        - sum((Decimal(one[name]) for one in items), Decimal(0))
        for name in ("total", "total_tax")
    )
    coupon = {"id": 900 + len(order["coupon_lines"]), "code": code.lower(), "meta_data": []}
    return {
        **order,
        "line_items": items,
        "coupon_lines": [
            *order["coupon_lines"],
            {**coupon, "discount": f"{net:.2f}", "discount_tax": f"{tax:.2f}"},
        ],
        "total": f"{Decimal(order['total']) - net - tax:.2f}",
    }


def _priced(item: dict[str, Any], holds_tax: bool) -> Decimal:
    return Decimal(item["total"]) + (Decimal(item["total_tax"]) if holds_tax else 0)


def _split(amount: Decimal, among: list[Decimal]) -> list[Decimal]:
    whole = sum(among, Decimal(0)) or Decimal(1)
    shares = [(amount * one / whole).quantize(CENT, ROUND_FLOOR) for one in among]
    while (left := amount - sum(shares, Decimal(0))) > 0:
        for place, one in enumerate(among):
            if left > 0 and shares[place] < one:
                shares[place] += CENT
                left -= CENT
    return shares


def _discounted(item: dict[str, Any], price: Decimal, rate: Decimal, holds_tax: bool) -> dict[str, Any]:
    tax = (price * rate / (1 + rate) if holds_tax else price * rate).quantize(CENT, ROUND_HALF_UP)
    return {**item, "total": f"{price - tax if holds_tax else price:.2f}", "total_tax": f"{tax:.2f}"}
