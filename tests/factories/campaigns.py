"""Campaigns as colleagues write and start them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission

from crm.campaigns import drafting, running, starting
from crm.campaigns.drafting import Told
from crm.models import Campaign, Customer, Segment, SegmentSnapshot, SnapshotMember, User
from tests.factories.customers import CustomerFactory
from tests.factories.segments import colleague, written
from tests.factories.shops import NOON, UserFactory

EVERYBODY: dict[str, Any] = {"all": []}
CALL = {"title": "Позвонить и поблагодарить", "due_days": 7}


def may(*names: str, **more: Any) -> User:
    """A colleague with these permissions ("crm.start_campaign")."""
    user: User = UserFactory(**more)
    for name in names:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label=app))
    return User.objects.get(pk=user.pk)


def manager(**more: Any) -> User:
    names = ("crm.start_campaign", "crm.decide_campaign", "loyalty.add_adjustmentrequest")
    return may(*names, **more)


def told(**more: Any) -> Told:
    """A task for everybody; `owner` of it is the segment's owner, unless `terms` say so."""
    kind = more.get("kind", "task")
    terms = {**CALL, "owners": [colleague().pk]} if kind == "task" else {}
    audience = {} if {"segment", "snapshot", "conditions"} & more.keys() else {"conditions": EVERYBODY}
    return Told(**{"name": "Молчаливые звёзды", "kind": kind, "terms": terms, **audience, **more})


def draft(by: User | None = None, at: datetime = NOON, **more: Any) -> Campaign:
    return drafting.draft(told(**more), by=by or colleague(), at=at)


def asked(by: User | None = None, at: datetime = NOON, **more: Any) -> Campaign:
    by = by or manager()
    return starting.ask(draft(by, at, **more), by=by, at=at)


def done(by: User | None = None, at: datetime = NOON, **more: Any) -> Campaign:
    """Started by somebody alone, and worked off."""
    return running.run(asked(by, at, **more), clock=lambda: at)


def people(count: int, **more: Any) -> list[Customer]:
    return [CustomerFactory(**more) for _ in range(count)]


def snapshot_of(customers: Sequence[Customer], *, segment: Segment | None = None) -> SegmentSnapshot:
    kept = SegmentSnapshot.objects.create(
        segment=segment or written(),
        name="Тогда",
        taken_at=NOON,
        taken_by=colleague(),
        size=len(customers),
    )
    SnapshotMember.objects.bulk_create(SnapshotMember(snapshot=kept, customer=one) for one in customers)
    return kept


NO_HOLD_OUT: dict[str, Any] = {"hold_out": Decimal(0), "why_no_hold_out": "Всего несколько человек"}
