"""The answer bot by the minute. May run twice, and beside itself."""

from celery import shared_task
from django.utils import timezone

from support.bot import sweeping


@shared_task  # type: ignore[untyped-decorator]
def sweep_bot() -> None:
    at = timezone.now()
    sweeping.rescue(at=at)
    sweeping.settle(at=at)
