"""A job begins, is told what its columns mean, is confirmed, stopped and taken up again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from crm.importing.columns import ColumnMap
from crm.importing.files import Glimpse, examine, glimpse, sha256_of
from crm.importing.kinds import kind_named, kind_of
from crm.importing.refusals import ImportCannotDoThat, UnknownTimeZone
from crm.models import ImportJob, Shop, User

State = ImportJob.State


@transaction.atomic
def open_job(
    path: Path,
    *,
    file_name: str,
    shop: Shop,
    at: datetime,
    kind: str = "orders",
    layout: str = "",
    currency: str = "",
    time_zone: str = "",
    stored_as: str = "",
    started_by: User | None = None,
) -> ImportJob:
    """Look at a file and guess what its columns mean; nothing of it is read in yet.

    Currency and time zone: as said, else as the layout fixes them, else the shop's. `stored_as` names an uploaded
    file in the storage, which the job then owns.

    Raises:
        UnknownKindOfFile, FileTooLarge, FileUnpacksTooFar, DamagedFile, NoRows, UnknownKindOfImport, UnknownLayout,
        UnknownTimeZone.
    """
    first = look_at(path, file_name)
    bringing = kind_named(kind)
    chosen = bringing.recognise(first.header, layout)
    job = ImportJob(
        kind=bringing.name,
        shop=shop,
        file=stored_as,
        file_name=file_name[-255:],
        file_sha256=sha256_of(path),
        layout=chosen.layout,
        mapping=ColumnMap.guess(first, bringing.columns).as_json(),
        header=first.header,
        currency=currency or chosen.currency or shop.currency,
        time_zone=zone_named(time_zone or chosen.time_zone or shop.time_zone).key,
        started_by=started_by,
        created_at=at,
        moved_at=at,
    )
    job.save()
    return job


def look_at(path: Path, file_name: str) -> Glimpse:
    return glimpse(path, examine(path, file_name))


def zone_named(name: str) -> ZoneInfo:
    """Raises UnknownTimeZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZone from error


@transaction.atomic
def begin(
    job: ImportJob, *, columns: ColumnMap, layout: str, currency: str, time_zone: str, at: datetime
) -> ImportJob:
    """The columns are confirmed: the file may be read. What would happen can then be seen before it does.

    Raises:
        MissingColumns, UnknownLayout, UnknownTimeZone.
        ImportCannotDoThat: it has begun already.
    """
    job = locked(job, {State.UPLOADED})
    kind = kind_of(job)
    columns.check(job.header, kind.columns)
    job.mapping = columns.as_json()
    job.layout = kind.recognise(job.header, layout).layout
    job.currency, job.time_zone = currency, zone_named(time_zone).key
    return set_to_work(job, at=at)


@transaction.atomic
def confirm(job: ImportJob, *, at: datetime) -> ImportJob:
    """Let what was read be applied. Before the file is read this may be said as well: then it is not asked again.

    Raises:
        ImportCannotDoThat: it runs, or is done.
    """
    job = locked(job, {State.UPLOADED, State.READY})
    job.confirmed_at = at
    if job.state == State.READY:
        return set_to_work(job, at=at)
    job.save(update_fields=["confirmed_at"])
    return job


@transaction.atomic
def cancel(job: ImportJob, *, at: datetime) -> ImportJob:
    """Stop after the chunk in hand. What was imported stays; the job can go on where it stood.

    Raises:
        ImportCannotDoThat: it does not run.
    """
    job = locked(job, {State.READING, State.RUNNING})
    job.state, job.cancel_requested_at = State.CANCELLED, at
    job.save(update_fields=["state", "cancel_requested_at"])
    return job


@transaction.atomic
def go_on(job: ImportJob, *, at: datetime) -> ImportJob:
    """Take a stopped job up again where it stood; one that seems to be at work may be taken up too, harmlessly.

    Raises:
        ImportCannotDoThat: it waits for somebody's word, or is done.
    """
    return set_to_work(locked(job, {State.CANCELLED, State.FAILED, State.READING, State.RUNNING}), at=at)


def set_to_work(job: ImportJob, *, at: datetime) -> ImportJob:
    """Begin a new leg of reading or of applying, on a job whose row the caller has locked."""
    job.state = State.RUNNING if job.read_at else State.READING
    job.error, job.cancel_requested_at = "", None
    job.moved_at = job.leg_started_at = at
    job.leg_started_rows = job.rows_done if job.read_at else job.rows_read
    job.save()
    return job


def locked(job: ImportJob | int, states: Collection[State]) -> ImportJob:
    """The job's row as it is now, locked until commit. Its lock is held for the length of a chunk at most.

    Raises:
        ImportCannotDoThat: it is in none of these states.
    """
    pk = job if isinstance(job, int) else job.pk
    now = ImportJob.objects.select_for_update(no_key=True, of=("self",)).select_related("shop").get(pk=pk)
    if now.state not in states:
        raise ImportCannotDoThat
    return now
