"""All of an import, from wherever it stood: read, plan, wait for a word, apply, report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, OperationalError, connection, transaction

from crm.errors import Refusal
from crm.importing import jobs
from crm.importing.files import examine, sha256_of
from crm.importing.kinds import kind_of
from crm.importing.planning import be_patient, plan
from crm.importing.reading import stage
from crm.importing.refusals import AnotherFile, ImportCannotDoThat, ImportRunsElsewhere
from crm.importing.reporting import report
from crm.models import ImportJob
from crm.reactions import describe

log = logging.getLogger(__name__)

TRIES = 4
IMPORTS = 7_210_003


def run(
    job: ImportJob,
    path: Path,
    *,
    clock: Callable[[], datetime],
    heard: Callable[[ImportJob], object] = lambda job: None,
    until: datetime | None = None,
) -> ImportJob:
    """Do what is left of a job: until it waits for a word, is stopped or done, or until a moment has come.

    Every chunk is its own transaction that moves the job's cursor: killed anywhere, it goes on where it stood, and run
    by two in turns it does nothing twice. `heard` is told of each chunk. An error leaves the job FAILED, with the kind
    and place of the error (never its words, which may quote a person's data), and is raised.

    Raises:
        ImportRunsElsewhere: nothing is done.
        AnotherFile, and the refusals of `files.examine`: the job is FAILED with them.
    """
    with _alone(job):
        try:
            if job.state == jobs.State.READING:
                job = _read(job, path, clock=clock, heard=heard, until=until)
            if job.state == jobs.State.RUNNING:
                job = _apply(job, clock=clock, heard=heard, until=until)
        except ImportCannotDoThat:
            job.refresh_from_db()
        except Exception as error:
            _fail(job, error)
            raise
    heard(job)
    return job


@contextmanager
def _alone(job: ImportJob) -> Iterator[None]:
    """Two at one job would do no harm, and no good: they would wait for one another. Held by the session.

    Raises:
        ImportRunsElsewhere.
    """
    key = [IMPORTS, job.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise ImportRunsElsewhere
    try:
        yield
    finally:
        if not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _read(
    job: ImportJob,
    path: Path,
    *,
    clock: Callable[[], datetime],
    heard: Callable[[ImportJob], object],
    until: datetime | None,
) -> ImportJob:
    if sha256_of(path) != job.file_sha256:
        raise AnotherFile
    for read_so_far in stage(job, path, examine(path, job.file_name), clock=clock):
        job = read_so_far
        heard(job)
        if until and clock() > until:
            return job
    return plan(job, at=clock())


def _apply(
    job: ImportJob,
    *,
    clock: Callable[[], datetime],
    heard: Callable[[ImportJob], object],
    until: datetime | None,
) -> ImportJob:
    kind = kind_of(job)
    kind.prepare(job, at=clock())
    while job.documents_done < job.documents_total:
        job = _persistently(kind.apply_next, job, clock)
        heard(job)
        if until and clock() > until:
            return job
    return finish(job, at=clock())


def _persistently(verb: Callable[..., ImportJob], job: ImportJob, clock: Callable[[], datetime]) -> ImportJob:
    """A chunk may lose a race (a deadlock, a lock waited for too long, a row somebody else just made): then again."""
    for left in reversed(range(TRIES)):
        try:
            return verb(job, at=clock())
        except (OperationalError, IntegrityError) as error:
            if not left:
                raise
            if not connection.is_usable():
                connection.close()
            log.warning(
                "a chunk of an import is tried again", extra={"job": job.pk, "error": type(error).__name__}
            )
    raise AssertionError


@transaction.atomic
def finish(job: ImportJob, *, at: datetime) -> ImportJob:
    """Keep the report, forget the rows but the refused ones and the uploaded file. Idempotent; locks the job."""
    job = jobs.locked(job, {jobs.State.RUNNING})
    job.outcome = report(job).as_json()
    job.state, job.moved_at, job.finished_at = jobs.State.DONE, at, at
    job.save(update_fields=["outcome", "state", "moved_at", "finished_at"])
    _forget_staged(job)
    if job.file:
        stored, storage = str(job.file.name), job.file.storage
        transaction.on_commit(lambda: storage.delete(stored), robust=True)
    return job


def discard(job: ImportJob) -> None:
    """Forget a job that was only to be looked at, with all it read."""
    with transaction.atomic():
        _forget_staged(job)
        job.delete()


def _forget_staged(job: ImportJob) -> None:
    with connection.cursor() as cursor:
        be_patient(cursor)
        cursor.execute("DELETE FROM crm_importedrow WHERE job_id = %s AND refusal = ''", [job.pk])
        cursor.execute("DELETE FROM crm_importeddocument WHERE job_id = %s", [job.pk])


def _fail(job: ImportJob, error: Exception) -> None:
    said = error.code if isinstance(error, Refusal) else describe(error)
    ImportJob.objects.filter(pk=job.pk, state__in=ImportJob.AT_WORK).update(
        state=jobs.State.FAILED, error=said
    )
