"""What a system sends that nobody has met before: an invented one, and a mapping that fits it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SECRET = "7Rk!w2Zq9pLx4mBv8nTc"

MAPPING = {
    "signature.scheme": "hmac-hex",
    "signature.header": "X-Shop-Signature",
    "signature.prefix": "sha256=",
    "formats.moments": "day-first",
    "formats.sums": "comma",
    "order.if": "event",
    "order.is": "order.new, order.changed",
    "order.external_id": "order.id",
    "order.number": "order.no",
    "order.placed_at": "order.placed",
    "order.changed_at": "order.changed",
    "order.currency": "order.currency",
    "order.delivery_amount": "order.costs[kind=delivery].sum",
    "order.person.external": "order.buyer.id",
    "order.person.email": "order.buyer.mail | order.mail",
    "order.person.phone": "order.buyer.contacts.0.value",
    "order.person.given_name": "order.buyer.name",
    "order.paid.at": "order.paid",
    "order.cancelled.if": "order.state",
    "order.cancelled.is": "void, annulled",
    "order.lines": "order.rows",
    "order.line.external_id": "no",
    "order.line.sku": "code",
    "order.line.name": "title",
    "order.line.quantity": "count",
    "order.line.amount": "sum",
    "return.if": "event",
    "return.is": "goods.back",
    "return.external_id": "back.id",
    "return.order": "back.order",
    "return.returned_at": "back.when",
    "return.lines": "back.rows",
    "return.line.line": "no",
    "return.line.quantity": "count",
    "customer.if": "event",
    "customer.is": "buyer.changed",
    "customer.external_id": "buyer.id",
    "customer.person.email": "buyer.mail",
    "customer.person.given_name": "buyer.name",
    "product.each": "goods",
    "product.sku": "code",
    "product.name": "title",
    "product.price": "price",
    "product.stock": "left",
    "product.sold.if": "hidden",
    "product.sold.is": "false",
}


def signed(body: bytes, *, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def spelt(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def order(**changed: Any) -> dict[str, Any]:
    told = {
        "id": "A-17",
        "no": "17",
        "placed": "27.02.2026 18:00",
        "changed": "27.02.2026 18:05:00",
        "paid": None,
        "state": "open",
        "currency": "лв.",
        "buyer": {
            "id": 26,
            "mail": "maria@lipa.example",
            "name": "Мария",
            "contacts": [{"value": "0888 123 456"}],
        },
        "costs": [{"kind": "packing", "sum": "1,00"}, {"kind": "delivery", "sum": "6,00"}],
        "rows": [{"no": 1, "code": "TEA-LINDEN-50", "title": "Липов чай", "count": 3, "sum": "1 021,60 лв."}],
    } | changed
    return {"event": "order.new", "order": told}


def back(**changed: Any) -> dict[str, Any]:
    told = {"id": 5, "order": "A-17", "when": "01.03.2026", "rows": [{"no": 1, "count": "1"}]} | changed
    return {"event": "goods.back", "back": told}


def buyer(**changed: Any) -> dict[str, Any]:
    return {
        "event": "buyer.changed",
        "buyer": {"id": 26, "mail": "maria@lipa.example", "name": "Мария"} | changed,
    }


def goods(*more: Mapping[str, Any]) -> dict[str, Any]:
    tea = {"code": "TEA-LINDEN-50", "title": "Липов чай", "price": "8,00 лв.", "left": "40", "hidden": False}
    return {"goods": [tea, *more]}
