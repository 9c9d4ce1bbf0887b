"""Imports that were begun on a page run here, in the background."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.errors import Refusal
from crm.importing import repeating, running
from crm.models import ImportJob, RepeatedImport

# Well below the time limit of a task: a large file takes several.
AT_A_TIME = timedelta(minutes=10)
MOST_FILES = 20


def start_import(job: ImportJob) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_imports` finds the job."""
    transaction.on_commit(lambda: run_import.apply_async([job.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def run_import(job_pk: int) -> None:
    """Do what is left of a job, for a while; then hand on. A job with no file of its own is somebody's command line."""
    job = ImportJob.objects.select_related("shop").filter(pk=job_pk, state__in=ImportJob.AT_WORK).first()
    if job is None or not job.file:
        return
    try:
        job = running.run(job, Path(job.file.path), clock=timezone.now, until=timezone.now() + AT_A_TIME)
    except Refusal:
        return  # it stands in the job, or another worker has it
    if job.is_at_work:
        start_import(job)


@shared_task  # type: ignore[untyped-decorator]
def continue_imports() -> None:
    """Take up again whatever seems to be at work and was not heard of for a while."""
    for job in ImportJob.objects.forgotten(timezone.now()).exclude(file=""):
        start_import(job)


@shared_task  # type: ignore[untyped-decorator]
def repeat_imports() -> None:
    """Look for the files whose time has come; each is fetched once, whoever else looks as well."""
    due = RepeatedImport.objects.due(timezone.now()).select_related("pattern__shop", "created_by")
    for repeated in due.order_by("next_at", "pk")[:MOST_FILES]:
        if job := repeating.take(repeated, at=timezone.now()):
            start_import(job)
