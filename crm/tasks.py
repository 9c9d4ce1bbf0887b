"""What runs by the clock. Each task loads, calls one verb, and may run twice."""

from celery import shared_task
from django.utils import timezone

from crm import canary
from crm.api.bulk_tasks import continue_bulk_jobs, forget_bulk_jobs, work_off
from crm.campaigns.tasks import continue_campaigns, measure_campaigns, run_campaign
from crm.channel_tasks import continue_deliveries, send_due, tell_of_late_parcels, work_off_delivery
from crm.connectors.tasks import (
    continue_landing,
    continue_rounds,
    fetch_returns,
    forget_deliveries,
    land_delivery,
    reconcile_connections,
    walk_round,
)
from crm.digest.tasks import send_digests
from crm.importing.tasks import continue_imports, run_import
from crm.integrations import idempotency
from crm.linking_tasks import tell_stranger
from crm.mail_tasks import poll_mailbox, poll_mailboxes
from crm.rollups.tasks import count_segments, count_stale_days, reconcile_figures
from crm.segments.tasks import look_at_customers, sweep_segments
from crm.webhooks.tasks import forget_webhooks, send_webhooks
from crm.worth.tasks import follow_customers, value_customers

__all__ = [
    "continue_bulk_jobs",
    "continue_campaigns",
    "continue_deliveries",
    "continue_imports",
    "continue_landing",
    "continue_rounds",
    "count_segments",
    "count_stale_days",
    "fetch_returns",
    "follow_customers",
    "forget_bulk_jobs",
    "forget_deliveries",
    "forget_idempotency_keys",
    "forget_webhooks",
    "land_delivery",
    "look_at_customers",
    "measure_campaigns",
    "poll_mailbox",
    "poll_mailboxes",
    "reconcile_connections",
    "reconcile_figures",
    "run_campaign",
    "run_import",
    "send_digests",
    "send_due",
    "send_webhooks",
    "sing",
    "sweep_segments",
    "tell_of_late_parcels",
    "tell_stranger",
    "value_customers",
    "walk_round",
    "work_off",
    "work_off_delivery",
]


@shared_task  # type: ignore[untyped-decorator]
def forget_idempotency_keys() -> None:
    idempotency.forget(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def sing() -> None:
    canary.sing(at=timezone.now())
