"""Viber: a chat bot that customers write to. https://developers.viber.com/docs/api/rest-bot-api/

Files of ours are not sent: Viber would fetch them from an open address, and ours are for colleagues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.channels import proving, speaking
from crm.channels.base import (
    Asked,
    Channel,
    Delivery,
    File,
    Incoming,
    Letter,
    LinkAsked,
    News,
    NotTaken,
    Receipt,
    Report,
    Sender,
    TryLater,
    UnreadableDelivery,
    are_marks,
)
from crm.channels.reading import json_object, moment
from crm.messages.file_types import ending_of, type_of
from crm.models import ChannelAccount
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

# Codes of answers: the token is wrong or the bot is shut; nobody is there any more; too many at once.
OURS_IS_WRONG = (1, 2, 7, 10)
DEAD = (5, 6, 20, 21)
BUSY = (9, 12, 16)
REPORTS = {"delivered": "delivered", "seen": "read", "failed": "failed"}
# What is no event of a message: kept by nobody.
NOT_KEPT = ("webhook", "unsubscribed")


@dataclass(frozen=True, kw_only=True)
class ViberSettings(Settings):
    """`file_hosts`: where Viber keeps what customers send; no other address is ever fetched."""

    bot_uri: str
    sender_name: str
    api_url: str = "https://chatapi.viber.com"
    file_hosts: tuple[str, ...] = ("dl-media.viber.com",)


class Viber(Channel):
    name = "viber"
    label = _("Viber")
    icon = "chat"
    identity_kind = IdentityKind.VIBER
    settings = ViberSettings
    secrets = {"token": _("Token of the bot, as Viber gave it")}
    proving_secrets = frozenset(["token"])
    can_begin = False
    longest_text = 7000

    # ── in ───────────────────────────────────────────────────────────────────
    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        proving.prove(
            account, "token", shown=asked.headers.get("x-viber-content-signature", ""), body=asked.body
        )
        told = json_object(asked.body)
        event = str(told.get("event", ""))
        if event in NOT_KEPT:
            return None
        who = told.get("user_id") or _who(told).get("id", "")
        return Delivery(delivery_id=f"{event}:{told.get('message_token', '')}:{who}"[:200], body=asked.body)

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        told = json_object(body)
        try:
            return list(_news(told))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableDelivery from error

    def fetch(self, account: ChannelAccount, incoming: Incoming) -> Incoming:
        return replace(incoming, files=[self._fetched(account, file) for file in incoming.files])

    def _fetched(self, account: ChannelAccount, file: File) -> File:
        its = ViberSettings.read(account.settings)
        asked, ours = urlsplit(file.remote), urlsplit(its.api_url)
        known = (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc) or (
            asked.scheme == "https" and asked.netloc in its.file_hosts
        )
        content = speaking.fetch(file.remote) if known else b""
        kind = type_of(content)
        return replace(file, content=content, content_type=kind, name=file.name or f"file{ending_of(kind)}")

    # ── out ──────────────────────────────────────────────────────────────────
    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        its = ViberSettings.read(account.settings)
        answer = speaking.post(
            f"{its.api_url.rstrip('/')}/pa/send_message",
            headers={"X-Viber-Auth-Token": account.secrets.get("token", "")},
            json={
                "receiver": letter.to,
                "type": "text",
                "text": self.text_for(letter.text),
                "sender": {"name": its.sender_name[:28]},
                "tracking_data": str(letter.id),
                "min_api_version": 1,
                **_keyboard(letter.choices),
            },
        )
        told = speaking.told(answer)
        status = told.get("status")
        if answer.is_success and status == 0:
            return Receipt(external_id=str(told.get("message_token", "")), thread=letter.to)
        reason = f"{status} {told.get('status_message', '')}"[:150]
        if status in BUSY:
            raise TryLater(reason, after=timedelta(minutes=1))
        if status in OURS_IS_WRONG or answer.status_code in (401, 404):
            raise TryLater(reason, after=speaking.LONGEST_PAUSE)
        raise NotTaken(reason, is_address_dead=status in DEAD)

    def link_for(self, account: ChannelAccount, code: str) -> str:
        uri = quote(ViberSettings.read(account.settings).bot_uri)
        return f"viber://pa?chatURI={uri}&context={code}"


def _keyboard(choices: Sequence[str]) -> dict[str, Any]:
    """https://developers.viber.com/docs/tools/keyboards/: pressed, a button says its words."""
    if not choices:
        return {}
    # A keyboard is six columns wide.
    columns = 1 if are_marks(choices) else 6
    buttons = [
        {"Columns": columns, "Rows": 1, "ActionType": "reply", "ActionBody": choice, "Text": escape(choice)}
        for choice in choices
    ]
    return {"keyboard": {"Type": "keyboard", "Buttons": buttons}}


# ── what an event says ───────────────────────────────────────────────────────
def _news(told: Mapping[str, Any]) -> Iterator[News]:
    event = told.get("event")
    if event == "message":
        yield _incoming(told)
    elif event in REPORTS:
        yield Report(
            external_id=str(told["message_token"]),
            state=REPORTS[event],
            at=moment(told["timestamp"]),
            reason=str(told.get("desc", ""))[:150],
        )
    elif event == "conversation_started" and told.get("context"):
        yield LinkAsked(
            external_id=str(told["message_token"]),
            sender=_sender(told["user"]),
            code=str(told["context"])[:64],
            thread=str(told["user"]["id"]),
            at=moment(told["timestamp"]),
        )


def _incoming(told: Mapping[str, Any]) -> Incoming:
    message = told["message"]
    files = []
    if media := message.get("media"):
        files = [
            File(name=str(message.get("file_name", "")), content_type="", content=b"", remote=str(media))
        ]
    return Incoming(
        external_id=str(told["message_token"]),
        sender=_sender(told["sender"]),
        text=_text(message),
        occurred_at=moment(told["timestamp"]),
        thread=str(told["sender"]["id"]),
        files=files if message.get("type") != "url" else [],
    )


def _text(message: Mapping[str, Any]) -> str:
    if place := message.get("location"):
        return f"{place['lat']}, {place['lon']}"
    if contact := message.get("contact"):
        return " ".join(str(part) for part in (contact.get("name"), contact.get("phone_number")) if part)
    if message.get("type") == "url":
        return str(message.get("media", ""))
    return str(message.get("text", ""))


def _who(told: Mapping[str, Any]) -> Mapping[str, Any]:
    found = told.get("sender") or told.get("user")
    return found if isinstance(found, dict) else {}


def _sender(who: Mapping[str, Any]) -> Sender:
    language = str(who.get("language", ""))[:2]
    return Sender(
        kind=IdentityKind.VIBER,
        value=str(who["id"]),
        name=str(who.get("name", "")),
        language=language if language in dict(settings.LANGUAGES) else "",
    )
