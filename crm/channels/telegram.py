"""Telegram: a bot that customers write to. https://core.telegram.org/bots/api

An edited message is one more message that answers its first form: what a person wrote is never rewritten. Groups are
not listened to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm.channels import proving, speaking
from crm.channels.base import (
    MARKS_IN_A_ROW,
    Asked,
    Channel,
    Delivery,
    File,
    Forged,
    Incoming,
    Letter,
    LinkAsked,
    News,
    NotTaken,
    PerhapsSent,
    Receipt,
    Sender,
    TryLater,
    UnreadableDelivery,
    are_marks,
)
from crm.channels.reading import WHEN_HEARD, json_object, moment
from crm.messages.file_types import ending_of, type_of
from crm.models import ChannelAccount
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

LONGEST_CAPTION = 1024
MOST_IN_A_GROUP = 10
# As the answer says it: nothing will ever arrive there.
DEAD = ("bot was blocked", "user is deactivated", "chat not found", "can't initiate conversation", "peer_id")
FILES = ("document", "video", "audio", "voice", "video_note", "animation")


@dataclass(frozen=True, kw_only=True)
class TelegramSettings(Settings):
    bot_name: str
    api_url: str = "https://api.telegram.org"


class Telegram(Channel):
    name = "telegram"
    label = _("Telegram")
    icon = "plane"
    identity_kind = IdentityKind.TELEGRAM
    settings = TelegramSettings
    secrets = {
        "token": _("Token of the bot, as BotFather gave it"),
        "webhook_secret": _("Secret that Telegram shows when it calls (secret_token of setWebhook)"),
    }
    proving_secrets = frozenset(["webhook_secret"])
    carries_files = True
    can_begin = False
    longest_text = 4096
    # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    most_per_second = 25
    pause_per_person = timedelta(seconds=1)

    # ── in ───────────────────────────────────────────────────────────────────
    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        secret = proving.strong_secret(account, "webhook_secret")
        if not constant_time_compare(asked.headers.get("x-telegram-bot-api-secret-token", ""), secret):
            raise Forged
        number = json_object(asked.body).get("update_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise UnreadableDelivery
        return Delivery(delivery_id=str(number), body=asked.body)

    def answer(self, account: ChannelAccount, asked: Asked) -> bytes:
        """A pressed button waits until it is told that it was heard; the answer may say so."""
        pressed = json_object(asked.body).get("callback_query")
        if not isinstance(pressed, dict):
            return b""
        return json.dumps(
            {"method": "answerCallbackQuery", "callback_query_id": str(pressed.get("id", ""))}
        ).encode()

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        update = json_object(body)
        try:
            return list(_news(update))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnreadableDelivery from error

    def fetch(self, account: ChannelAccount, incoming: Incoming) -> Incoming:
        return replace(incoming, files=[self._fetched(account, file) for file in incoming.files])

    def _fetched(self, account: ChannelAccount, file: File) -> File:
        answer = speaking.post(
            self._url(account, "getFile"), json={"file_id": file.remote}, is_repeatable=True
        )
        place = speaking.told(answer).get("result", {}).get("file_path") if answer.is_success else None
        content = speaking.fetch(self._file_url(account, str(place))) if place else b""
        kind = type_of(content)
        return replace(file, content=content, content_type=kind, name=file.name or f"file{ending_of(kind)}")

    # ── out ──────────────────────────────────────────────────────────────────
    def text_for(self, text: str) -> str:
        """Telegram counts in units of UTF-16: a smiling face is two of them."""
        units = text.encode("utf-16-le", "ignore")
        if len(units) <= 2 * self.longest_text:
            return text
        return units[: 2 * self.longest_text - 2].decode("utf-16-le", "ignore") + "…"

    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        if not letter.files:
            return self._say(account, letter)
        if len(letter.text) <= LONGEST_CAPTION:
            return self._send_files(account, letter, caption=letter.text)
        receipt = self._say(account, letter)
        try:
            self._send_files(account, letter, caption="")
        except (TryLater, NotTaken) as error:
            raise PerhapsSent(f"the text went, the files did not: {error.reason}") from error
        return receipt

    def _say(self, account: ChannelAccount, letter: Letter) -> Receipt:
        told: dict[str, Any] = {
            "text": self.text_for(letter.text),
            "link_preview_options": {"is_disabled": True},
        }
        if letter.choices:
            told["reply_markup"] = {"inline_keyboard": _buttons(letter.choices)}
        return self._call(account, "sendMessage", letter, json={"chat_id": letter.to, **told})

    def _send_files(self, account: ChannelAccount, letter: Letter, *, caption: str) -> Receipt:
        files = letter.files[:MOST_IN_A_GROUP]
        to = {"chat_id": letter.to}
        if len(files) == 1:
            data = {**to, "caption": caption}
            return self._call(
                account, "sendDocument", letter, data=data, files=[("document", _part(files[0]))]
            )
        media = [
            {"type": "document", "media": f"attach://file{number}", "caption": "" if number else caption}
            for number in range(len(files))
        ]
        return self._call(
            account,
            "sendMediaGroup",
            letter,
            data={**to, "media": json.dumps(media)},
            files=[(f"file{number}", _part(file)) for number, file in enumerate(files)],
        )

    def _call(self, account: ChannelAccount, method: str, letter: Letter, **what: Any) -> Receipt:
        answer = speaking.post(self._url(account, method), **what)
        result = _result(answer)
        first = result[0] if isinstance(result, list) else result
        return Receipt(external_id=f"{letter.to}:{first['message_id']}", thread=letter.to)

    def _url(self, account: ChannelAccount, method: str) -> str:
        return f"{self._base(account)}/bot{account.secrets.get('token', '')}/{method}"

    def _file_url(self, account: ChannelAccount, place: str) -> str:
        return f"{self._base(account)}/file/bot{account.secrets.get('token', '')}/{quote(place)}"

    def _base(self, account: ChannelAccount) -> str:
        return TelegramSettings.read(account.settings).api_url.rstrip("/")

    def link_for(self, account: ChannelAccount, code: str) -> str:
        """Opens the bot with a code in hand: https://core.telegram.org/bots/features#deep-linking"""
        return f"https://t.me/{TelegramSettings.read(account.settings).bot_name}?start={code}"


