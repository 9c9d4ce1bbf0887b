"""Once a night, what customers are worth. May run twice."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm import company
from crm.worth import valuing


@shared_task  # type: ignore[untyped-decorator]
def value_customers() -> None:
    """Of the day that is over: its purchases are all told."""
    at, its = timezone.now(), company.current()
    yesterday = timezone.localdate(at, its.clock) - timedelta(days=1)
    valuing.value_everybody(as_of=yesterday, horizon_days=its.lost_after_days, clock=its.clock.key, at=at)
