"""WooCommerce asked: its REST API, read page by page with a key that may only read, and told what to do by one that
may write.

https://woocommerce.github.io/woocommerce-rest-api-docs/: 100 things a page at most, HTTP Basic over TLS, how many there
are in a header. What is answered are the bytes that a webhook brings, where it brings them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from crm.connectors.answers import Listed, Thing, pause_in, thing_in, things_in
from crm.connectors.base import AskedTooOften, MissingPermission, NotAnswering, NotThatSystem, WrongSecret
from crm.connectors.values import id_of
from crm.outside import requests
from crm.outside.requests import Answer, NotReached

AT_ONCE = 100
PATHS: Mapping[str, str] = {"product": "products", "customer": "customers", "order": "orders"}
# Whose key it is may not look at these; any other 401 or 403 is about the key itself.
NO_PERMISSION = frozenset(
    {
        "rest_forbidden",
        "woocommerce_rest_cannot_view",
        "woocommerce_rest_cannot_create",
        "woocommerce_rest_cannot_delete",
    }
)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Where a shop is asked, and as whom."""

    address: str
    key: str
    secret: str

    def page(self, kind: str, *, since: datetime | None, turn: str) -> Listed:
        """By id, so that what comes in meanwhile comes last. Raises the refusals of `Connector.ask`."""
        number = int(turn or 1)
        asked = {"per_page": AT_ONCE, "page": number, "orderby": "id", "order": "asc"}
        answer = self._get(PATHS[kind], {**asked, **_narrowed(kind, since)}, permission=PATHS[kind])
        things = things_in(answer)
        pages, total = (_count(answer, header) for header in ("x-wp-totalpages", "x-wp-total"))
        is_more = number < pages if pages is not None else len(things) == AT_ONCE
        return Listed(things=things, next=str(number + 1) if is_more else "", total=total)

    def one(self, kind: str, number: str) -> Thing | None:
        """None: the shop has none of this number."""
        answer = self._get(f"{PATHS[kind]}/{number}", {}, permission=PATHS[kind], may_be_gone=True)
        return None if answer.status in (404, 410) else thing_in(answer)

    def refunds_of(self, order: Mapping[str, Any]) -> list[Thing]:
        """An order names its refunds with their sums alone; their lines are asked for."""
        if not order.get("refunds"):
            return []
        number = id_of(order["id"])
        answer = self._get(f"orders/{number}/refunds", {"per_page": AT_ONCE}, permission="orders")
        return [_naming_its_order(refund, number) for refund in things_in(answer)]

    def send(
        self,
        method: str,
        path: str,
        asked: Mapping[str, object] | None = None,
        *,
        told: Mapping[str, object] | None = None,
        permission: str,
    ) -> Answer | None:
        """None: the shop has no such thing. What it refuses for what was told is answered with its status, 400.

        Raises the refusals of `Connector.ask`.
        """
        body = None if told is None else json.dumps(told).encode()
        try:
            answer = requests.send(method, self._url(path, asked or {}), headers=self._headers, body=body)
        except NotReached as error:
            raise NotAnswering(error.failure) from error
        if _is_gone(answer):
            return None
        if not is_refused_as_told(answer):
            _refuse(answer, permission=permission, done=(200, 201))
        return answer

    def _get(
        self, path: str, asked: Mapping[str, object], *, permission: str, may_be_gone: bool = False
    ) -> Answer:
        try:
            answer = requests.get(self._url(path, asked), headers=self._headers)
        except NotReached as error:
            raise NotAnswering(error.failure) from error
        if not (may_be_gone and _is_gone(answer)):
            _refuse(answer, permission=permission)
        return answer

    def _url(self, path: str, asked: Mapping[str, object]) -> str:
        return f"{self.address.rstrip('/')}/wp-json/wc/v3/{path}?{urlencode(asked)}"

    @property
    def _headers(self) -> dict[str, str]:
        key = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return {
            "Authorization": f"Basic {key}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Veren",
        }


def _narrowed(kind: str, since: datetime | None) -> dict[str, str]:
    """A list of customers has no moment of change to ask by: it is asked for whole."""
    if kind == "customer":
        return {"role": "all"}
    if since is None:
        return {}
    moment = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return {"modified_after": moment, "dates_are_gmt": "true"}


def _refuse(answer: Answer, *, permission: str, done: Collection[int] = (200,)) -> None:
    """In the REST API of WordPress a refusal is {"code": …}; anything else is not WooCommerce speaking."""
    if answer.status == 429:
        raise AskedTooOften(pause_in(answer))
    if answer.status >= 500:
        raise NotAnswering(str(answer.status))
    if answer.status in (401, 403):
        raise MissingPermission(permission) if code_of(answer) in NO_PERMISSION else WrongSecret
    if answer.status not in done:
        raise NotThatSystem


def is_refused_as_told(answer: Answer) -> bool:
    """It understood, and will not: `code_of` says why."""
    return answer.status == 400 and code_of(answer).startswith(("woocommerce_", "rest_"))


def _is_gone(answer: Answer) -> bool:
    """There is a WooCommerce, which knows no such thing."""
    return answer.status in (404, 410) and code_of(answer).endswith(("invalid_id", "_trashed"))


def code_of(answer: Answer) -> str:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return ""
    return str(told.get("code", "")) if isinstance(told, dict) else ""


def _naming_its_order(refund: Thing, order: str) -> Thing:
    """Under its order a refund does not say whose it is; in a list of its own it does."""
    if "parent_id" in refund.told:
        return refund
    return Thing(
        told={"parent_id": int(order), **refund.told},
        body=b'{"parent_id":%s,' % order.encode() + refund.body[1:],
    )


def _count(answer: Answer, header: str) -> int | None:
    told = answer.headers.get(header, "")
    return int(told) if told.isdecimal() else None
