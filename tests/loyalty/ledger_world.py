"""Words in which tests of the ledger speak: members, days, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from crm.errors import Refusal
from loyalty import ledger
from loyalty.ledger import Lot, Posted, proving
from loyalty.models import Member, Wallet
from tests.factories.loyalty import MemberFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
_keys = count(1)


@contextmanager
def refused(*refusals: type[Refusal]) -> Iterator[Any]:
    """What is done in here is refused, and whoever asked goes on as if nothing had been asked."""
    with pytest.raises(refusals) as caught, transaction.atomic():
        yield caught


def key() -> str:
    return f"test:{next(_keys)}"


def a_member(points: int = 0, *, expires_in: timedelta | None = None) -> Member:
    """With so many points to spend."""
    member = MemberFactory()
    if points:
        earn(member, points, expires_in=expires_in)
    return member


def earn(
    member: Member,
    points: int,
    *,
    available_in: timedelta | None = None,
    expires_in: timedelta | None = None,
    at: datetime = NOON,
    **more: Any,
) -> Posted:
    lot = Lot(
        points=points,
        available_at=at + available_in if available_in else None,
        expires_at=at + expires_in if expires_in else None,
    )
    return ledger.earn(member.pk, lots=[lot], key=more.pop("key", key()), occurred_at=at, at=at, **more)


def balances(member: Member) -> tuple[int, int, int, int]:
    """Available, pending, held, debt."""
    wallet = Wallet.objects.get(pk=member.pk)
    return wallet.available, wallet.pending, wallet.held, wallet.debt


def wrong() -> list[tuple[int, str]]:
    """Everything the proof finds: (invariant, what)."""
    found = proving.violations(0, 2**62) + proving.house_violations()
    return [(one.invariant, one.detail) for one in found]
