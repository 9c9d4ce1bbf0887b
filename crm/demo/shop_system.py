"""The system of the shop in Sofia: it hears by webhook of points and of returns, and looks who tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.crypto import constant_time_compare

from crm.demo.channels import StandIns
from crm.demo.providers.server import SHOP_SYSTEM
from crm.models import Shop, Webhook
from crm.webhooks import signing, subscribing

NAME = "Lipa Sofia"
SHOP = "lipa-sofia"
HEARS = (
    "crm.goods_returned",
    "loyalty.points_earned",
    "loyalty.points_given_back",
    "loyalty.points_redeemed",
    "loyalty.points_taken_back",
)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`is_proved`: signed with the secret that only the house and this shop know."""

    kind: str
    body: str
    at: datetime
    is_proved: bool


def connect(where: StandIns, *, at: datetime) -> None:
    """Let the shop hear at where its system answers this time. Idempotent."""
    shop = Shop.objects.filter(slug=SHOP).first()
    if shop is None:
        return
    url = f"{where.url}{SHOP_SYSTEM}"
    standing = own_webhook()
    if standing is None:
        subscribing.subscribe(shop=shop, name=NAME, url=url, kinds=HEARS, at=at)
    elif standing.url != url:
        subscribing.change(standing, name=NAME, url=url, kinds=HEARS)


def own_webhook() -> Webhook | None:
    return Webhook.objects.standing().filter(shop__slug=SHOP, name=NAME).first()


def heard(received: Iterable[dict[str, Any]]) -> list[Heard]:
    """Of what its stand-in received, newest first."""
    webhook = own_webhook()
    secret = subscribing.secret_of(webhook) if webhook else ""
    return [_heard(one, secret) for one in reversed(list(received))]


def _heard(one: dict[str, Any], secret: str) -> Heard:
    moment, _space, shown = one["subject"].partition(" ")
    told = json.loads(one["text"])
    expected = signing.signature(one["key"], int(moment or 0), one["text"].encode(), secret)
    return Heard(
        kind=told["type"],
        body=json.dumps(told, ensure_ascii=False, indent=2),
        at=datetime.fromisoformat(one["at"]),
        is_proved=any(constant_time_compare(each, expected) for each in shown.split()),
    )
