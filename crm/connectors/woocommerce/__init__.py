"""WooCommerce: webhooks signed with HMAC-SHA256 in Base64, and a REST API to ask for what they did not bring.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks. The signature covers the body alone: neither the
topic nor the number of the delivery is proved. So what a body is about is read from the body, and the same body is
the same delivery whatever its headers say. Only of what was deleted (`{"id": 17}`) the topic has to be believed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.connectors.answers import Thing
from crm.connectors.base import CannotBeAsked, Given, Page, Parcel
from crm.connectors.signed_json import SignedJson
from crm.connectors.values import Told
from crm.connectors.woocommerce import asking, payloads
from crm.words.plain_text import plain

# Told when a webhook is saved, without a signature: it says nothing.
PING = re.compile(rb"webhook_id=\d{1,12}")
# What WooCommerce fills in by itself is a digest of names that others may know.
DIGEST = re.compile(r"[0-9a-f]{32}")


class WooCommerce(SignedJson):
    name = "woocommerce"
    label = "WooCommerce"
    signature_header = "x-wc-webhook-signature"
    secrets: ClassVar[Mapping[str, str | Promise]] = {
        "webhook_secret": _("Secret of the webhooks"),
        "consumer_key": _("Consumer key"),
        "consumer_secret": _("Consumer secret"),
    }
    proving_secrets = made_here = frozenset({"webhook_secret"})
    optional_secrets = asking_secrets = frozenset({"consumer_key", "consumer_secret"})
    asking_help = _(
        "In the shop, open WooCommerce → Settings → Advanced → REST API, add a key with the permission “Read” "
        "(“Read/Write” if points are to pay in the cart), and copy both parts here."
    )
    kinds_asked = ("product", "customer", "order")

    def is_default(self, secret: str) -> bool:
        return bool(DIGEST.fullmatch(secret.lower()))

    def prove(self, secrets: Mapping[str, str], *, headers: Mapping[str, str], body: bytes) -> Parcel | None:
        if not headers.get(self.signature_header) and PING.fullmatch(body):
            return None
        self.check_signature(secrets, headers=headers, body=body)
        return parcel(headers.get("x-wc-webhook-topic", ""), body)

    def given_of(self, topic: str, told: Told) -> Sequence[Given]:
        return payloads.given_of(topic, told)

    def ask(
        self, address: str, secrets: Mapping[str, str], *, kind: str, since: datetime | None, turn: str
    ) -> Page:
        shop = self.shop(address, secrets)
        listed = shop.page(kind, since=since, turn=turn)
        parcels = [one for thing in listed.things for one in self._parcels(shop, kind, thing)]
        return Page(parcels=parcels, next=listed.next, total=listed.total, seen=len(listed.things))

    def ask_about(self, address: str, secrets: Mapping[str, str], *, thing: str) -> Sequence[Parcel]:
        kind, _colon, number = thing.partition(":")
        shop = self.shop(address, secrets)
        found = shop.one(kind, number) if kind in asking.PATHS and number.isdecimal() else None
        return self._parcels(shop, kind, found) if found else []

    def shop(self, address: str, secrets: Mapping[str, str]) -> asking.Shop:
        """Raises CannotBeAsked."""
        if not self.can_be_asked(address, secrets):
            raise CannotBeAsked
        return asking.Shop(address=address, key=secrets["consumer_key"], secret=secrets["consumer_secret"])

    def _parcels(self, shop: asking.Shop, kind: str, thing: Thing) -> list[Parcel]:
        refunds = shop.refunds_of(thing.told) if kind == "order" else []
        return [parcel(kind, thing.body), *(parcel("refund", refund.body) for refund in refunds)]


def parcel(topic: str, body: bytes) -> Parcel:
    """Customers are counted apart from orders and goods: only there may two things have one number."""
    kind = b"customer" if topic == "customer.deleted" else b""
    return Parcel(delivery_id=hashlib.sha256(kind + b"\0" + body).hexdigest(), topic=plain(topic), body=body)
