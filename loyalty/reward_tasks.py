"""What rewards do by the clock and in the background."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from loyalty.coupons import coupon_codes
from loyalty.members import referring
from loyalty.models import CouponBatch
from loyalty.points import gifting

# Well below the time limit of a task: a large batch takes several.
AT_A_TIME = timedelta(minutes=5)


@shared_task  # type: ignore[untyped-decorator]
def give_gifts() -> None:
    gifting.give_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def pay_referrals() -> None:
    referring.pay_due(at=timezone.now())


def start_batch(batch: CouponBatch) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_batches` finds the batch."""
    transaction.on_commit(lambda: make_codes.apply_async([batch.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def make_codes(batch_pk: int) -> None:
    if coupon_codes.work_on(batch_pk, clock=timezone.now, until=timezone.now() + AT_A_TIME):
        make_codes.apply_async([batch_pk], retry=False)


@shared_task  # type: ignore[untyped-decorator]
def continue_batches() -> None:
    """Take up again whatever seems to be at work and was not heard of for a while."""
    for batch in CouponBatch.objects.forgotten(timezone.now()):
        start_batch(batch)
