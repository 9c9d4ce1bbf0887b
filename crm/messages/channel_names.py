"""The ways by which a customer and the company meet, as a page names and draws them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# name in `TimelineEntry.channel`, `Order.channel`, `Customer.preferred_channel` → how it reads, its drawing
CHANNELS: dict[str, tuple[str | Promise, str]] = {
    "online": (_("Online shop"), "order"),
    "store": (_("In the shop"), "shop"),
    "phone": (_("Phone"), "phone"),
    "email": (_("E-mail"), "mail"),
    "sms": (_("SMS"), "sms"),
    "telegram": (_("Telegram"), "plane"),
    "viber": (_("Viber"), "chat"),
    "chat": (_("Chat on the site"), "chat"),
    "form": (_("Form on our site"), "note"),
    "card": (_("Card"), "gift"),
    "external": (_("A shop's system"), "shop"),
}


def channel_name(channel: str) -> str | Promise:
    return CHANNELS.get(channel, (channel, ""))[0]


def channel_icon(channel: str) -> str:
    return CHANNELS.get(channel, ("", "link"))[1]
