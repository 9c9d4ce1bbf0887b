"""A shop that runs Shopify, over the wire: its REST API, after its public documentation, and its bad days."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fakes.shopify import spelt
from tests.fakes.woocommerce_shop import Handler, Said

TOKEN = "shpat_4e1d7a90b3"
ROOT = "/admin/api/"


def refusal(status: int, why: str, **headers: str) -> Said:
    return Said(status=status, body=spelt({"errors": why}), headers=headers)


class ShopifyShop(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.things: dict[str, dict[int, dict[str, Any]]] = {"orders": {}, "customers": {}, "products": {}}
        self.forbidden: set[str] = set()
        # What it says next, before it comes to its senses.
        self.bad_days: deque[Said] = deque()
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    @property
    def access(self) -> dict[str, str]:
        return {"access_token": TOKEN}

    def keep(self, kind: str, *things: dict[str, Any]) -> None:
        self.things[kind].update({thing["id"]: thing for thing in things})

    def answer(self, path: str, query: Mapping[str, str], token: str) -> Said:
        self.asked.append(path)
        if self.bad_days:
            return self.bad_days.popleft()
        if not path.startswith(ROOT):
            return Said(status=404, body=b"<!doctype html><title>Not found</title>")
        if token != TOKEN:
            return refusal(401, "[API] Invalid API key or access token")
        kind, *rest = path.removeprefix(ROOT).removesuffix(".json").split("/")[1:]
        if kind in self.forbidden:
            return refusal(403, f"[API] This action requires merchant approval for read_{kind} scope.")
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

    def _changed(self, kind: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Open orders alone, unless it is asked for any."""
        since = query.get("updated_at_min", "1970-01-01T00:00:00+00:00")
        found = [one for one in self.things[kind].values() if _moment(one["updated_at"]) >= _moment(since)]
        if kind == "orders" and query.get("status") != "any":
            found = [one for one in found if not one["closed_at"]]
        return sorted(found, key=lambda one: int(one["id"]))


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


class _Handler(Handler):
    shown_in = "X-Shopify-Access-Token"


@contextmanager
def a_shop() -> Iterator[ShopifyShop]:
    with ShopifyShop() as shop:
        threading.Thread(target=shop.serve_forever, args=(0.01,), daemon=True).start()
        yield shop
        shop.shutdown()
