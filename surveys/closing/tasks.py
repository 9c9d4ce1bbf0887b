"""Those who were unhappy are asked once more; those who said what was changed hear of it. Each may run twice, and
beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.closing import again, telling


@shared_task  # type: ignore[untyped-decorator]
def ask_again() -> None:
    again.ask_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def tell_of_issues() -> None:
    while telling.go_on(at=timezone.now()):
        pass
