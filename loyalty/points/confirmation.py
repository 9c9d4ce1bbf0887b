"""Pending points become available when their return window is over."""

from __future__ import annotations

from datetime import datetime

from loyalty import ledger
from loyalty.facts.points import PointsAvailable
from loyalty.models import Lot
from loyalty.points import sweeping


def confirm_due(*, at: datetime, chunk: int = sweeping.CHUNK) -> int:
    """Let everything be spendable whose time has come, and tell each member's timeline (PointsAvailable).

    In chunks of so many wallets, each a short transaction; doing it again, or going on after a stop, changes nothing
    twice. Locks the customers' rows of a chunk, then their wallets, both in ascending order. Returns how many points.
    """
    due = Lot.objects.filter(pending__gt=0, available_at__lte=at).order_by("available_at", "pk")
    return sum(
        sweeping.settle(members, ledger.confirm, PointsAvailable, event="available", at=at)
        for members in sweeping.chunks_of(due, chunk)
    )
