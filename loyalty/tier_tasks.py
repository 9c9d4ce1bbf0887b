"""Tiers by the clock: what fell out of its time is decided about each night. May run twice."""

from celery import shared_task
from django.utils import timezone

from loyalty import tiering
from loyalty.models import Programme


@shared_task  # type: ignore[untyped-decorator]
def decide_tiers() -> None:
    at = timezone.now()
    for programme in Programme.objects.running(at):
        tiering.decide_all(programme, at=at)
