"""Whom «Липа» speaks to: a few segments that keep themselves up to date, one of them inside another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.models import Segment, User
from crm.segments import sweeping, writing

GOOD = "Постоянни клиенти"
SILENT = "Постоянни, но замълчали"
ASKED_FOR_HELP = "Писаха ни, но не купиха"
RUSSIAN = "Четат на руски и имат имейл"


def write(manager: User, *, now: datetime) -> None:
    """Once: a segment that stands already is left as it is."""
    standing = set(Segment.objects.filter(owner=manager).values_list("name", flat=True))
    for name, note, conditions in _told():
        if name not in standing:
            segment = writing.write(
                owner=manager, name=name, note=note, conditions=conditions(), is_shared=True, at=now
            )
            sweeping.sweep(segment, at=now)


def _told() -> list[tuple[str, str, Any]]:
    return [
        (GOOD, "Три и повече поръчки за последната година.", _good),
        (SILENT, "Да им се обадим, преди да ни забравят.", _silent),
        (ASKED_FOR_HELP, "Писали са ни през последния месец и не са поръчали.", _asked_for_help),
        (RUSSIAN, "За писмата на руски.", _russian),
    ]


def _good() -> dict[str, Any]:
    return {
        "count": "customer.orders",
        "where": _within("order.placed_at", 365),
        "op": "gte",
        "value": 3,
    }


def _silent() -> dict[str, Any]:
    good = Segment.objects.get(name=GOOD)
    return {
        "all": [
            {"some": "customer.segments", "where": {"field": "segment.is", "op": "eq", "value": good.pk}},
            {"field": "customer.days_since_last_order", "op": "gte", "value": 60},
        ]
    }


def _asked_for_help() -> dict[str, Any]:
    return {"all": [_happened("crm.message_received"), {"not": _happened("crm.order_placed")}]}


def _happened(kind: str) -> dict[str, Any]:
    what = {"field": "event.kind", "op": "eq", "value": kind}
    return {"some": "customer.events", "where": {"all": [what, _within("event.at", 30)]}}


def _russian() -> dict[str, Any]:
    return {
        "all": [
            {"field": "customer.language", "op": "eq", "value": "ru"},
            {"field": "customer.has_email", "op": "eq", "value": True},
        ]
    }


def _within(field: str, days: int) -> dict[str, Any]:
    return {"field": field, "op": "within_last_days", "value": days}
