"""What the joining page does by the clock."""

from celery import shared_task
from django.utils import timezone

from loyalty.members import self_joining


@shared_task  # type: ignore[untyped-decorator]
def forget_joining_requests() -> None:
    self_joining.forget_what_is_over(at=timezone.now())
