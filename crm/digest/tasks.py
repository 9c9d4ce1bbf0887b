"""What sends the week's figures by the clock. May run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from crm.digest import sending


@shared_task  # type: ignore[untyped-decorator]
def send_digests() -> None:
    sending.send_due(at=timezone.now())
