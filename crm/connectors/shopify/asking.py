"""Shopify asked, or told what to do: its REST API for admins, by the access token of an app of the shop's own.

https://shopify.dev/docs/api/admin-rest: 250 things a page at most, those after a number (`since_id`) in the order of
their numbers, so that what comes in meanwhile comes last and a page can be asked for again days later; an address of
the next page (`page_info`) does not last that long, and is only read as a word that there is one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from crm.connectors.answers import Listed, Thing, pause_in, thing_in, things_in
from crm.connectors.base import AskedTooOften, MissingPermission, NotAnswering, NotThatSystem, WrongSecret
from crm.connectors.values import id_of, number_of
from crm.outside import requests
from crm.outside.requests import Answer, NotReached

VERSION = "2025-10"
AT_ONCE = 250
PATHS: Mapping[str, str] = {"product": "products", "customer": "customers", "order": "orders"}
# The shop is closed, or was not paid for.
SHUT = frozenset({402, 423})


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Where a shop is asked, and by which token."""

    address: str
    token: str

    def page(self, kind: str, *, since: datetime | None, turn: str) -> Listed:
        """Raises the refusals of `Connector.ask`."""
        narrowed = {**_all_of(kind), **_changed(since)}
        asked = {"limit": str(AT_ONCE), "since_id": turn or "0", **narrowed}
        answer = self._get(f"{PATHS[kind]}.json", asked, kind=kind)
        things = things_in(answer, under=PATHS[kind])
        is_more = bool(things) and (len(things) >= AT_ONCE or 'rel="next"' in answer.headers.get("link", ""))
        total = None if turn else self._count(kind, narrowed)
        return Listed(things=things, next=_number(things[-1]) if is_more else "", total=total)

    def one(self, kind: str, number: str) -> Thing | None:
        """None: the shop has none of this number."""
        answer = self._get(f"{PATHS[kind]}/{number}.json", {}, kind=kind, may_be_gone=True)
        return None if answer.status == 404 else thing_in(answer, under=kind)

    def _count(self, kind: str, narrowed: Mapping[str, str]) -> int | None:
        answer = self._get(f"{PATHS[kind]}/count.json", narrowed, kind=kind)
        try:
            return number_of(json.loads(answer.body)["count"])
        except (ValueError, KeyError, TypeError):
            return None

    def send(
        self,
        method: str,
        path: str,
        asked: Mapping[str, str] | None = None,
        *,
        told: Mapping[str, object] | None = None,
        permission: str,
    ) -> Answer | None:
        """None: the shop has no such thing. What it refuses for what was told is answered with its status, 422.

        Where something else is to be looked for, it answers 303. Raises the refusals of `Connector.ask`.
        """
        body = None if told is None else json.dumps(told).encode()
        try:
            answer = requests.send(method, self._url(path, asked or {}), headers=self._headers, body=body)
        except NotReached as error:
            raise NotAnswering(error.failure) from error
        if answer.status == 404 and _is_its_own(answer):
            return None
        if not (answer.status == 422 and _is_its_own(answer)):
            _refuse(answer, permission=permission, done=(200, 201, 204, 303))
        return answer

    def _get(self, path: str, asked: Mapping[str, str], *, kind: str, may_be_gone: bool = False) -> Answer:
        try:
            answer = requests.get(self._url(path, asked), headers=self._headers)
        except NotReached as error:
            raise NotAnswering(error.failure) from error
        if not (may_be_gone and answer.status == 404 and _is_its_own(answer)):
            _refuse(answer, permission=f"read_{PATHS[kind]}")
        return answer

    def _url(self, path: str, asked: Mapping[str, str]) -> str:
        return f"{self.address.rstrip('/')}/admin/api/{VERSION}/{path}?{urlencode(asked)}"

    @property
    def _headers(self) -> dict[str, str]:
        return {
            "X-Shopify-Access-Token": self.token,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Veren",
        }


def _all_of(kind: str) -> dict[str, str]:
    """Unasked, it shows open orders alone."""
    return {"status": "any"} if kind == "order" else {}


def _changed(since: datetime | None) -> dict[str, str]:
    return {"updated_at_min": since.astimezone(UTC).isoformat(timespec="seconds")} if since else {}


def _number(thing: Thing) -> str:
    """Raises NotThatSystem."""
    try:
        return id_of(thing.told["id"])
    except (KeyError, ValueError) as error:
        raise NotThatSystem from error


def _refuse(answer: Answer, *, permission: str, done: Collection[int] = (200,)) -> None:
    """What Shopify refuses, it refuses as {"errors": …}; anything else is not Shopify speaking."""
    if answer.status == 429:
        raise AskedTooOften(pause_in(answer))
    if answer.status >= 500 or answer.status in SHUT:
        raise NotAnswering(str(answer.status))
    if answer.status in (401, 403) and _is_its_own(answer):
        raise WrongSecret if answer.status == 401 else MissingPermission(permission)
    if answer.status not in done:
        raise NotThatSystem


def _is_its_own(answer: Answer) -> bool:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "errors" in told
