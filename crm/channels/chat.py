"""The chat on a shop's site: our own widget. What visitors write comes from our own page (crm.pages.chat), and what
we write lies here until their page asks for it: docs/decisions/016 says why it asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.channels.base import Channel, Incoming, Letter, News, Receipt, Sender, UnreadableDelivery
from crm.channels.reading import json_object, moment
from crm.errors import Fault
from crm.models import ChannelAccount
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

# Stands in a header of the page: nothing else may.
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, kw_only=True)
class ChatSettings(Settings):
    """`sites`: whose pages may show the window, as "https://shop.example"."""

    sites: tuple[str, ...] = ()

    def faults(self) -> list[Fault]:
        if all(ORIGIN.fullmatch(site) for site in self.sites):
            return []
        return [
            Fault(pointer="/sites", detail=_("Write each site as “https://shop.example”, without a path."))
        ]


class Chat(Channel):
    name = "chat"
    label = _("Chat on the site")
    icon = "chat"
    identity_kind = IdentityKind.CHAT
    settings = ChatSettings
    secrets = {"identity_secret": _("Secret with which the shop’s server proves who is signed in")}
    optional_secrets = frozenset(["identity_secret"])
    proving_secrets = frozenset(["identity_secret"])
    can_begin = False
    reaches_absent = False
    rings = False

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        """What crm.pages.chat kept: {"browser", "id", "text", "at", "language"}."""
        told = json_object(body)
        try:
            browser, language = str(told["browser"]), str(told.get("language", ""))
            return [
                Incoming(
                    external_id=f"{browser}:{told['id']}",
                    sender=Sender(
                        kind=IdentityKind.CHAT,
                        value=browser,
                        language=language if language in dict(settings.LANGUAGES) else "",
                    ),
                    text=str(told["text"]),
                    occurred_at=moment(told["at"]),
                    thread=browser,
                )
            ]
        except (KeyError, ValueError) as error:
            raise UnreadableDelivery from error

    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        """It is there to be asked for as soon as it counts as sent."""
        return Receipt(external_id=f"ours:{letter.id}", thread=letter.to)
