"""What came in is made into messages here, and what is to go out is sent, in the background."""

from __future__ import annotations

import time
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.messages import receiving, sending
from crm.models import RawDelivery
from crm.purchases import order_notices

AT_ONCE = 200
# After so long a worker lets others have their turn; the next beat goes on.
SENDS_FOR = timedelta(seconds=50)
PACE_SECONDS = 0.02
SOON = timedelta(seconds=1)


def start_working_off(delivery: RawDelivery) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_deliveries` finds the row."""
    transaction.on_commit(lambda: work_off_delivery.apply_async([delivery.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def work_off_delivery(pk: int) -> None:
    receiving.work_off(pk, at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def continue_deliveries() -> None:
    """What nobody heard of, and what is to be tried again, in the order it came."""
    due = RawDelivery.objects.due(timezone.now()).order_by("pk")
    for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
        receiving.work_off(pk, at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def send_due() -> None:
    """Everything whose time has come, as fast as its providers take it. Several workers may do so at once."""
    began = timezone.now()
    sending.find_lost(at=began)
    while timezone.now() < began + SENDS_FOR:
        if sending.send_next(at=timezone.now()) is None:
            if not sending.is_more_to_come(at=timezone.now() + SOON):
                return
            time.sleep(PACE_SECONDS)


@shared_task  # type: ignore[untyped-decorator]
def tell_of_late_parcels() -> None:
    order_notices.tell_of_late_parcels(at=timezone.now())
