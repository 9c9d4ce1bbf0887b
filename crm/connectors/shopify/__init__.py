"""Shopify: webhooks signed with HMAC-SHA256 in Base64 by the secret of an app, or of the shop's own notifications.

https://shopify.dev/docs/apps/build/webhooks. The signature covers the body alone: neither the topic nor the numbers
of the delivery and of the event are proved. So what a body is about is read from the body, and the same body is the
same delivery whatever its headers say; a retry brings the body of the first attempt. Only of what was deleted
(`{"id": 17}`) the topic has to be believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.connectors.base import CannotBeAsked, Given, Page, Parcel
from crm.connectors.shopify import asking, payloads
from crm.connectors.signed_json import SignedJson
from crm.connectors.values import Told
from crm.words.plain_text import plain


class Shopify(SignedJson):
    name = "shopify"
    label = "Shopify"
    signature_header = "x-shopify-hmac-sha256"
    secrets: ClassVar[Mapping[str, str | Promise]] = {
        "webhook_secret": _("Secret that signs the webhooks (Settings → Notifications → Webhooks)"),
        "access_token": _("Access token of an app of your own"),
    }
    proving_secrets = frozenset({"webhook_secret"})
    optional_secrets = asking_secrets = frozenset({"access_token"})
    asking_help = _(
        "In Shopify, open Settings → Apps → Develop apps and make an app that may read products, customers and "
        "orders; of orders older than 60 days, all orders. If points are to pay in the cart, let it also write price "
        "rules and discounts. Install it and copy its access token here. The address is the one that ends in "
        ".myshopify.com."
    )
    kinds_asked = ("product", "customer", "order")

    def prove(self, secrets: Mapping[str, str], *, headers: Mapping[str, str], body: bytes) -> Parcel | None:
        self.check_signature(secrets, headers=headers, body=body)
        return parcel(headers.get("x-shopify-topic", ""), body)

    def given_of(self, topic: str, told: Told) -> Sequence[Given]:
        return payloads.given_of(topic, told)

    def ask(
        self, address: str, secrets: Mapping[str, str], *, kind: str, since: datetime | None, turn: str
    ) -> Page:
        """An order holds its refunds: a thing is a parcel."""
        listed = self.shop(address, secrets).page(kind, since=since, turn=turn)
        parcels = [parcel(f"{asking.PATHS[kind]}/asked", thing.body) for thing in listed.things]
        return Page(parcels=parcels, next=listed.next, total=listed.total, seen=len(parcels))

    def ask_about(self, address: str, secrets: Mapping[str, str], *, thing: str) -> Sequence[Parcel]:
        kind, _colon, number = thing.partition(":")
        shop = self.shop(address, secrets)
        found = shop.one(kind, number) if kind in asking.PATHS and number.isdecimal() else None
        return [parcel(f"{asking.PATHS[kind]}/asked", found.body)] if found else []

    def shop(self, address: str, secrets: Mapping[str, str]) -> asking.Shop:
        """Raises CannotBeAsked."""
        if not self.can_be_asked(address, secrets):
            raise CannotBeAsked
        return asking.Shop(address=address, token=secrets["access_token"])


def parcel(topic: str, body: bytes) -> Parcel:
    """Of what it signed alone: under another topic, the same body is no other delivery."""
    return Parcel(delivery_id=hashlib.sha256(body).hexdigest(), topic=plain(topic), body=body)
