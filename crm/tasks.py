"""What runs by the clock. Each task loads, calls one verb, and may run twice."""

from celery import shared_task
from django.utils import timezone

from crm import canary
from crm.api.bulk_tasks import continue_bulk_jobs, forget_bulk_jobs, work_off
from crm.channel_tasks import continue_deliveries, send_due, tell_of_late_parcels, work_off_delivery
from crm.importing.tasks import continue_imports, run_import
from crm.integrations import idempotency
from crm.linking_tasks import tell_stranger
from crm.mail_tasks import poll_mailbox, poll_mailboxes
from crm.segments.tasks import look_at_customers, sweep_segments
from crm.worth.tasks import value_customers

__all__ = [
    "continue_bulk_jobs",
    "continue_deliveries",
    "continue_imports",
    "forget_bulk_jobs",
    "forget_idempotency_keys",
    "look_at_customers",
    "poll_mailbox",
    "poll_mailboxes",
    "run_import",
    "send_due",
    "sing",
    "sweep_segments",
    "tell_of_late_parcels",
    "tell_stranger",
    "value_customers",
    "work_off",
    "work_off_delivery",
]


@shared_task  # type: ignore[untyped-decorator]
def forget_idempotency_keys() -> None:
    idempotency.forget(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def sing() -> None:
    canary.sing(at=timezone.now())
