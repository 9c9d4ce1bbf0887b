"""Those who were unhappy are asked once more. May run twice, and beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.closing import again


@shared_task  # type: ignore[untyped-decorator]
def ask_again() -> None:
    again.ask_due(at=timezone.now())
