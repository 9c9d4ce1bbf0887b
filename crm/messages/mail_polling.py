"""Mailboxes that are fetched by us: what came since last time is kept to the byte, and then worked off as any delivery.

Each mail is kept in one transaction with the place up to which the mailbox was read: nothing is lost when a worker
dies in between, and what is fetched twice is kept once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from crm.channel_tasks import start_working_off
from crm.channels.base import Delivery
from crm.channels.email import EmailSettings
from crm.channels.email.mailbox import Position, Unreachable, fetch
from crm.errors import Refusal
from crm.messages import receiving
from crm.models import ChannelAccount
from crm.secrets import sealing

log = logging.getLogger(__name__)

CHANNEL = "email"
AT_ONCE = 200
# Where a mailbox numbers its mails anew: further back than anybody was away.
LOOKS_BACK = timedelta(days=7)


def mailboxes() -> list[int]:
    """Accounts whose mail we fetch ourselves."""
    accounts = ChannelAccount.objects.open().filter(channel=CHANNEL, settings__imap_host__gt="")
    return list(accounts.order_by("pk").values_list("pk", flat=True))


def poll(account: ChannelAccount, *, at: datetime) -> int:
    """Fetch what is new; answers how much of it was. Not in a transaction: it waits for a server. Idempotent.

    A mailbox that cannot be read now is noted on the account, and tried again next time.
    """
    brought = 0
    try:
        mails = fetch(
            EmailSettings.read(account.settings),
            account.secrets.get("imap_password", ""),
            after=Position.read(account.position),
            since=_since(account).date(),
            most=AT_ONCE,
        )
        for position, delivery in mails:
            brought += _keep(account, delivery, position, at=at)
    except (Unreachable, Refusal, sealing.Unreadable) as error:
        _note_failure(account, error, at=at)
    else:
        ChannelAccount.objects.filter(pk=account.pk).update(heard_at=at, failure="")
    return brought


def _since(account: ChannelAccount) -> datetime:
    """Never the years before the mailbox was given to us."""
    return max(account.opened_at, account.heard_at - LOOKS_BACK) if account.heard_at else account.opened_at


@transaction.atomic
def _keep(account: ChannelAccount, delivery: Delivery, position: Position, *, at: datetime) -> bool:
    """Locks the account's row: two workers at one mailbox do not set it back."""
    row = ChannelAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    standing = Position.read(row.position)
    if standing.validity != position.validity or standing.uid < position.uid:
        row.position = position.kept()
        row.save(update_fields=["position"])
    kept = receiving.keep(account, delivery, at=at)
    if kept:
        start_working_off(kept)
    return kept is not None


def _note_failure(account: ChannelAccount, error: Exception, *, at: datetime) -> None:
    what = str(error) if isinstance(error, Unreachable) else type(error).__name__
    log.warning("mailbox not read", extra={"account": account.pk, "error": what})
    ChannelAccount.objects.filter(pk=account.pk).update(failed_at=at, failure=what[:200])
