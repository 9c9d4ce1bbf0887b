"""Channels are closed and opened again, and what came in on them is tried once more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from crm.models import ChannelAccount, RawDelivery


@transaction.atomic
def close(accounts: Collection[ChannelAccount], *, at: datetime) -> int:
    """Nothing is taken and nothing sent by them from now on; what waits to be sent waits. Answers how many closed."""
    standing = ChannelAccount.objects.open().filter(pk__in=[account.pk for account in accounts])
    return standing.update(closed_at=at, is_main=False)


@transaction.atomic
def reopen(accounts: Collection[ChannelAccount]) -> int:
    """They take and send again; none of them is the main one by that. Answers how many were opened."""
    closed = ChannelAccount.objects.exclude(closed_at=None)
    return closed.filter(pk__in=[account.pk for account in accounts]).update(closed_at=None)


def try_again(deliveries: Collection[RawDelivery], *, at: datetime) -> int:
    """Let what could not be worked off be tried now, counted from the first. Answers how many."""
    waiting = RawDelivery.objects.filter(pk__in=[one.pk for one in deliveries], processed_at=None)
    return waiting.update(next_try_at=at, attempts=0)
