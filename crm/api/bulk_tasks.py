"""What shops sent in bulk is worked off here, in the background."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.api.bulk_items import acting_on
from crm.integrations import bulk
from crm.models import BulkJob

# Well below the time limit of a task: a slow job takes several.
AT_A_TIME = timedelta(minutes=10)


def start_bulk_job(job: BulkJob) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_bulk_jobs` finds the job."""
    transaction.on_commit(lambda: work_off.apply_async([job.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def work_off(job_pk: int) -> None:
    """Do what is left of a job, for a while; then hand on."""
    job = BulkJob.objects.at_work().filter(pk=job_pk).first()
    if job is None:
        return
    act, until = acting_on(job.body), timezone.now() + AT_A_TIME
    while not job.is_over:
        if timezone.now() > until:
            start_bulk_job(job)
            return
        job = bulk.do_next(job, act, at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def continue_bulk_jobs() -> None:
    """Take up again whatever was not heard of for a while."""
    for job in BulkJob.objects.forgotten(timezone.now()).defer("body"):
        start_bulk_job(job)


@shared_task  # type: ignore[untyped-decorator]
def forget_bulk_jobs() -> None:
    bulk.forget(at=timezone.now())
