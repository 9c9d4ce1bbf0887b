"""Channels of the tests' own: they write on paper what they are given, and fail as told. And messages on their way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import factory
import pytest

from crm.channels import CHANNELS
from crm.channels.base import Channel, Letter, Receipt
from crm.models import ChannelAccount, Message
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON


class PaperAccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChannelAccount

    channel = "email"
    name = factory.Sequence(lambda n: f"Account {n}")
    is_main = True
    opened_at = NOON


class QueuedFactory(factory.django.DjangoModelFactory):
    """A message of ours that waits to be sent."""

    class Meta:
        model = Message

    customer = factory.SubFactory(CustomerFactory)
    account = factory.SubFactory(PaperAccountFactory)
    direction = Message.Direction.OUT
    author_kind = Message.Author.RULE
    state = Message.State.QUEUED
    identity_kind = "email"
    address = factory.Sequence(lambda n: f"person-{n}@mail.example")
    text = "Заказ собран."
    language = "ru"
    source = "test"
    source_id = factory.Sequence(str)
    occurred_at = NOON
    recorded_at = NOON
    send_at = NOON


@dataclass
class Paper:
    """What a provider was handed, in order; `fails` is asked first and may raise."""

    letters: list[Letter] = field(default_factory=list)
    fails: Callable[[Letter], None] = lambda letter: None

    @property
    def texts(self) -> list[str]:
        return [letter.text.split("\n")[0] for letter in self.letters]

    def take(self, letter: Letter) -> Receipt:
        self.fails(letter)
        self.letters.append(letter)
        return Receipt(external_id=f"paper-{letter.id}")


def paper_channel(name: str, kind: str, take: Callable[[Letter], Receipt], **can: object) -> Channel:
    told = {"name": name, "label": name, "icon": "mail", "identity_kind": kind, **can}
    made = type("PaperChannel", (Channel,), {**told, "send": lambda self, account, letter: take(letter)})
    channel: Channel = made()
    return channel


KINDS = {
    "email": {"kind": "email", "has_subject": True, "rings": False},
    "sms": {"kind": "phone", "wants_short": True},
    "telegram": {"kind": "telegram", "can_begin": False},
    "viber": {"kind": "viber", "can_begin": False},
    "chat": {"kind": "chat", "reaches_absent": False},
    "phone": {"kind": "phone", "can_write": False},
    "slow": {"kind": "email", "most_per_second": 2, "pause_per_person": timedelta(seconds=1)},
}


@contextmanager
def paper_channels() -> Iterator[dict[str, Paper]]:
    """In place of the house's channels: the same names, all of paper."""
    papers = {name: Paper() for name in KINDS}
    with pytest.MonkeyPatch.context() as patch:
        for name, can in KINDS.items():
            its = {key: value for key, value in can.items() if key != "kind"}
            patch.setitem(CHANNELS, name, paper_channel(name, str(can["kind"]), papers[name].take, **its))
        yield papers
