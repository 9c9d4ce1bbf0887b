"""SMS through any gateway that speaks HTTP and JSON: its address, the names of its fields and its key are settings.

What comes in (messages and delivery reports) is signed: HMAC-SHA256 of the raw body in a header of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.channels import proving, speaking
from crm.channels.base import (
    Asked,
    Channel,
    Delivery,
    Incoming,
    Letter,
    News,
    NotTaken,
    Receipt,
    Report,
    Sender,
    TryLater,
    UnreadableDelivery,
)
from crm.channels.reading import at_path, json_object, moment, text_at
from crm.errors import Fault
from crm.messages.sms_parts import PART, parts_of
from crm.models import ChannelAccount
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

MOST_PARTS = 10

WHAT_IS_SENT = ("to={to}", "text={text}", "reference={id}")
FILLED_IN = ("{to}", "{text}", "{id}", "{sender}")
# How gateways call what became of a message (SMPP's words and their kin) → ours.
STATES = {
    **dict.fromkeys(("sent", "accepted", "accepted_by_carrier", "enroute", "submitted"), "sent"),
    **dict.fromkeys(("delivered", "delivrd"), "delivered"),
    **dict.fromkeys(("read", "seen"), "read"),
    **dict.fromkeys(
        (
            "failed",
            "undelivered",
            "undeliv",
            "expired",
            "rejected",
            "rejectd",
            "deleted",
            "unknown_subscriber",
        ),
        "failed",
    ),
}
DEAD = frozenset(["unknown_subscriber", "absent_subscriber_permanent"])


@dataclass(frozen=True, kw_only=True)
class SmsSettings(Settings):
    """`fields`: what the gateway is sent, each as "its name={to|text|id|sender}" or with a fixed text.

    `answer_id`, `in_…`: where its JSON holds what, such as "messages.0.id". `takes_repeats`: the gateway knows a
    message by our reference and sends a repeated one once.
    """

    url: str
    sender: str = "Veren"
    fields: tuple[str, ...] = WHAT_IS_SENT
    key_header: str = "Authorization"
    key_before: str = "Bearer"
    answer_id: str = "id"
    takes_repeats: bool = False
    signature_header: str = "X-Signature"
    in_id: str = "id"
    in_from: str = "from"
    in_text: str = "text"
    in_at: str = "at"
    in_status: str = "status"

    def faults(self) -> list[Fault]:
        if all("=" in field for field in self.fields):
            return []
        return [Fault(pointer="/fields", detail=_("Write each field as its name, “=” and what it holds."))]


class Sms(Channel):
    name = "sms"
    label = _("SMS")
    icon = "sms"
    identity_kind = IdentityKind.PHONE
    settings = SmsSettings
    secrets = {
        "key": _("Key of the gateway"),
        "webhook_secret": _("Secret with which the gateway signs what it brings"),
    }
    proving_secrets = frozenset(["webhook_secret"])
    longest_text = PART["ucs2"] * MOST_PARTS
    wants_short = True

    # ── in ───────────────────────────────────────────────────────────────────
    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        its = SmsSettings.read(account.settings)
        shown = asked.headers.get(its.signature_header.lower(), "")
        proving.prove(account, "webhook_secret", shown=shown, body=asked.body)
        json_object(asked.body)
        return Delivery(delivery_id=hashlib.sha256(asked.body).hexdigest(), body=asked.body)

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        its = SmsSettings.read(account.settings)
        told = json_object(body)
        number, status = text_at(told, its.in_id), text_at(told, its.in_status).lower()
        try:
            at = moment(at_path(told, its.in_at))
        except ValueError as error:
            raise UnreadableDelivery from error
        if not number:
            raise UnreadableDelivery
        if status:
            return [_report(number, status, at)] if status in STATES else []
        sender = Sender(kind=IdentityKind.PHONE, value=text_at(told, its.in_from))
        return [
            Incoming(
                external_id=number,
                sender=sender,
                text=text_at(told, its.in_text),
                occurred_at=at,
                thread=sender.value,
            )
        ]

    # ── out ──────────────────────────────────────────────────────────────────
    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        its = SmsSettings.read(account.settings)
        text = self.text_for(letter.text)
        answer = speaking.post(
            its.url,
            headers={its.key_header: f"{its.key_before} {account.secrets.get('key', '')}".strip()},
            json=filled(
                its.fields, {"to": letter.to, "text": text, "id": str(letter.id), "sender": its.sender}
            ),
            is_repeatable=its.takes_repeats,
        )
        told = speaking.told(answer)
        if answer.is_success:
            number = text_at(told, its.answer_id) or str(letter.id)
            return Receipt(external_id=number, thread=letter.to, parts=parts_of(text).count)
        reason = f"HTTP {answer.status_code} {text_at(told, 'error')}".strip()[:150]
        if answer.status_code in (401, 402, 403, 404):
            raise TryLater(reason, after=speaking.LONGEST_PAUSE)
        raise NotTaken(reason, is_address_dead=text_at(told, "error").lower() in DEAD)


def _report(number: str, status: str, at: datetime) -> Report:
    return Report(
        external_id=number,
        state=STATES[status],
        at=at,
        reason=status if STATES[status] == "failed" else "",
        is_address_dead=status in DEAD,
    )


def filled(fields: Sequence[str], values: Mapping[str, str]) -> dict[str, str]:
    """Each field once; what was filled in is not looked at again."""
    found = {}
    for field in fields:
        name, _equals, shape = field.partition("=")
        found[name.strip()] = values[shape[1:-1]] if shape in FILLED_IN else shape
    return found
