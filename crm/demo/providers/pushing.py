"""What the stand-ins bring to us: requests as Telegram, Viber, a gateway and an exchange would make them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crm.channels.proving import signature
from crm.models import ChannelAccount


@dataclass(frozen=True, kw_only=True)
class Push:
    """A request to the hook of an account."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def forged(self) -> Push:
        """With one word changed by whoever does not know the secret."""
        return replace(self, body=self.body.replace(b'"', b' "', 1), headers=_altered(self.headers))


def _altered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: ("0" if value[:1] != "0" else "1") + value[1:] for name, value in headers.items()}


def telegram(account: ChannelAccount, update: Mapping[str, Any]) -> Push:
    return Push(
        body=_json(update),
        headers={"X-Telegram-Bot-Api-Secret-Token": account.secrets.get("webhook_secret", "")},
    )


def telegram_message(
    account: ChannelAccount,
    *,
    number: int,
    who: int,
    text: str,
    at: datetime,
    name: str = "",
    language: str = "",
    **more: Any,
) -> Push:
    """`more`: whatever else Telegram's Message holds, such as `document`."""
    user = {"id": who, "is_bot": False, "first_name": name, "language_code": language}
    message = {
        "message_id": number,
        "date": int(at.timestamp()),
        "chat": {"id": who, "type": "private"},
        "from": user,
        **({"text": text} if text else {}),
        **more,
    }
    return telegram(account, {"update_id": number, "message": message})


def viber(account: ChannelAccount, event: Mapping[str, Any]) -> Push:
    body = _json(event)
    shown = signature(account.secrets.get("token", ""), body)
    return Push(body=body, headers={"X-Viber-Content-Signature": shown})


def viber_message(
    account: ChannelAccount, *, number: int, who: str, text: str, at: datetime, name: str = "", **more: Any
) -> Push:
    return viber(
        account,
        {
            "event": "message",
            "timestamp": _milliseconds(at),
            "message_token": number,
            "sender": {"id": who, "name": name},
            "message": {"type": "text", "text": text, **more},
        },
    )


def viber_report(account: ChannelAccount, *, event: str, number: str, who: str, at: datetime) -> Push:
    told = {"event": event, "timestamp": _milliseconds(at), "message_token": int(number), "user_id": who}
    return viber(account, told)


def sms(account: ChannelAccount, told: Mapping[str, Any]) -> Push:
    body = _json(told)
    return Push(
        body=body, headers={"X-Signature": signature(account.secrets.get("webhook_secret", ""), body)}
    )


def sms_message(account: ChannelAccount, *, number: str, who: str, text: str, at: datetime) -> Push:
    return sms(account, {"id": number, "from": who, "text": text, "at": at.isoformat()})


def sms_report(account: ChannelAccount, *, number: str, status: str, at: datetime) -> Push:
    return sms(account, {"id": number, "status": status, "at": at.isoformat()})


def call_step(
    account: ChannelAccount, *, number: str, step: str, who: str, at: datetime, **more: Any
) -> Push:
    """As our own format says (crm.channels.phone), signed in the same way as an SMS gateway does."""
    return sms(account, {"call": number, "step": step, "phone": who, "at": at.isoformat(), **more})


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
