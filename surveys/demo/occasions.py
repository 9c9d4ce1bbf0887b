"""When «Липа» asks: a few days after a first order, two after a parcel, a day after a ticket, and each quarter."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from surveys.asking import scheduling
from surveys.models import Survey

DAY = timedelta(days=1)
FIRST_ORDER: dict[str, Any] = {"field": "order.is_first", "op": "eq", "value": True}
LATER_ORDER: dict[str, Any] = {"field": "order.is_first", "op": "eq", "value": False}
QUARTER = timedelta(days=90)


def plan(*, now: datetime) -> None:
    """Whoever is asked after their first order is not asked about its parcel as well."""
    _after("first-order", "crm.order_delivered", days=5, conditions=FIRST_ORDER)
    _after("delivery", "crm.order_delivered", days=2, conditions=LATER_ORDER, share="0.5")
    _after("resolved-ticket", "support.ticket_resolved", days=1)
    tomorrow = timezone.localdate(now + DAY)
    scheduling.set_wave(
        Survey.objects.get(slug="relationship"),
        name=f"{tomorrow:%Y-%m}",
        starts_on=tomorrow,
        ends_on=tomorrow + QUARTER,
        conditions={},
        probability=Decimal("0.25"),
        today=tomorrow,
    )


def _after(
    slug: str, fact: str, *, days: int, conditions: dict[str, Any] | None = None, share: str = "1"
) -> None:
    scheduling.set_trigger(
        Survey.objects.get(slug=slug),
        fact=fact,
        delay=days * DAY,
        conditions=conditions or {},
        probability=Decimal(share),
    )
