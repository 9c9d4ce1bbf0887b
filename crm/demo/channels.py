"""The demo's channels: each account points at a stand-in, and the characters are known by their handles."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.channels import CHANNELS
from crm.demo import characters
from crm.demo.characters import Character
from crm.demo.lives import ONLINE
from crm.models import ChannelAccount, Customer, Identity, Shop
from crm.people.identification import Hint, add_identities
from crm.people.identity_kinds import IdentityKind

SOURCE = "demo"
MAILBOX = "hello@lipa.example.com"
LINE = "+35924001010"
ADDRESSES = {
    "telegram": "@lipa_demo_bot",
    "viber": "lipa-demo",
    "sms": "Lipa",
    "phone": LINE,
    "chat": "",
    "email": MAILBOX,
}
NAMES = {
    "telegram": "Telegram @lipa_demo_bot",
    "viber": "Viber Lipa",
    "sms": "SMS",
    "phone": LINE,
    "chat": "Chat",
    "email": MAILBOX,
}
# The first number of a character's Telegram; their own number is added.
TELEGRAM_NUMBERS = 700_000


@dataclass(frozen=True, kw_only=True)
class StandIns:
    """Where the stand-ins of this run answer."""

    url: str
    smtp_port: int


@transaction.atomic
def open_accounts(where: StandIns, *, at: datetime) -> None:
    """Open what is missing, and let every account point at where its stand-in answers this time. Idempotent."""
    shop = Shop.objects.filter(slug=ONLINE).first()
    if shop is None:
        return
    for channel, settings in settings_of(where).items():
        if channel in CHANNELS:
            _open(channel, settings, shop=shop, at=at)
    for character in characters.CUSTOMERS:
        _know(character, shop, at=at)


def settings_of(where: StandIns) -> Mapping[str, dict[str, Any]]:
    return {
        "telegram": {"bot_name": "lipa_demo_bot", "api_url": where.url},
        "viber": {"bot_uri": "lipa-demo", "sender_name": "Липа", "api_url": where.url},
        "sms": {"url": f"{where.url}/sms/messages", "takes_repeats": True},
        "phone": {"extensions": [f"201={characters.AGENT.email}"]},
        "chat": {},
        "email": {
            "sends_by": "smtp",
            "sender_name": "Липа",
            "smtp_host": "127.0.0.1",
            "smtp_port": where.smtp_port,
            "smtp_security": "none",
        },
    }


def _open(channel: str, settings: dict[str, Any], *, shop: Shop, at: datetime) -> None:
    account = ChannelAccount.objects.open().filter(channel=channel, name=NAMES[channel]).first()
    if account is None:
        is_first = not ChannelAccount.objects.open().filter(channel=channel, is_main=True).exists()
        account = ChannelAccount(
            channel=channel,
            name=NAMES[channel],
            address=ADDRESSES[channel],
            shop=shop,
            is_main=is_first,
            opened_at=at,
        )
        account.keep_secrets({name: secrets.token_urlsafe(24) for name in CHANNELS[channel].secrets})
    account.settings = settings
    account.save()


def handles(character: Character) -> Mapping[str, str]:
    """Channel → by what the character is known there."""
    return {
        "telegram": str(TELEGRAM_NUMBERS + character.number),
        "viber": f"viber-{character.key}-{character.number}",
        "sms": character.phone,
        "phone": character.phone,
        "email": character.email,
    }


def _know(character: Character, shop: Shop, *, at: datetime) -> None:
    customer = person(character)
    known = handles(character)
    hints = [
        Hint(kind=IdentityKind.TELEGRAM, value=known["telegram"], is_verified=True),
        Hint(kind=IdentityKind.VIBER, value=known["viber"], is_verified=True),
    ]
    if customer:
        add_identities(customer, hints=hints, shop=shop, source=SOURCE, at=at)


def person(character: Character) -> Customer | None:
    standing = Identity.objects.filter(
        kind=IdentityKind.EXTERNAL, namespace=ONLINE, value=str(character.number)
    )
    found = standing.select_related("customer").first()
    return found.customer if found else None
