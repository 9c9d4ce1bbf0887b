"""The bot of «Липа» answers first in the chat of the site and in Telegram: whoever looks at the demo may ask it."""

from __future__ import annotations

from datetime import datetime

from crm.models import User
from support.bot import duty

CHANNELS = ("chat", "telegram")


def go_on_duty(manager: User, *, now: datetime) -> None:
    for account in duty.accounts():
        if account.channel in CHANNELS:
            duty.turn_on(account, by=manager, at=now)
