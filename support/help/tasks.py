from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from support.help import sessions


@shared_task  # type: ignore[untyped-decorator]
def settle_visits() -> None:
    while sessions.settle_due(at=timezone.now()) == sessions.AT_ONCE:
        pass
