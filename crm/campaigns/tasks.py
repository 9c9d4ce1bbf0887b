"""Campaigns in the background: people have their turn, some at a time; what came of it is counted."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.campaigns import measuring, running
from crm.models import Campaign

# Well below the time limit of a task: many people take several.
AT_A_TIME = timedelta(minutes=2)


def start(campaign: Campaign) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_campaigns` finds it."""
    if campaign.is_at_work:
        transaction.on_commit(lambda: run_campaign.apply_async([campaign.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def run_campaign(pk: int) -> None:
    """Take whoever is left, for a while; then hand on."""
    campaign = Campaign.objects.at_work().filter(pk=pk).first()
    if campaign is None:
        return
    until = timezone.now() + AT_A_TIME
    campaign = running.run(campaign, clock=timezone.now, until=until)
    if timezone.now() >= until:
        start(campaign)


@shared_task  # type: ignore[untyped-decorator]
def continue_campaigns() -> None:
    """Take up again whatever seems to be at work and was not heard of for a while."""
    for campaign in Campaign.objects.forgotten(timezone.now()):
        start(campaign)


@shared_task  # type: ignore[untyped-decorator]
def measure_campaigns() -> None:
    measuring.measure_due(at=timezone.now())
