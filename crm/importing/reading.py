"""The file's rows go into staging, read or refused, a batch to a transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from crm.importing import jobs
from crm.importing.columns import ColumnMap
from crm.importing.files import Kind, Rows, rows_of
from crm.importing.layouts import layout_named
from crm.importing.layouts.base import RowRefused
from crm.importing.refusals import RowRefusal
from crm.importing.rows import RowReader
from crm.models import ImportJob

BATCH = 10_000
COPY = """
COPY crm_importedrow (job_id, line_number, kind, reference, customer_ref, occurred_at, sku, name, quantity,
                      unit_price, amount, refusal, cells) FROM STDIN
"""
NOTHING_READ = ("", "", "", None, "", "", None, None, None)

as_json = json.JSONEncoder(ensure_ascii=False).encode
Staged = tuple[Any, ...]


def stage(job: ImportJob, path: Path, kind: Kind, *, clock: Callable[[], datetime]) -> Iterator[ImportJob]:
    """Read on from where the job stands, to the end of the file; gives the job after each batch.

    A batch and the number of the last row in it are committed together. Two that read the same job do it harmlessly:
    whoever comes second with a batch finds it there.

    Raises:
        ImportCannotDoThat: somebody stopped the job.
    """
    rows = rows_of(path, kind)
    staged = _staged(job, rows)
    while batch := list(islice(staged, BATCH)):
        yield _keep(job, batch, share_read=rows.share_read, at=clock())


def _staged(job: ImportJob, rows: Rows) -> Iterator[Staged]:
    reader = RowReader(
        layout_named(job.layout),
        ColumnMap.from_json(job.mapping),
        zone=ZoneInfo(job.time_zone),
        width=len(job.header),
        at=job.created_at,
    )
    begin_after = max(job.rows_read, 1)
    for number, cells in rows:
        if number > begin_after:
            yield _as_staged(job.pk, number, cells, reader)


def _as_staged(job_pk: int, number: int, cells: Sequence[str] | None, reader: RowReader) -> Staged:
    written = as_json(cells or [])
    try:
        if cells is None:
            raise RowRefused(RowRefusal.BROKEN)
        return (job_pk, number, *reader.read(cells), "", written)
    except RowRefused as refused:
        return (job_pk, number, *NOTHING_READ, refused.reason.value, written)


@transaction.atomic
def _keep(job: ImportJob, batch: Sequence[Staged], *, share_read: float, at: datetime) -> ImportJob:
    job = jobs.locked(job, {jobs.State.READING})
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in batch:
            if row[1] > job.rows_read:
                copy.write_row(row)
    job.rows_read = max(job.rows_read, batch[-1][1])
    job.percent_read = max(job.percent_read, int(100 * share_read))
    job.moved_at = at
    job.save(update_fields=["rows_read", "percent_read", "moved_at"])
    return job
