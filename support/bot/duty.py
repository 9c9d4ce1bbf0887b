"""Where the bot answers first: channel by channel, off until somebody turns it on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import ChannelAccount, User
from support.models import BotDuty

CHANNELS = ("chat", "telegram", "viber")


class NotForTheBot(Refusal):
    code = "not-for-the-bot"
    title = _("The bot answers in chats and messengers only.")
    status = 422


@transaction.atomic
def turn_on(account: ChannelAccount, *, by: User | None, at: datetime) -> BotDuty:
    """From now on the bot answers first. Again: nothing changes. Locks the account's row of the bot.

    Raises:
        NotForTheBot: nothing is changed.
    """
    if account.channel not in CHANNELS:
        raise NotForTheBot
    duty = _held(account, at=at)
    if duty.on_since is None:
        _turn(duty, on_since=at, by=by, at=at)
    return duty


@transaction.atomic
def turn_off(account: ChannelAccount, *, by: User | None, at: datetime) -> BotDuty:
    """From now on colleagues hear everything. What the bot is still talking about it finishes."""
    duty = _held(account, at=at)
    if duty.on_since is not None:
        _turn(duty, on_since=None, by=by, at=at)
    return duty


def is_on(account: ChannelAccount) -> bool:
    return BotDuty.objects.filter(account=account, on_since__isnull=False).exists()


def accounts() -> Sequence[ChannelAccount]:
    """Those on which it can answer, each with its `bot_duty` if it has one. One query."""
    open_ones = ChannelAccount.objects.open().filter(channel__in=CHANNELS)
    return list(open_ones.select_related("bot_duty").order_by("channel", "pk"))


def _held(account: ChannelAccount, *, at: datetime) -> BotDuty:
    BotDuty.objects.get_or_create(account=account, defaults={"changed_at": at})
    return BotDuty.objects.select_for_update().get(account=account)


def _turn(duty: BotDuty, *, on_since: datetime | None, by: User | None, at: datetime) -> None:
    duty.on_since, duty.changed_by, duty.changed_at = on_since, by, at
    duty.save(update_fields=["on_since", "changed_by", "changed_at"])
