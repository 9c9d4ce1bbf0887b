"""What the mobile card shows to the till: a code that is a new one every 30 seconds, and refused a minute after.

Pure but for the secret of the house. A code names the link of a card (so that ending the link ends its codes) and the
half-minute it was made in; half-minute 0 stands for a code that never changes. Capital letters, digits and hyphens
alone: of these a QR code holds most.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

WINDOW_SECONDS = 30
REFUSED_AFTER_SECONDS = 60
NEVER_CHANGES = 0
MAC_BYTES = 10
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPE = re.compile(r"V-([0-9A-Z]{1,13})-([0-9A-Z]{1,8})-([2-7A-Z]{16})")


@dataclass(frozen=True, kw_only=True)
class CardCode:
    link_id: int
    window: int

    @property
    def text(self) -> str:
        return f"V-{_in_36(self.link_id)}-{_in_36(self.window)}-{self._mac()}"

    @property
    def never_changes(self) -> bool:
        return self.window == NEVER_CHANGES

    def is_too_old(self, at: datetime) -> bool:
        """Also for one of a time that has not come: no clock of ours made it."""
        age = at.timestamp() - self.window * WINDOW_SECONDS
        return not -WINDOW_SECONDS <= age < REFUSED_AFTER_SECONDS

    def _mac(self) -> str:
        told = f"{self.link_id}:{self.window}"
        digest = salted_hmac("loyalty.card_codes", told, algorithm="sha256").digest()
        return base64.b32encode(digest[:MAC_BYTES]).decode()


def rotating(link_id: int, *, at: datetime) -> CardCode:
    return CardCode(link_id=link_id, window=int(at.timestamp()) // WINDOW_SECONDS)


def static(link_id: int) -> CardCode:
    return CardCode(link_id=link_id, window=NEVER_CHANGES)


def seconds_left(at: datetime) -> int:
    """Until the next code."""
    return WINDOW_SECONDS - int(at.timestamp()) % WINDOW_SECONDS


def read(text: str) -> CardCode | None:
    """The code that this text is, if we made it."""
    found = SHAPE.fullmatch(text.strip().upper())
    if found is None:
        return None
    link, window, mac = found.groups()
    code = CardCode(link_id=int(link, 36), window=int(window, 36))
    return code if constant_time_compare(code._mac(), mac) else None


def _in_36(number: int) -> str:
    digits = ""
    while number:
        number, place = divmod(number, 36)
        digits = LETTERS[place] + digits
    return digits or "0"
