"""What Shopify sends, after its public documentation: https://shopify.dev/docs/api/webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
SECRET = "9f2c7b41d8e05a36c1f4728be09d53a7"


def signed(body: bytes, *, secret: str = SECRET) -> str:
    """By hand, from the documentation: nothing of the house's own."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def spelt(payload: Mapping[str, Any]) -> bytes:
    """As Ruby writes JSON: letters as they are, no spaces."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def money(amount: str, *, shown: str = "", shown_in: str = "EUR", currency: str = "EUR") -> dict[str, Any]:
    """A sum for the shop, and as the buyer saw it."""
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": shown or amount, "currency_code": shown_in},
    }


def taxed(price: str, *, rate: float = 0.2) -> list[dict[str, Any]]:
    return [{"price": price, "rate": rate, "title": "ДДС", "price_set": money(price)}]


def address(**changed: Any) -> dict[str, Any]:
    return {
        "first_name": "Мария",
        "last_name": "Петрова",
        "address1": "ул. Липа 3",
        "city": "Варна",
        "country_code": "BG",
        "phone": "0888 123 456",
    } | changed


def buyer(**changed: Any) -> dict[str, Any]:
    return {
        "id": 7_105_550_001_338,
        "email": "maria@lipa.example",
        "first_name": "Мария",
        "last_name": "Петрова",
        "phone": None,
    } | changed


def item(number: int = 13_688_971_493_001, **changed: Any) -> dict[str, Any]:
    """Three at 8.00 with the taxes inside, and a tenth off."""
    quantity = changed.get("quantity", 3)
    return {
        "id": number,
        "variant_id": 45_001_000_000_001,
        "product_id": 8_061_536_829_001,
        "sku": "TEA-LINDEN-50",
        "title": "Липов чай",
        "name": "Липов чай - 50 г",
        "variant_title": "50 г",
        "vendor": "Липа",
        "quantity": quantity,
        "current_quantity": quantity,
        "price": "8.00",
        "price_set": money("8.00"),
        "total_discount": "0.00",
        "discount_allocations": [
            {"amount": "2.40", "amount_set": money("2.40"), "discount_application_index": 0}
        ],
        "tax_lines": taxed("3.60"),
        "gift_card": False,
        "taxable": True,
    } | changed


def shipping(**changed: Any) -> dict[str, Any]:
    return {
        "id": 4_555_000_000_001,
        "title": "До адрес",
        "price": "6.00",
        "price_set": money("6.00"),
        "discounted_price": "6.00",
        "discount_allocations": [],
        "tax_lines": taxed("1.00"),
    } | changed


def order(number: int = 5_678_901_234_567, **changed: Any) -> dict[str, Any]:
    """Paid and being packed."""
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/Order/{number}",
        "name": "#1001",
        "order_number": 1001,
        "email": "maria@lipa.example",
        "phone": None,
        "test": False,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "taxes_included": True,
        "financial_status": "paid",
        "fulfillment_status": None,
        "created_at": "2026-02-27T18:00:00+02:00",
        "processed_at": "2026-02-27T18:00:00+02:00",
        "updated_at": "2026-02-27T18:05:00+02:00",
        "cancelled_at": None,
        "closed_at": None,
        "total_price": "27.60",
        "total_tip_received": "0.00",
        "customer": buyer(),
        "billing_address": address(),
        "shipping_address": address(),
        "line_items": [item()],
        "shipping_lines": [shipping()],
        "fulfillments": [],
        "refunds": [],
    } | changed


def pending(number: int = 5_678_901_234_567, **changed: Any) -> dict[str, Any]:
    before = {"financial_status": "pending", "updated_at": "2026-02-27T18:00:00+02:00"}
    return order(number, **(before | changed))


def parcel_sent(**changed: Any) -> dict[str, Any]:
    return {
        "id": 4_100_000_000_001,
        "status": "success",
        "shipment_status": None,
        "created_at": "2026-02-28T09:00:00+02:00",
        "updated_at": "2026-02-28T09:00:00+02:00",
    } | changed


def sent(number: int = 5_678_901_234_567, **changed: Any) -> dict[str, Any]:
    after = {
        "fulfillment_status": "fulfilled",
        "fulfillments": [parcel_sent()],
        "updated_at": "2026-02-28T09:00:00+02:00",
        "closed_at": "2026-02-28T09:00:00+02:00",
    }
    return order(number, **(after | changed))


def refunded_item(quantity: int = 1, *, subtotal: Any = 7.2, **changed: Any) -> dict[str, Any]:
    return {
        "id": 223_925_403_001,
        "line_item_id": 13_688_971_493_001,
        "quantity": quantity,
        "restock_type": "return",
        "subtotal": subtotal,
        "total_tax": 1.2,
        "subtotal_set": money(str(subtotal)),
        "total_tax_set": money("1.20"),
        "line_item": item(),
    } | changed


def refund(number: int = 929_361_001, *, order: int = 5_678_901_234_567, **changed: Any) -> dict[str, Any]:
    """One of the three came back."""
    return {
        "id": number,
        "order_id": order,
        "created_at": "2026-03-01T12:00:00+02:00",
        "processed_at": "2026-03-01T12:00:00+02:00",
        "note": "мокра кутия",
        "restock": True,
        "order_adjustments": [],
        "refund_line_items": [refunded_item()],
        "transactions": [{"id": 179_259_001, "kind": "refund", "status": "success", "amount": "7.20"}],
    } | changed


def refunded(number: int = 5_678_901_234_567, **changed: Any) -> dict[str, Any]:
    """The order after that: it brings its refunds with it."""
    after = {
        "financial_status": "partially_refunded",
        "line_items": [item(current_quantity=2)],
        "refunds": [refund(order=number)],
        "updated_at": "2026-03-01T12:00:00+02:00",
    }
    return sent(number, **(after | changed))


def customer(number: int = 7_105_550_001_338, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": "maria@lipa.example",
        "first_name": "Мария",
        "last_name": "Петрова",
        "phone": None,
        "state": "enabled",
        "verified_email": True,
        "created_at": "2026-01-05T10:00:00+02:00",
        "updated_at": "2026-01-05T10:00:00+02:00",
        "addresses": [address()],
        "default_address": address(),
    } | changed


def variant(sku: str = "TEA-LINDEN-50", **changed: Any) -> dict[str, Any]:
    return {
        "id": 45_001_000_000_001,
        "title": "50 г",
        "sku": sku,
        "price": "8.00",
        "inventory_management": "shopify",
        "inventory_quantity": 40,
    } | changed


def product(number: int = 8_061_536_829_001, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": "Липов чай",
        "vendor": "Липа",
        "product_type": "Чай",
        "status": "active",
        "created_at": "2026-01-01T10:00:00+02:00",
        "updated_at": "2026-01-01T10:00:00+02:00",
        "variants": [
            variant(),
            variant("TEA-LINDEN-100", title="100 г", price="14.00", inventory_quantity=12),
        ],
    } | changed


# ── Codes of discounts ───────────────────────────────────────────────────────
def with_code(order: dict[str, Any], code: str, amount: str, *, rate: str = "0.2") -> dict[str, Any]:
    """The order as the shop tells it once a code of a fixed sum was used in its cart, after the discounts before it.

    Off each line in proportion, the last one takes what rounding left; taxes counted anew.
    """
    stood = order.get("discount_applications") or _automatic(order)
    application = {
        "type": "discount_code",
        "code": code,
        "value": amount,
        "value_type": "fixed_amount",
        "allocation_method": "across",
        "target_selection": "all",
        "target_type": "line_item",
    }
    was = [_left_to_pay(item) for item in order["line_items"]]
    off = _across(min(Decimal(amount), sum(was, Decimal(0))), was)
    items = [
        _taken_off(item, share, place=len(stood), rate=Decimal(rate), inside=order["taxes_included"])
        for item, share in zip(order["line_items"], off, strict=True)
    ]
    named = {"code": code, "amount": f"{sum(off, Decimal(0)):.2f}", "type": "fixed_amount"}
    return {
        **order,
        "discount_applications": [*stood, application],
        "discount_codes": [*order.get("discount_codes", []), named],
        "line_items": items,
    }


def _automatic(order: dict[str, Any]) -> list[dict[str, Any]]:
    """What the lines were discounted by before any code."""
    is_discounted = any(item["discount_allocations"] for item in order["line_items"])
    return [{"type": "automatic", "title": "Пролет"}] if is_discounted else []


def _left_to_pay(item: dict[str, Any]) -> Decimal:
    off = sum((Decimal(one["amount"]) for one in item["discount_allocations"]), Decimal(0))
    return Decimal(item["price_set"]["shop_money"]["amount"]) * item["quantity"] - off


def _across(amount: Decimal, among: list[Decimal]) -> list[Decimal]:
    whole = sum(among, Decimal(0)) or Decimal(1)
    shares = [(amount * one / whole).quantize(CENT, ROUND_FLOOR) for one in among]
    for place in reversed(range(len(among))):
        shares[place] += min(amount - sum(shares, Decimal(0)), among[place] - shares[place])
    return shares


def _taken_off(
    item: dict[str, Any], share: Decimal, *, place: int, rate: Decimal, inside: bool
) -> dict[str, Any]:
    allocation = {
        "amount": f"{share:.2f}",
        "amount_set": money(f"{share:.2f}"),
        "discount_application_index": place,
    }
    left = _left_to_pay(item) - share
    tax = (left * rate / (1 + rate) if inside else left * rate).quantize(CENT, ROUND_HALF_UP)
    allocations = [*item["discount_allocations"], *([allocation] if share else [])]
    return {
        **item,
        "discount_allocations": allocations,
        "tax_lines": taxed(f"{tax:.2f}", rate=float(rate)) if item["tax_lines"] else [],
    }
