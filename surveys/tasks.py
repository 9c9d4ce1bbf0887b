"""Answers by the second, and which questions arrived. May run twice, and beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.answers import settling
from surveys.closing.tasks import ask_again
from surveys.reports import delivering

__all__ = ["ask_again", "note_deliveries", "settle_answers"]


@shared_task  # type: ignore[untyped-decorator]
def settle_answers() -> None:
    while settling.settle_due(at=timezone.now()) == settling.AT_ONCE:
        pass


@shared_task  # type: ignore[untyped-decorator]
def note_deliveries() -> None:
    delivering.note_deliveries(at=timezone.now())
