"""The chat on a shop's site: who chats there, what they say, and what they see of the conversation.

A browser is known by a number that we sign; it holds the token, we hold nothing until somebody writes. Who is signed
in at the shop is proved by the shop's server, and has one conversation in whatever browser.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from crm.channels.base import Delivery
from crm.channels.proving import is_weak, signature
from crm.errors import ConflictingIdentities, PersonErased, Refusal, UnreadableIdentity
from crm.messages import receiving
from crm.models import ChannelAccount, Identity, Message, RawDelivery
from crm.people.customers import enrol
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.words.plain_text import plain

SALT = "crm.chatting"
BROWSER_BYTES = 16
LONGEST_TEXT = 4000
LONGEST_KEY = 64
SHOWN = 50
LATEST_MOMENT = 253_402_300_000  # the end of the year 9999
# A page of the shop that was left open overnight still opens the chat; a proof that leaked does not for long.
LONGEST_PROOF = timedelta(hours=24)
# What is on its way to nobody is not shown as said.
SAID = (
    Message.State.RECEIVED,
    Message.State.HELD,
    Message.State.SENT,
    Message.State.DELIVERED,
    Message.State.READ,
)


class NotAVisitor(Refusal):
    code = "not-a-visitor"
    title = _("This chat is over. Open it again to write.")
    status = 403


class NotProved(Refusal):
    code = "not-proved"
    title = _("The shop could not prove who is signed in.")
    status = 403


class NothingSaid(Refusal):
    code = "nothing-said"
    title = _("Write a word or two, of at most 4,000 letters.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """The latest messages, oldest first. The same `version` is the same conversation."""

    messages: Sequence[Message]
    version: str


def new_token(account: ChannelAccount) -> str:
    """For a browser that nobody knows. Nothing is written."""
    return _token(account, secrets.token_hex(BROWSER_BYTES))


def token_of_customer(account: ChannelAccount, *, number: str, until: int, proof: str, at: datetime) -> str:
    """For whoever is signed in at the shop: `proof` is the HMAC-SHA256 of "number:until" by the shop's server.

    `number` is the customer's in the shop's system, `until` seconds since 1970, at most a day ahead. They become known
    by both, once. Locks as crm.people.customers.enrol.

    Raises:
        NotProved: nothing is changed.
    """
    secret = account.secrets.get("identity_secret", "")
    wanted = signature(secret, f"{number}:{until}".encode("utf-8", "surrogatepass"))
    ends = datetime.fromtimestamp(min(max(until, 0), LATEST_MOMENT), UTC)
    fits = constant_time_compare(proof.encode("utf-8", "surrogatepass"), wanted.encode())
    if is_weak(secret) or not fits or not at < ends <= at + LONGEST_PROOF:
        raise NotProved
    browser = _browser_of_customer(account, number)
    hints = [
        Hint(kind=IdentityKind.EXTERNAL, value=number),
        Hint(kind=IdentityKind.CHAT, value=browser, is_verified=True),
    ]
    try:
        enrol(shop=receiving.shop_of(account), hints=hints, details={}, source="channel:chat", at=at)
    except (UnreadableIdentity, ConflictingIdentities, PersonErased) as error:
        raise NotProved from error
    return _token(account, browser)


def is_of_customer(account: ChannelAccount, browser: str, *, ids: Sequence[int]) -> bool:
    """Is this the conversation of whoever is known by these ids, as the shop's server proved it? One query.

    A browser that nobody proved stays a stranger's, whomever colleagues think it belongs to.
    """
    numbers = Identity.objects.filter(customer__in=ids, kind=IdentityKind.EXTERNAL)
    known = numbers.values_list("value", flat=True)
    return any(constant_time_compare(_browser_of_customer(account, number), browser) for number in known)


def browser_with(account: ChannelAccount, token: str) -> str:
    """Raises NotAVisitor."""
    try:
        found = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotAVisitor from error
    if not isinstance(found, list) or found[0] != account.pk:
        raise NotAVisitor
    return str(found[1])


def say(
    account: ChannelAccount, browser: str, *, key: str, text: str, language: str, at: datetime
) -> RawDelivery | None:
    """Keep what a visitor wrote, once per `key`; None: it stands already. It is worked off as all that comes in.

    Raises:
        NothingSaid: nothing is kept.
    """
    words = plain(text)
    if not words or len(words) > LONGEST_TEXT or not 0 < len(key) <= LONGEST_KEY:
        raise NothingSaid
    told = {"browser": browser, "id": key, "text": words, "language": language, "at": at.isoformat()}
    number = hashlib.sha256(f"{browser}:{key}".encode("utf-8", "surrogatepass")).hexdigest()
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return receiving.keep(account, Delivery(delivery_id=number, body=body), at=at)


def conversation(account: ChannelAccount, browser: str) -> Conversation:
    """What both sides said. One query, by index."""
    said = Message.objects.filter(account=account, thread=browser, state__in=SAID, erased_at=None)
    latest = list(said.select_related("author").order_by("-pk")[:SHOWN])[::-1]
    states = " ".join(f"{message.pk}{message.state}" for message in latest)
    return Conversation(messages=latest, version=hashlib.sha256(states.encode()).hexdigest()[:16])


def note_read(account: ChannelAccount, browser: str, *, at: datetime) -> int:
    """The visitor has our messages before their eyes. How many are new. Idempotent."""
    ours = Message.objects.filter(account=account, thread=browser, direction=Message.Direction.OUT)
    unread = ours.filter(state__in=(Message.State.SENT, Message.State.DELIVERED))
    return unread.update(state=Message.State.READ, read_at=at)


def visitors_own_key(message: Message) -> str:
    """By what the visitor's page knows its own message again: the key it was sent with."""
    return message.external_id.partition(":")[2] if message.is_from_customer else ""


def _token(account: ChannelAccount, browser: str) -> str:
    return signing.dumps([account.pk, browser], salt=SALT)


def _browser_of_customer(account: ChannelAccount, number: str) -> str:
    text = f"{account.pk}:{number}".encode("utf-8", "surrogatepass")
    return salted_hmac("crm.chatting.customer", text, algorithm="sha256").hexdigest()[: 2 * BROWSER_BYTES]
