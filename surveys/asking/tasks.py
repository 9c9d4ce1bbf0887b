"""What asks by itself, by the clock. Each may run twice, and beside itself."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from surveys.asking import reminding, triggering, waves

# Well below the time limit of a task: what is left is the next run's.
AT_A_TIME = timedelta(minutes=3)


@shared_task  # type: ignore[untyped-decorator]
def ask_after_what_happened() -> None:
    until = timezone.now() + AT_A_TIME
    while triggering.ask_due(at=timezone.now()) and timezone.now() < until:
        pass


@shared_task  # type: ignore[untyped-decorator]
def ask_waves() -> None:
    until = timezone.now() + AT_A_TIME
    while waves.ask_due(at=timezone.now()) and timezone.now() < until:
        pass


@shared_task  # type: ignore[untyped-decorator]
def remind() -> None:
    while reminding.remind_due(at=timezone.now()) == reminding.AT_ONCE:
        pass
