"""Clocks by the minute: what runs out is told. May run twice, and beside itself."""

from celery import shared_task
from django.utils import timezone

from support.timekeeping import calendar_days, escalation


@shared_task  # type: ignore[untyped-decorator]
def climb_ladders() -> None:
    escalation.climb_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def count_anew() -> None:
    calendar_days.count_anew()
