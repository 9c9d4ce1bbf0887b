"""By what the company is written to, and writes. ⟡ One file, one channel; to add one, write its file and its line."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.channels.base import Channel
from crm.channels.chat import Chat
from crm.channels.email import EmailChannel
from crm.channels.phone import Phone
from crm.channels.sms import Sms
from crm.channels.telegram import Telegram
from crm.channels.viber import Viber
from crm.errors import Refusal

_LISTED: tuple[Channel, ...] = (EmailChannel(), Telegram(), Viber(), Chat(), Sms(), Phone())
CHANNELS: Mapping[str, Channel] = {channel.name: channel for channel in _LISTED}


class UnknownChannel(Refusal):
    code = "unknown-channel"
    title = _("There is no such channel.")
    status = 404


def channel_named(name: str) -> Channel:
    """Raises UnknownChannel."""
    if name not in CHANNELS:
        raise UnknownChannel
    return CHANNELS[name]


def choices() -> list[tuple[str, str | Promise]]:
    return [(channel.name, channel.label) for channel in CHANNELS.values()]


__all__ = ["CHANNELS", "Channel", "UnknownChannel", "channel_named", "choices"]
