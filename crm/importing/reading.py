"""The file's rows go into staging, read or refused, a batch to a transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from django.db import connection, transaction

from crm.importing import jobs
from crm.importing.files import Kind, Rows, rows_of
from crm.importing.kinds import kind_of
from crm.importing.kinds.base import NOTHING_READ, Reader, Staged
from crm.importing.layouts.base import RowRefused
from crm.importing.planning import be_patient
from crm.importing.refusals import RowRefusal
from crm.models import ImportJob

BATCH = 5_000
COPY = """
COPY crm_importedrow (job_id, line_number, kind, reference, customer_ref, occurred_at, sku, name, quantity,
                      unit_price, amount, refusal, cells, outcome) FROM STDIN
"""

as_json = json.JSONEncoder(ensure_ascii=False).encode


def stage(job: ImportJob, path: Path, kind: Kind, *, clock: Callable[[], datetime]) -> Iterator[ImportJob]:
    """Read on from where the job stands, to the end of the file; gives the job after each batch.

    A batch and the number of the last row in it are committed together. Two that read the same job do it harmlessly:
    whoever comes second with a batch finds it there.

    Raises:
        ImportCannotDoThat: somebody stopped the job.
    """
    rows, bringing = rows_of(path, kind), kind_of(job)
    reader = bringing.reader(job)
    staged = _staged(job, rows, reader)
    for first in staged:
        batch = bringing.foreseen(job, chain([first], islice(staged, BATCH - 1)), reader)
        job = _keep(job, batch, rows, clock=clock)
        yield job


def _staged(job: ImportJob, rows: Rows, reader: Reader) -> Iterator[Staged]:
    begin_after = max(job.rows_read, 1)
    for number, cells in rows:
        if number > begin_after:
            yield _as_staged(job.pk, number, cells, reader)


def _as_staged(job_pk: int, number: int, cells: Sequence[str] | None, reader: Reader) -> Staged:
    """The cells are kept of refused rows, and where the reader asks for it."""
    try:
        if cells is None:
            raise RowRefused(RowRefusal.BROKEN)
        row = reader.read(cells)
        return (job_pk, number, *row, "", as_json(cells) if reader.keeps_cells(row) else "[]", "")
    except RowRefused as refused:
        return (job_pk, number, *NOTHING_READ, refused.reason.value, as_json(cells or []), "")


@transaction.atomic
def _keep(job: ImportJob, batch: Iterable[Staged], rows: Rows, *, clock: Callable[[], datetime]) -> ImportJob:
    """Rows are read while the server takes those before them."""
    job = jobs.locked(job, {jobs.State.READING})
    with connection.cursor() as cursor:
        be_patient(cursor)
        with cursor.copy(COPY) as copy:
            for row in batch:
                number = row[1]
                if number > job.rows_read:
                    copy.write_row(row)
                    job.rows_read = number
    job.percent_read = max(job.percent_read, int(100 * rows.share_read))
    job.moved_at = clock()
    job.save(update_fields=["rows_read", "percent_read", "moved_at"])
    return job
