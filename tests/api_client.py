"""A shop's system, as tests play it: a real request through the whole of Django, answered as JSON."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.integrations import api_keys
from crm.integrations.api_keys import issue_key
from crm.models import Shop
from tests.factories.shops import ShopFactory

_keys = count(1)


class ShopSystem:
    """Asks with a shop's key; every POST brings a new Idempotency-Key unless it is given one."""

    def __init__(self, shop: Shop | None = None, *, scopes: str = "*") -> None:
        self.shop = shop or ShopFactory()
        _, self.key = issue_key(shop=self.shop, scopes=scopes.split(","))
        self.http = Client()

    def ask(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Answer:
        told = {
            "Authorization": f"Bearer {self.key}",
            **{_header(name): value for name, value in headers.items()},
        }
        if method == "POST":
            told.setdefault("Idempotency-Key", f"key-{next(_keys)}")
        told = {name: value for name, value in told.items() if value}
        content_type = told.pop("Content-Type", "application/json")
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return Answer(self.http.generic(method, address, data, content_type, headers=told))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def warm(self, path: str) -> None:
        """Asks once before queries are counted: what is remembered for seconds is remembered from now."""
        api_keys._remembered.clear()
        self.get(path)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("PATCH", path, body, **headers)


class Answer:
    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.body = json.loads(response.content) if response.content else None

    @property
    def problem(self) -> tuple[int, str]:
        """Status and code of a problem document."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        assert self.body["status"] == self.status
        assert self.body["title"]
        return self.status, self.body["type"].rsplit("/", 1)[-1]

    @property
    def pointers(self) -> list[str]:
        return [fault["pointer"] for fault in self.body["errors"]]


def _header(name: str) -> str:
    return name.replace("_", "-").title()
