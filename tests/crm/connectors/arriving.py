"""What a system brings arrives: it knocks over HTTP in its vendor's manner, and lands in whatever order it came."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as some

from crm.connectors import connecting, landing
from crm.models import Connection, ConnectorDelivery
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import any_json, shopify, woocommerce

# The topic that a vendor gives it, if any, and what it says.
News: TypeAlias = tuple[str, Any]
Told = TypeVar("Told")

# Whatever a machine may write where something else is expected.
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NOT_ITS_PAYLOAD = (b"not json", b"[]", b"{}", b'{"id": 1e30}', b'{"id": "\\ud800"}', b"\xff\x00", b"null")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a vendor writes, signs, and says it in headers: (topic, signature) → headers."""

    secret: str
    spelt: Callable[[Any], bytes]
    signed: Callable[..., str]
    headers: Callable[[str, str], Mapping[str, str]]


MANNERS = {
    "woocommerce": Manner(
        secret=woocommerce.SECRET,
        spelt=woocommerce.spelt,
        signed=woocommerce.signed,
        headers=lambda topic, signature: {
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-Delivery-ID": str(random.random()),
        },
    ),
    "shopify": Manner(
        secret=shopify.SECRET,
        spelt=shopify.spelt,
        signed=shopify.signed,
        headers=lambda topic, signature: {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Event-Id": str(random.random()),
            "X-Shopify-Webhook-Id": str(random.random()),
        },
    ),
    "any-json": Manner(
        secret=any_json.SECRET,
        spelt=any_json.spelt,
        signed=any_json.signed,
        headers=lambda topic, signature: {"X-Shop-Signature": signature},
    ),
}


def connected(vendor: str) -> Connection:
    return connecting.connect(
        shop=ShopFactory(), vendor=vendor, secrets={"webhook_secret": MANNERS[vendor].secret}, at=NOON
    )


def knock(connection: Connection, topic: str, payload: Any, *, signature: str | None = None) -> int:
    """The status that it is answered with. Bytes are sent as they are; without a signature, the true one."""
    manner = MANNERS[connection.vendor]
    body = payload if isinstance(payload, bytes) else manner.spelt(payload)
    shown = manner.signed(body) if signature is None else signature
    answer = Client().post(
        reverse("hooks:connector", args=[connection.key]),
        body,
        content_type="application/json",
        headers=manner.headers(topic, shown),
    )
    return answer.status_code


def brought(connection: Connection, *news: News) -> None:
    """Each lands when it comes, and what waited once more at the end."""
    now = timezone.now()
    for minute, (topic, payload) in enumerate(news):
        assert knock(connection, topic, payload) == 200
        settle(at=now + timedelta(minutes=minute))
    settle(at=now + timedelta(hours=9))


def settle(*, at: datetime | None = None) -> None:
    """Everything that waits lands, and what waited for it."""
    for _again in range(2):
        for row in ConnectorDelivery.objects.filter(landed_at=None, next_try_at__isnull=False).order_by("pk"):
            landing.land(row.pk, at=at or timezone.now())


def doubled(history: Sequence[Told], *, seed: int) -> list[Told]:
    """All of it twice: backwards for seed 0, else in the order that chance gives."""
    muddled = [*history, *history]
    if seed:
        random.Random(seed).shuffle(muddled)
    else:
        muddled.reverse()
    return muddled


def forgeries_accepted(connection: Connection, topic: str, payload: Any) -> int:
    """Of 500: half of them with a bit of the body turned, half signed with nothing, nonsense, or another secret."""
    manner, chance, accepted = MANNERS[connection.vendor], random.Random(9), 0
    true = manner.spelt(payload)
    for number in range(250):
        altered = bytearray(true)
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
        forged = manner.signed(true, secret=f"another secret {number}")
        wrong = chance.choice(["", "x", "sha256=", forged])
        accepted += knock(connection, topic, bytes(altered), signature=manner.signed(true)) != 401
        accepted += knock(connection, topic, true, signature=wrong) != 401
    return accepted
