"""The telephone: an exchange tells of each call by a signed request (CTI); colleagues also write calls down by hand.

The exchange sends JSON: {"call": its number, "step": rang | answered | ended | missed, "phone": the customer's,
"direction": in | out, "line": ours, "colleague": extension, "at": moment, "talk_seconds", "recording_url"},
and the HMAC-SHA256 of the raw body in X-Signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from crm.channels import proving
from crm.channels.base import Asked, CallNews, Channel, Delivery, News, UnreadableDelivery
from crm.channels.reading import at_path, json_object, moment, text_at
from crm.errors import Fault
from crm.models import ChannelAccount
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

STEPS = ("rang", "answered", "ended", "missed")
LONGEST_TALK_SECONDS = 24 * 60 * 60
LONGEST_URL = 500


@dataclass(frozen=True, kw_only=True)
class PhoneSettings(Settings):
    """`extensions`: which colleague sits at which, as "201=mail@shop.example"."""

    signature_header: str = "X-Signature"
    extensions: tuple[str, ...] = ()

    def faults(self) -> list[Fault]:
        if all("=" in one for one in self.extensions):
            return []
        return [
            Fault(
                pointer="/extensions", detail=_("Write each as the extension, “=” and a colleague’s e-mail.")
            )
        ]

    def colleague_at(self, extension: str) -> str:
        """The colleague's e-mail; empty: nobody is known to sit there."""
        table = dict(one.split("=", 1) for one in self.extensions)
        return table.get(extension, "").strip()


class Phone(Channel):
    name = "phone"
    label = _("Phone")
    icon = "phone"
    identity_kind = IdentityKind.PHONE
    settings = PhoneSettings
    secrets = {"webhook_secret": _("Secret with which the exchange signs what it tells")}
    proving_secrets = frozenset(["webhook_secret"])
    can_begin = False
    can_write = False

    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        header = PhoneSettings.read(account.settings).signature_header.lower()
        proving.prove(account, "webhook_secret", shown=asked.headers.get(header, ""), body=asked.body)
        told = json_object(asked.body)
        if not text_at(told, "call"):
            raise UnreadableDelivery
        return Delivery(delivery_id=hashlib.sha256(asked.body).hexdigest(), body=asked.body)

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        told = json_object(body)
        step, talk = text_at(told, "step"), at_path(told, "talk_seconds")
        if step not in STEPS:
            return []
        try:
            at = moment(told.get("at"))
        except ValueError as error:
            raise UnreadableDelivery from error
        return [
            CallNews(
                external_id=text_at(told, "call")[:200],
                step=step,
                phone=text_at(told, "phone"),
                at=at,
                direction="out" if text_at(told, "direction") == "out" else "in",
                line=text_at(told, "line")[:50],
                colleague=text_at(told, "colleague"),
                recording_url=_link(text_at(told, "recording_url")),
                talk_seconds=talk if type(talk) is int and 0 <= talk <= LONGEST_TALK_SECONDS else None,
            )
        ]


def _link(text: str) -> str:
    """A page shows it as a link: nothing but a web address."""
    return text if urlsplit(text).scheme in ("http", "https") and len(text) <= LONGEST_URL else ""
