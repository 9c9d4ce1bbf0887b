"""What keeps segments up to date by the clock. Each may run twice, and beside itself."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm.segments import membership, sweeping

# Well below the time limit of a task: what is left is the next run's.
AT_A_TIME = timedelta(minutes=3)


@shared_task  # type: ignore[untyped-decorator]
def look_at_customers() -> None:
    until = timezone.now() + AT_A_TIME
    while membership.settle_due(at=timezone.now()) and timezone.now() < until:
        pass


@shared_task  # type: ignore[untyped-decorator]
def sweep_segments() -> None:
    until = timezone.now() + AT_A_TIME
    for _segment in sweeping.sweep_due(at=timezone.now()):
        if timezone.now() >= until:
            return
