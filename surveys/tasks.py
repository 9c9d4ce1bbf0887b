"""Answers by the second. May run twice, and beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.answers import settling
from surveys.closing.tasks import ask_again

__all__ = ["ask_again", "settle_answers"]


@shared_task  # type: ignore[untyped-decorator]
def settle_answers() -> None:
    while settling.settle_due(at=timezone.now()) == settling.AT_ONCE:
        pass
