"""Segments as colleagues write them, filled at once."""

from __future__ import annotations

from typing import Any

from crm.models import Segment, User
from crm.segments import sweeping, writing
from tests.factories.shops import NOON

SPENT_A_LOT = {"field": "customer.net_revenue", "op": "gte", "value": "100.00"}


def colleague(email: str = "maria@lipa.example", **more: Any) -> User:
    return User.objects.filter(email=email).first() or User.objects.create_user(
        email=email, password=None, is_staff=True, name="Мария", **more
    )


def written(conditions: Any = SPENT_A_LOT, *, name: str = "Больше 100 евро", **more: Any) -> Segment:
    told = {"owner": colleague(), "is_shared": True, "at": NOON, **more}
    return writing.write(name=name, conditions=conditions, **told)


def filled(conditions: Any = SPENT_A_LOT, **more: Any) -> Segment:
    segment = written(conditions, **more)
    sweeping.sweep(segment, at=more.get("at", NOON))
    segment.refresh_from_db()
    return segment
