from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group
from crm.messages.channel_names import channel_name

# What a page shows of a message; all of it stands in `Message`.
SHOWN = 600


@dataclass(frozen=True, kw_only=True)
class OnChannel:
    channel_code: str

    @property
    def channel_said(self) -> object:
        return channel_name(self.channel_code)


@dataclass(frozen=True, kw_only=True)
class MessageReceived(OnChannel, Fact):
    """`is_held`: perhaps not from the person whose conversation it claims to continue."""

    kind = "crm.message_received"
    called = _("A message was received")
    group = Group.MESSAGES
    icon = "mail"
    sentence = _("Wrote to us: {channel_said}")
    more = "{text}"
    personal = frozenset({"subject", "text"})

    subject: str
    text: str
    is_held: bool = False


@dataclass(frozen=True, kw_only=True)
class MessageSent(OnChannel, Fact):
    """The provider took it. `notice`: which of the notices it was; empty: a colleague wrote it."""

    kind = "crm.message_sent"
    called = _("A message was sent")
    group = Group.MESSAGES
    icon = "mail"
    sentence = _("We wrote: {channel_said}")
    more = "{text}"
    personal = frozenset({"subject", "text"})

    subject: str
    text: str
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageNotDelivered(OnChannel, Fact):
    kind = "crm.message_not_delivered"
    group = Group.MESSAGES
    icon = "warning"
    mood = "bad"
    sentence = _("Our message did not arrive: {channel_said}")
    more = "{why}"

    why: str
