"""What comes in on a channel: proved, kept to the byte, and then made into messages of people, once each.

`take` is all that happens while the provider waits. Whatever fails afterwards is tried again with growing pauses, and
then left for people to look at: nothing that was taken is lost.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.channels import channel_named
from crm.channels.base import (
    Asked,
    CallNews,
    Delivery,
    Incoming,
    LinkAsked,
    News,
    Report,
    Sender,
    UnreadableDelivery,
)
from crm.errors import Refusal
from crm.facts import MessageReceived
from crm.facts.messages import SHOWN
from crm.messages import attaching, calling, sending
from crm.models import ChannelAccount, Customer, Message, RawDelivery, Shop
from crm.people import identifiers, linking
from crm.people.customers import enrol
from crm.people.identification import Hint, identify
from crm.reactions import describe, next_try
from crm.words.plain_text import plain

log = logging.getLogger(__name__)

SOURCE = "channel"
LONGEST_SUBJECT = 250
LONGEST_TEXT = 100_000
# As many earlier messages are looked through for the one that is answered.
MOST_REFERENCES = 50


class NoSuchAccount(Refusal):
    code = "no-such-channel"
    title = _("Nobody listens here.")
    status = 404


def account_at(channel: str, key: str) -> ChannelAccount:
    """The open account whose provider calls this address.

    Raises:
        NoSuchAccount.
    """
    account = ChannelAccount.objects.open().filter(channel=channel, key=key).first()
    if account is None:
        raise NoSuchAccount
    return account


def take(account: ChannelAccount, asked: Asked, *, at: datetime) -> RawDelivery | None:
    """Prove a provider's request and keep it, once per delivery; None: there is nothing new to do. One insert.

    Raises:
        Forged, UnreadableDelivery: nothing is kept.
    """
    delivery = channel_named(account.channel).take(account, asked)
    return keep(account, delivery, at=at) if delivery else None


def keep(account: ChannelAccount, delivery: Delivery, *, at: datetime) -> RawDelivery | None:
    """Keep what was brought or fetched; None: it stands already."""
    row, is_new = RawDelivery.objects.get_or_create(
        account=account,
        delivery_id=delivery.delivery_id,
        defaults={
            "headers": dict(delivery.headers),
            "body": delivery.body,
            "received_at": at,
            "next_try_at": at,
        },
    )
    return row if is_new else None


def work_off(pk: int, *, at: datetime) -> bool:
    """Make of a kept delivery what it says: all of it, or nothing. False: it is done, or somebody else is at it.

    What fails is tried again after a growing pause; what cannot be read waits for people.
    """
    try:
        return _work_off(pk, at=at)
    except Exception as error:  # noqa: BLE001 - whatever was brought must not be lost
        _put_off(pk, error, at=at)
        return False


def _work_off(pk: int, *, at: datetime) -> bool:
    """Read, and files fetched, before anything is locked: a provider may take its time."""
    row = RawDelivery.objects.select_related("account__shop").filter(pk=pk, processed_at=None).first()
    if row is None:
        return False
    channel = channel_named(row.account.channel)
    news = channel.read(row.account, bytes(row.body), row.headers)
    whole = [channel.fetch(row.account, one) if isinstance(one, Incoming) else one for one in news]
    return _make_all(pk, row.account, whole, at=at)


@transaction.atomic
def _make_all(pk: int, account: ChannelAccount, all_news: Sequence[News], *, at: datetime) -> bool:
    rows = RawDelivery.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.filter(pk=pk, processed_at=None).first()
    if row is None:
        return False
    for news in all_news:
        make(account, news, raw=row, at=at)
    row.processed_at, row.next_try_at, row.error = at, None, ""
    row.save(update_fields=["processed_at", "next_try_at", "error"])
    ChannelAccount.objects.filter(pk=account.pk).update(heard_at=at)
    return True


def _put_off(pk: int, error: Exception, *, at: datetime) -> None:
    log.warning("delivery failed", extra={"delivery": pk, "error": type(error).__name__})
    row = RawDelivery.objects.filter(pk=pk, processed_at=None).first()
    if row is None:
        return
    row.attempts += 1
    row.error = describe(error)
    row.next_try_at = None if isinstance(error, UnreadableDelivery) else next_try(row.attempts, at)
    row.save(update_fields=["attempts", "error", "next_try_at"])


def make(account: ChannelAccount, news: News, *, raw: RawDelivery | None, at: datetime) -> None:
    """What one piece of news comes to. Idempotent; call it in a transaction."""
    match news:
        case Incoming():
            receive(account, news, raw=raw, at=at)
        case Report():
            sending.follow(account, news, at=at)
        case CallNews():
            calling.hear(account, news, at=at)
        case LinkAsked():
            linking.link(account, news, shop=shop_of(account), raw=raw, at=at)


@transaction.atomic
def receive(
    account: ChannelAccount,
    incoming: Incoming,
    *,
    raw: RawDelivery | None,
    at: datetime,
    customer: Customer | None = None,
) -> Message:
    """A message becomes part of somebody's history, once per (account, what it is known by). A fact (MessageReceived).

    Whoever wrote is found by the address, or becomes known by it. A message that shows our token but comes from
    nobody of that conversation is held. Locks the sender's strong sign, then the customer's row.
    """
    source_id = f"{account.pk}:{incoming.fingerprint or incoming.external_id}"[:200]
    standing = Message.objects.filter(source=SOURCE, source_id=source_id).first()
    if standing:
        return standing
    customer = customer or person_behind(incoming.sender, account=account, at=at)
    place = _place(account, incoming)
    message = Message.objects.create(
        customer=customer,
        account=account,
        direction=Message.Direction.IN,
        author_kind=Message.Author.CUSTOMER,
        state=Message.State.HELD if place.is_held else Message.State.RECEIVED,
        identity_kind=incoming.sender.kind,
        address=normal_address(incoming.sender, account),
        is_proved=incoming.sender.is_proved,
        thread=place.thread,
        external_id=_free_id(account, incoming),
        in_reply_to=place.answers,
        subject=plain(incoming.subject)[:LONGEST_SUBJECT],
        text=plain(incoming.text)[:LONGEST_TEXT],
        uncut_text=plain(incoming.uncut_text)[:LONGEST_TEXT],
        html=incoming.html,
        language=incoming.language or customer.language,
        is_automatic=incoming.is_automatic,
        source=SOURCE,
        source_id=source_id,
        occurred_at=min(incoming.occurred_at, at),
        recorded_at=at,
        raw=raw,
    )
    attaching.attach(message, incoming.files)
    timeline.record(
        customer,
        MessageReceived(
            channel_code=message.came_by,
            subject=message.subject,
            text=message.text[:SHOWN],
            is_held=place.is_held,
        ),
        source=SOURCE,
        source_id=f"message:{message.pk}",
        occurred_at=message.occurred_at,
        recorded_at=at,
        shop=account.shop,
        channel=message.came_by,
        direction="in",
        subject=message,
        language=message.language,
    )
    return message


def _free_id(account: ChannelAccount, incoming: Incoming) -> str:
    """Some programs give different mails one Message-ID: the second keeps its own mark behind it."""
    known = Message.objects.filter(account=account, direction="in", external_id=incoming.external_id[:255])
    if not incoming.fingerprint or not known.exists():
        return incoming.external_id[:255]
    return f"{incoming.external_id[:180]}#{incoming.fingerprint[:64]}"


def person_behind(sender: Sender, *, account: ChannelAccount, at: datetime) -> Customer:
    """Whom the address belongs to; a single one who claims it, if nobody has proved it; else somebody new.

    An address that a provider answers for, and nobody else holds, is proved from now on.
    """
    shop = shop_of(account)
    hints = [Hint(kind=sender.kind, value=sender.value, is_verified=sender.is_proved)]
    found = identify(hints, shop=shop)
    known = found.customer or (found.candidates[0] if len(found.candidates) == 1 else None)
    if known and known.erased_at is None:
        return known
    details = {"given_name": plain(sender.name)[:100]} if sender.name else {}
    if sender.language:
        details["language"] = sender.language
    return enrol(shop=shop, hints=hints, details=details, source=f"channel:{account.channel}", at=at).customer


def normal_address(sender: Sender, account: ChannelAccount) -> str:
    return identifiers.identifier(sender.kind).normal(sender.value, shop_of(account).region)


def shop_of(account: ChannelAccount) -> Shop:
    return account.shop or Shop.objects.first_open()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """In which conversation a message stands, after which other, and whether its sender has to be looked at."""

    thread: str
    answers: Message | None = None
    is_held: bool = False


def _place(account: ChannelAccount, incoming: Incoming) -> _Place:
    """Never by subject: what two people wrote about the same is not one conversation."""
    address = normal_address(incoming.sender, account)
    if incoming.token_thread:
        its = Message.objects.filter(account=account, thread=incoming.token_thread)
        takes_part = _of_those_who_take_part(its).filter(address=address).exists()
        return _Place(
            thread=incoming.token_thread, answers=its.order_by("-pk").first(), is_held=not takes_part
        )
    answered = _answered(account, incoming.replies_to, address)
    if answered:
        return _Place(thread=answered.thread, answers=answered)
    return _Place(thread=incoming.thread or secrets.token_hex(10))


def _answered(account: ChannelAccount, replies_to: Iterable[str], address: str) -> Message | None:
    """The nearest message that this one answers, if whoever wrote takes part in its conversation."""
    ids = list(replies_to)[:MOST_REFERENCES]
    if not ids:
        return None
    known = {one.external_id: one for one in Message.objects.filter(account=account, external_id__in=ids)}
    nearest = next((known[external_id] for external_id in ids if external_id in known), None)
    if nearest is None:
        return None
    in_thread = Message.objects.filter(account=account, thread=nearest.thread, address=address)
    return nearest if nearest.thread and _of_those_who_take_part(in_thread).exists() else None


def _of_those_who_take_part(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Whoever is held does not take part: a second message of a stranger is held as the first was."""
    return messages.exclude(state=Message.State.HELD)
