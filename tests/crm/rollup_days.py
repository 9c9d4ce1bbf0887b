"""Everything is heard of, and every day that waits is counted."""

from __future__ import annotations

from datetime import datetime

from crm import relay
from crm.rollups import counting
from tests.factories.shops import NOON


def heard() -> None:
    while relay.pump():
        pass


def counted(at: datetime = NOON) -> None:
    heard()
    list(counting.count_stale(at=at))