def _buttons(choices: Sequence[str]) -> list[list[dict[str, str]]]:
    """One a line, marks of a scale side by side.

    What comes back is its number; what it said stands in the message under which it was pressed.
    """
    buttons = [{"text": choice, "callback_data": str(n)} for n, choice in enumerate(choices, start=1)]
    in_a_row = MARKS_IN_A_ROW if are_marks(choices) else 1
    return [buttons[n : n + in_a_row] for n in range(0, len(buttons), in_a_row)]


def _part(file: File) -> tuple[str, bytes, str]:
    return file.name, file.content, file.content_type


def _result(answer: httpx.Response) -> Any:
    """Raises TryLater (our own token is not accepted), NotTaken."""
    told = speaking.told(answer)
    if answer.is_success and told.get("ok"):
        return told["result"]
    reason = str(told.get("description", f"HTTP {answer.status_code}"))[:150]
    if answer.status_code in (401, 404):
        raise TryLater(reason, after=speaking.LONGEST_PAUSE)
    dead = answer.status_code == 403 or any(word in reason.lower() for word in DEAD)
    raise NotTaken(reason, is_address_dead=dead)


# ── what an update says ──────────────────────────────────────────────────────
def _news(update: Mapping[str, Any]) -> Iterator[News]:
    if "message" in update:
        yield from _message(update["message"])
    elif "edited_message" in update:
        yield from _edited(update["edited_message"])
    elif "callback_query" in update:
        yield from _pressed(update["callback_query"])


def _message(message: Mapping[str, Any]) -> Iterator[News]:
    if message["chat"]["type"] != "private" or message["from"].get("is_bot"):
        return
    text = str(message.get("text", ""))
    command, _space, code = text.partition(" ")
    if command == "/start":
        if code.strip():
            yield LinkAsked(
                external_id=_number(message),
                sender=_sender(message["from"]),
                code=code.strip()[:64],
                thread=str(message["chat"]["id"]),
                at=moment(message["date"]),
            )
        return
    if incoming := _incoming(message):
        yield incoming


def _incoming(message: Mapping[str, Any]) -> Incoming | None:
    text = str(message.get("text") or message.get("caption") or _said_without_words(message))
    files = list(_files(message))
    if not text and not files:
        return None  # somebody pinned, joined, changed a photo: nothing was said
    answered = message.get("reply_to_message")
    return Incoming(
        external_id=_number(message),
        sender=_sender(message["from"]),
        text=text,
        occurred_at=moment(message["date"]),
        thread=str(message["chat"]["id"]),
        replies_to=[_number({**answered, "chat": message["chat"]})] if answered else [],
        files=files,
    )


def _edited(message: Mapping[str, Any]) -> Iterator[News]:
    if message["chat"]["type"] != "private":
        return
    incoming = _incoming(message)
    if incoming:
        first = _number(message)
        yield replace(
            incoming,
            external_id=f"{first}:{message['edit_date']}",
            occurred_at=moment(message["edit_date"]),
            replies_to=[first],
            files=[],
        )


def _pressed(pressed: Mapping[str, Any]) -> Iterator[News]:
    """A button under one of our messages: what it is called was said."""
    under = pressed.get("message")
    if not under or under["chat"]["type"] != "private":
        return
    rows = under.get("reply_markup", {}).get("inline_keyboard", [])
    called = {
        button.get("callback_data"): button["text"] for row in rows for button in row if "text" in button
    }
    data = str(pressed.get("data", ""))
    yield Incoming(
        external_id=f"button:{pressed['id']}",
        sender=_sender(pressed["from"]),
        text=str(called.get(data, data)),
        occurred_at=WHEN_HEARD,
        thread=str(under["chat"]["id"]),
        replies_to=[_number(under)],
    )


def _number(message: Mapping[str, Any]) -> str:
    return f"{message['chat']['id']}:{message['message_id']}"


def _sender(who: Mapping[str, Any]) -> Sender:
    named = " ".join(str(who[name]) for name in ("first_name", "last_name") if who.get(name))
    language = str(who.get("language_code", ""))[:2]
    return Sender(
        kind=IdentityKind.TELEGRAM,
        value=str(int(who["id"])),
        name=named,
        language=language if language in dict(settings.LANGUAGES) else "",
    )


def _said_without_words(message: Mapping[str, Any]) -> str:
    if sticker := message.get("sticker"):
        return str(sticker.get("emoji", ""))
    if place := message.get("location"):
        return f"{place['latitude']}, {place['longitude']}"
    if contact := message.get("contact"):
        named = (contact.get("first_name"), contact.get("last_name"), contact.get("phone_number"))
        return " ".join(str(part) for part in named if part)
    return ""


def _files(message: Mapping[str, Any]) -> Iterator[File]:
    if photos := message.get("photo"):
        largest = max(photos, key=lambda photo: photo.get("file_size", 0) or photo.get("width", 0))
        yield File(name="photo.jpg", content_type="", content=b"", remote=str(largest["file_id"]))
    for kind in FILES:
        if (file := message.get(kind)) and not (kind == "document" and "animation" in message):
            yield File(
                name=str(file.get("file_name", "")), content_type="", content=b"", remote=str(file["file_id"])
            )
