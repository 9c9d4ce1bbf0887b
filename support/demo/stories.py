"""Conversations as they were: told through the verbs, each turn at its moment; then Vera, whose parcel is late."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from crm.channels.base import Incoming, Receipt, Sender
from crm.demo import characters
from crm.demo.channels import handles
from crm.demo.history import Progress
from crm.demo.lives import ONLINE
from crm.messages import receiving, sending
from crm.models import ChannelAccount, Customer, Identity, Message, User
from crm.people.identity_kinds import IdentityKind
from support import assigning, labelling, snoozing, states
from support.answering import noting, replying
from support.demo.conversations import PAST, TODAY, Conversation
from support.demo.desk import Desk
from support.models import Ticket
from support.models.tagging import Category
from support.timekeeping import promising

# By what the people of a channel are known; those of the crowd write by mail and SMS from their own addresses.
WRITES_AS = {
    "email": IdentityKind.EMAIL,
    "sms": IdentityKind.PHONE,
    "telegram": IdentityKind.TELEGRAM,
    "chat": IdentityKind.CHAT,
}
OF_THE_CROWD = ("email", "sms")
VERA_MAIL = (
    "Добрый день! Посылка с чаем должна была прийти в пятницу, в приложении до сих пор «в пути». "
    "Это подарок, день рождения в воскресенье. Успеет?"
)
VERA_TELEGRAM = "Здравствуйте, это снова про посылку. Код отслеживания не меняется. Она вообще едет?"


def told() -> bool:
    """Has this chapter been told to its end?"""
    return Message.objects.filter(external_id=_external("vera", 2)).exists()


def tell(desk: Desk, *, now: datetime, progress: Progress) -> None:
    """Goes on where it was interrupted: every turn is told once."""
    if told():
        return
    accounts = open_accounts()
    crowd = _crowd()
    conversations = [one for one in (*PAST, *TODAY) if one.channel in accounts]
    for done, one in enumerate(conversations, start=1):
        with transaction.atomic():
            _Telling(desk, one, accounts[one.channel], now).tell(crowd)
        progress("conversations", done, len(conversations))
    with transaction.atomic():
        vera_asks_twice(desk, accounts, now=now)


def open_accounts() -> dict[str, ChannelAccount]:
    """By the name of the channel."""
    return {account.channel: account for account in ChannelAccount.objects.open().filter(is_main=True)}


class _Telling:
    """One conversation, turn by turn."""

    def __init__(self, desk: Desk, one: Conversation, account: ChannelAccount, now: datetime) -> None:
        self.desk, self.one, self.account, self.now = desk, one, account, now
        self.ticket: Ticket | None = None

    def tell(self, crowd: dict[tuple[str, str], Iterator[str]]) -> None:
        if Message.objects.filter(external_id=_external(self.one.key, 0)).exists():
            return
        sender = self._sender(crowd)
        at = self.now - timedelta(minutes=self.one.began)
        for place, (whose, words) in enumerate(self.one.turns):
            if whose == "in":
                self.ticket = hears(self.account, sender, self.one, place, words, at=at)
                if place == 0:
                    self._sort(at=at)
            elif whose == "out":
                answers(self._known(), words, by=self._agent(), key=f"{self.one.key}-{place}", at=at)
            else:
                noting.write_note(
                    self._known(), text=words, by=self._agent(), key=f"demo-{self.one.key}-{place}", at=at
                )
            at = min(at + timedelta(minutes=self.one.pace), self.now)
        self._end(at=at)

    def _sort(self, *, at: datetime) -> None:
        ticket = self._known()
        labelling.set_topic(ticket, topic=self.desk.topics[self.one.topic], by=self._agent(), at=at)
        labelling.set_priority(self._known(), priority=self.one.priority, by=self._agent(), at=at)
        for tag in self.one.tags:
            labelling.add_tag(self._known(), name=tag, by=self._agent(), at=at)
        to = self._agent() if self.one.agent else None
        assigning.assign(self._known(), to=to, by=self.desk.lead, at=at)

    def _end(self, *, at: datetime) -> None:
        by = self._agent()
        match self.one.ends:
            case "resolved":
                states.move(self._known(), to=Category.RESOLVED, by=by, at=at)
            case "waiting_us":
                sub_state = self.desk.sub_states.get(self.one.sub_state)
                states.move(self._known(), to=Category.WAITING_US, sub_state=sub_state, by=by, at=at)
            case "snoozed":
                snoozing.snooze(self._known(), until=self.now + timedelta(hours=20), by=by, at=at)
        if self.one.promise:
            due_at = self.now + timedelta(hours=3)
            promising.promise(self._known(), what=self.one.promise, due_at=due_at, by=by, at=at)

    def _known(self) -> Ticket:
        assert self.ticket  # noqa: S101  # nosec B101 - every conversation begins with the customer
        return Ticket.objects.get(pk=self.ticket.pk)

    def _agent(self) -> User:
        agents = {"iva": self.desk.iva, "daria": self.desk.daria, "plamen": self.desk.plamen}
        return agents.get(self.one.agent, self.desk.lead)

    def _sender(self, crowd: dict[tuple[str, str], Iterator[str]]) -> Sender:
        kind = WRITES_AS[self.one.channel]
        if self.one.channel in OF_THE_CROWD:
            value = next(crowd[kind.value, self.one.language])
        else:
            digest = hashlib.blake2s(self.one.key.encode(), digest_size=16).hexdigest()
            value = digest if kind == IdentityKind.CHAT else str(int(digest[:9], 16))
        return Sender(kind=kind.value, value=value, name=self.one.name, language=self.one.language)


def hears(
    account: ChannelAccount, sender: Sender, one: Conversation, place: int, words: str, *, at: datetime
) -> Ticket:
    incoming = Incoming(
        external_id=_external(one.key, place),
        sender=sender,
        subject=one.subject if place == 0 else "",
        text=words,
        occurred_at=at,
        thread=f"demo-{one.key}",
        language=one.language,
    )
    message = receiving.receive(account, incoming, raw=None, at=at)
    return Ticket.objects.get(placed__message=message)


def answers(ticket: Ticket, words: str, *, by: User, key: str, at: datetime) -> None:
    """As if a worker had sent it there and then."""
    message = replying.reply(ticket, text=words, by=by, key=f"demo-{key}", at=at, version=ticket.version)
    claimed = {"state": Message.State.SENDING, "claimed_at": at, "attempts": 1}
    Message.objects.filter(pk=message.pk).update(**claimed)
    sending.note_sent(message, Receipt(external_id=f"demo-out-{key}", thread=message.thread), at=at)


def vera_asks_twice(desk: Desk, accounts: dict[str, ChannelAccount], *, now: datetime) -> None:
    """Yesterday by mail, today on Telegram: one conversation, and nobody has answered yet."""
    vera = _customer(characters.VERA)
    order = vera.orders.latest("placed_at")
    words = (
        ("email", characters.VERA.email, VERA_MAIL, now - timedelta(hours=21)),
        ("telegram", handles(characters.VERA)["telegram"], VERA_TELEGRAM, now - timedelta(minutes=38)),
    )
    for place, (channel, address, text, at) in enumerate(words, start=1):
        if channel not in accounts:
            continue
        sender = Sender(kind=WRITES_AS[channel].value, value=address, language="ru")
        incoming = Incoming(
            external_id=_external("vera", place),
            sender=sender,
            subject="Где посылка?" if place == 1 else "",
            text=text,
            occurred_at=at,
            thread=f"demo-vera-{channel}",
            language="ru",
        )
        message = receiving.receive(accounts[channel], incoming, raw=None, at=at)
        ticket = Ticket.objects.get(placed__message=message)
        if place == 1:
            labelling.set_topic(ticket, topic=desk.topics["delivery"], by=desk.lead, at=at)
            labelling.relate_order(Ticket.objects.get(pk=ticket.pk), order=order, by=desk.lead, at=at)
            assigning.assign(Ticket.objects.get(pk=ticket.pk), to=desk.iva, by=desk.lead, at=at)


def _crowd() -> dict[tuple[str, str], Iterator[str]]:
    """(kind, language) → addresses of people of the crowd who speak it, each once."""
    found = {}
    names = {who.family_name for who in characters.CUSTOMERS}
    for kind in (IdentityKind.EMAIL, IdentityKind.PHONE):
        for language in ("bg", "ru", "en"):
            known = Identity.objects.filter(kind=kind, customer__language=language)
            values = (
                known.exclude(customer__family_name__in=names).order_by("pk").values_list("value", flat=True)
            )
            found[kind.value, language] = iter(list(values[:40])[::3])
    return found


def _customer(who: characters.Character) -> Customer:
    return Identity.objects.get(kind=IdentityKind.EXTERNAL, namespace=ONLINE, value=str(who.number)).customer


def _external(key: str, place: int) -> str:
    return f"demo-{key}-{place}"
