"""A shop that runs WooCommerce, over the wire: its REST API, after its public documentation, and its bad days."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.fakes.rest_shop import RestShop, Said, opened
from tests.fakes.woocommerce import spelt

KEY, SECRET = "ck_5f2a", "cs_9d1c"
ROOT = "/wp-json/wc/v3/"


def refusal(status: int, code: str, **headers: str) -> Said:
    return Said(
        status=status, body=spelt({"code": code, "message": "…", "data": {"status": status}}), headers=headers
    )


class WooShop(RestShop):
    def __init__(self) -> None:
        super().__init__()
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.coupons: dict[int, dict[str, Any]] = {}
        self.numbers = count(801)
        self.key_may_write = True

    @property
    def access(self) -> dict[str, str]:
        return {"consumer_key": KEY, "consumer_secret": SECRET}

    def sell(self, *orders: dict[str, Any]) -> None:
        self.things["orders"].update({order["id"]: order for order in orders})

    def take_back(self, refund: dict[str, Any]) -> None:
        """The order says that there is one, and how much it was."""
        number = refund["parent_id"]
        self.refunds.setdefault(number, []).append(refund)
        named = {"id": refund["id"], "reason": refund["reason"], "total": f"-{refund['amount']}"}
        order = self.things["orders"][number]
        order["refunds"] = [*order["refunds"], named]
        order["date_modified_gmt"] = max(order["date_modified_gmt"], refund["date_created_gmt"])

    def use(self, code: str) -> dict[str, Any]:
        """Somebody orders with it."""
        coupon = next(one for one in self.coupons.values() if one["code"] == code.lower())
        coupon["usage_count"] += 1
        return coupon

    def answer(
        self, path: str, query: Mapping[str, str], authorisation: str, method: str = "GET", body: bytes = b""
    ) -> Said:
        self.asked.append(path)
        if self.bad_days:
            return self.bad_days.popleft()
        if authorisation != "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode():
            return refusal(401, "woocommerce_rest_authentication_error")
        if not path.startswith(ROOT):
            return Said(status=404, body=b"<!doctype html><title>Not found</title>")
        if method != "GET" and not self.key_may_write:
            return refusal(401, "woocommerce_rest_authentication_error")
        kind, *rest = path.removeprefix(ROOT).strip("/").split("/")
        if kind in self.forbidden:
            done = {"GET": "view", "POST": "create", "DELETE": "delete"}[method]
            return refusal(403, f"woocommerce_rest_cannot_{done}")
        if kind == "coupons":
            said = self._about_coupons(method, rest, query, body)
            return self.lost_perhaps(said)
        return self._found(kind, rest, query)

    def _found(self, kind: str, rest: list[str], query: Mapping[str, str]) -> Said:
        match rest:
            case []:
                return self._listed(list(self.things[kind].values()), query)
            case [number] if int(number) in self.things[kind]:
                return Said(status=200, body=spelt(self.things[kind][int(number)]))
            case [number, "refunds"] if kind == "orders":
                under_an_order = [
                    {name: value for name, value in refund.items() if name != "parent_id"}
                    for refund in self.refunds.get(int(number), [])
                ]
                return self._listed(under_an_order, query)
        return refusal(404, "woocommerce_rest_shop_order_invalid_id")

    def _about_coupons(self, method: str, rest: list[str], query: Mapping[str, str], body: bytes) -> Said:
        match method, rest:
            case "POST", []:
                return self._made(json.loads(body))
            case "GET", []:
                named = [one for one in self.coupons.values() if one["code"] == query.get("code", "").lower()]
                return self._listed(named, query)
            case "GET", [number] if int(number) in self.coupons:
                return Said(status=200, body=spelt(self.coupons[int(number)]))
            case "DELETE", [number] if int(number) in self.coupons:
                if query.get("force") != "true":
                    return refusal(501, "woocommerce_rest_trash_not_supported")
                return Said(status=200, body=spelt(self.coupons.pop(int(number))))
        return refusal(404, "woocommerce_rest_shop_coupon_invalid_id")

    def _made(self, told: dict[str, Any]) -> Said:
        """When it ends is read with its offset, or as the shop's own time; the field in GMT is for reading alone."""
        code = told["code"].lower()
        if any(one["code"] == code for one in self.coupons.values()):
            return refusal(400, "woocommerce_rest_coupon_code_already_exists")
        ends_at = datetime.fromisoformat(told["date_expires"])
        number = next(self.numbers)
        self.coupons[number] = {
            **told,
            "id": number,
            "code": code,
            "date_expires_gmt": ends_at.astimezone(UTC).replace(tzinfo=None).isoformat(),
            "usage_count": 0,
        }
        return Said(status=201, body=spelt(self.coupons[number]))

    def _listed(self, things: list[dict[str, Any]], query: Mapping[str, str]) -> Said:
        since = query.get("modified_after", "")
        found = sorted(
            (one for one in things if one.get("date_modified_gmt", "9999") > since), key=lambda one: one["id"]
        )
        size, page = int(query["per_page"]), int(query.get("page", 1))
        shown = found[(page - 1) * size : page * size]
        counted = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
        return Said(status=200, body=b"[" + b",".join(spelt(one) for one in shown) + b"]", headers=counted)


def a_shop() -> AbstractContextManager[WooShop]:
    return opened(WooShop())
