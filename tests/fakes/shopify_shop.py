"""A shop that runs Shopify, over the wire: its REST API, after its public documentation, and its bad days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import count
from typing import Any

from tests.fakes.rest_shop import RestShop, Said, opened
from tests.fakes.shopify import spelt

TOKEN = "shpat_4e1d7a90b3"
ROOT = "/admin/api/"


def refusal(status: int, why: str, **headers: str) -> Said:
    return Said(status=status, body=spelt({"errors": why}), headers=headers)


class ShopifyShop(RestShop):
    shown_in = "X-Shopify-Access-Token"

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(507_328_175_001, 10)
        self.rules: dict[int, dict[str, Any]] = {}
        # By the number of their rule.
        self.codes: dict[int, dict[str, Any]] = {}

    @property
    def access(self) -> dict[str, str]:
        return {"access_token": TOKEN}

    def keep(self, kind: str, *things: dict[str, Any]) -> None:
        self.things[kind].update({thing["id"]: thing for thing in things})

    def use(self, code: str) -> dict[str, Any]:
        """Somebody orders with it. The rule that it stands for."""
        rule = next(rule for rule, one in self.codes.items() if one["code"].upper() == code.upper())
        self.codes[rule]["usage_count"] += 1
        return self.rules[rule]

    def answer(
        self, path: str, query: Mapping[str, str], token: str, method: str = "GET", body: bytes = b""
    ) -> Said:
        self.asked.append(path)
        if self.bad_days:
            return self.bad_days.popleft()
        if not path.startswith(ROOT):
            return Said(status=404, body=b"<!doctype html><title>Not found</title>")
        if token != TOKEN:
            return refusal(401, "[API] Invalid API key or access token")
        kind, *rest = path.removeprefix(ROOT).removesuffix(".json").split("/")[1:]
        if kind in self.forbidden:
            done = "read" if method == "GET" else "write"
            return refusal(403, f"[API] This action requires merchant approval for {done}_{kind} scope.")
        if kind in ("price_rules", "discount_codes"):
            said = self._about_codes(method, [kind, *rest], query, body)
            return self.lost_perhaps(said)
        return self._found(kind, rest, query)

    def _found(self, kind: str, rest: list[str], query: Mapping[str, str]) -> Said:
        if rest == ["count"]:
            return Said(status=200, body=spelt({"count": len(self._changed(kind, query))}))
        if rest:
            one = self.things[kind].get(int(rest[0]))
            return Said(status=200, body=spelt({kind[:-1]: one})) if one else refusal(404, "Not Found")
        after = [one for one in self._changed(kind, query) if one["id"] > int(query["since_id"])]
        size = int(query["limit"])
        link = {"Link": f'<{self.address}?page_info=x>; rel="next"'} if len(after) > size else {}
        body = b'{"%s":[%s]}' % (kind.encode(), b",".join(spelt(one) for one in after[:size]))
        return Said(status=200, body=body, headers=link)

    def _about_codes(self, method: str, path: list[str], query: Mapping[str, str], body: bytes) -> Said:
        match method, path:
            case "POST", ["price_rules"]:
                return self._ruled(json.loads(body)["price_rule"])
            case "GET", ["discount_codes", "lookup"]:
                return self._looked_up(query["code"])
            case _, ["price_rules", number, *_rest] if int(number) not in self.rules:
                return refusal(404, "Not Found")
            case "GET", ["price_rules", number]:
                return Said(status=200, body=spelt({"price_rule": self.rules[int(number)]}))
            case "DELETE", ["price_rules", number]:
                self.codes.pop(int(number), None)
                del self.rules[int(number)]
                return Said(status=204, body=b"")
            case "GET", ["price_rules", number, "discount_codes"]:
                found = [self.codes[int(number)]] if int(number) in self.codes else []
                return Said(status=200, body=spelt({"discount_codes": found}))
            case "POST", ["price_rules", number, "discount_codes"]:
                return self._named(int(number), json.loads(body)["discount_code"]["code"])
        return refusal(404, "Not Found")

    def _ruled(self, told: dict[str, Any]) -> Said:
        if _moment(told["starts_at"]) >= _moment(told["ends_at"]):
            return Said(status=422, body=spelt({"errors": {"ends_at": ["must be after starts_at"]}}))
        number = next(self.numbers)
        self.rules[number] = {"id": number, **told}
        return Said(status=201, body=spelt({"price_rule": self.rules[number]}))

    def _looked_up(self, code: str) -> Said:
        """Where it stands is told in a header, without regard to how its letters are cased."""
        for rule, one in self.codes.items():
            if one["code"].upper() == code.upper():
                place = f"{self.address}admin/price_rules/{rule}/discount_codes/{one['id']}"
                return Said(status=303, body=b"", headers={"Location": place})
        return refusal(404, "Not Found")

    def _named(self, rule: int, code: str) -> Said:
        if any(one["code"].upper() == code.upper() for one in self.codes.values()):
            return Said(
                status=422, body=spelt({"errors": {"code": ["must be unique. Please try a different code."]}})
            )
        self.codes[rule] = {"id": rule + 1, "price_rule_id": rule, "code": code, "usage_count": 0}
        return Said(status=201, body=spelt({"discount_code": self.codes[rule]}))

    def _changed(self, kind: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Open orders alone, unless it is asked for any."""
        since = query.get("updated_at_min", "1970-01-01T00:00:00+00:00")
        found = [one for one in self.things[kind].values() if _moment(one["updated_at"]) >= _moment(since)]
        if kind == "orders" and query.get("status") != "any":
            found = [one for one in found if not one["closed_at"]]
        return sorted(found, key=lambda one: int(one["id"]))


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def a_shop() -> AbstractContextManager[ShopifyShop]:
    return opened(ShopifyShop())
