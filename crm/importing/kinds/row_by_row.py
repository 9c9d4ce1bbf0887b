"""Kinds of files in which every row stands for itself: a person, a product, a balance."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Generic, TypeAlias, TypeVar

from django.db import connection, transaction
from django.db.models import Q

from crm.importing import jobs
from crm.importing.kinds.base import NOTHING_READ, Kind, ReadValues, Staged
from crm.importing.layouts.base import RowRefused
from crm.importing.refusals import RowRefusal
from crm.importing.report import Line, RefusedLine, Report, What
from crm.models import ImportedRow, ImportJob

Outcome = ImportedRow.Outcome
Record = TypeVar("Record")
Verdict: TypeAlias = ImportedRow.Outcome | RowRefusal
# The values of these in a staged row.
NUMBER, REFUSAL, CELLS, OUTCOME = 1, -3, -2, -1

COUNT = """
UPDATE crm_importjob SET
  rows_total = counted.all, rows_refused = counted.refused, rows_done = counted.refused,
  documents_total = counted.last, percent_read = 100
FROM (
  SELECT count(*) AS all, count(*) FILTER (WHERE refusal <> '') AS refused,
         coalesce(max(line_number) FILTER (WHERE refusal = ''), 0) AS last
  FROM crm_importedrow WHERE job_id = %(job)s
) AS counted WHERE id = %(job)s
"""

# What somebody who was erased had in the file goes at once; of other refused rows the cells are what has to be mended.
SAY = """
UPDATE crm_importedrow r
SET outcome = said.outcome, refusal = said.refusal,
    cells = CASE WHEN said.refusal = 'erased' THEN '[]' ELSE r.cells END,
    customer_ref = CASE WHEN said.refusal = 'erased' THEN '' ELSE r.customer_ref END
FROM unnest(%(numbers)s::int[], %(outcomes)s::text[], %(refusals)s::text[]) AS said(number, outcome, refusal)
WHERE r.job_id = %(job)s AND r.line_number = said.number
"""


class RecordReader(Generic[Record]):
    """Reads a row into a record of its kind."""

    def record(self, cells: Sequence[str]) -> Record:
        """Raises RowRefused."""
        raise NotImplementedError

    def customer_ref(self, record: Record) -> str:
        """Whose row it is, if it is known by the shop's own number: erasing the person empties it."""
        return ""

    def read(self, cells: Sequence[str]) -> ReadValues:
        reference = self.customer_ref(self.record(cells))
        return (*NOTHING_READ[:2], reference, *NOTHING_READ[3:])

    def keeps_cells(self, row: ReadValues) -> bool:
        """Rows are read once more when they are applied: what they say is kept in one form only."""
        return True


class RowByRow(Kind, Generic[Record]):
    """`rows_at_once`: so many that nobody else waits long for what a chunk has locked.

    `repeat`: what becomes of a row that shares a key with a new one before it.
    """

    rows_at_once: ClassVar[int] = 200
    repeat: ClassVar[ImportedRow.Outcome] = Outcome.ADDED

    @abstractmethod
    def reader(self, job: ImportJob) -> RecordReader[Record]: ...

    @abstractmethod
    def keys(self, record: Record) -> Collection[Hashable]:
        """By what rows are about the same: those that share a key are kept one after another."""

    @abstractmethod
    def foresee(self, job: ImportJob, records: Mapping[int, Record]) -> Mapping[int, Verdict]:
        """What will become of each row, by its number, as things stand. Writes and locks nothing."""

    @abstractmethod
    def keep(self, job: ImportJob, records: Mapping[int, Record], *, at: datetime) -> Mapping[int, Verdict]:
        """Write what is news, and say what became of each row. No two of the rows share a key."""

    def foreseen(
        self, job: ImportJob, batch: Iterable[Staged], reader: RecordReader[Record]
    ) -> Iterator[Staged]:
        """Foresee each row. What an earlier one of the batch will bring in is not new to a later one."""
        rows = list(batch)
        records: dict[int, Record] = {
            row[NUMBER]: reader.record(json.loads(row[CELLS])) for row in rows if not row[REFUSAL]
        }
        verdicts = dict(self.foresee(job, records))
        repeats = (number for turn in in_turns(records, self.keys)[1:] for number in turn)
        verdicts |= {number: self.repeat for number in repeats if verdicts[number] == Outcome.NEW}
        return (_as_foreseen(row, verdicts.get(row[NUMBER])) for row in rows)

    def plan(self, job: ImportJob) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"job": job.pk})

    @transaction.atomic
    def apply_next(self, job: ImportJob, *, at: datetime) -> ImportJob:
        stood_at = job.documents_done
        job = jobs.locked(job, {jobs.State.RUNNING})
        if job.documents_done != stood_at:
            return job
        rows = self._next_rows(job)
        verdicts = self._apply(job, rows, at=at)
        _say(job, verdicts)
        job.documents_done = rows[-1].line_number if rows else job.documents_total
        job.rows_done += len(rows)
        job.rows_refused += sum(isinstance(verdict, RowRefusal) for verdict in verdicts.values())
        job.moved_at = at
        job.save(update_fields=["documents_done", "rows_done", "rows_refused", "moved_at"])
        return job

    def report(self, job: ImportJob) -> Report:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT outcome, count(*) FROM crm_importedrow WHERE job_id = %s AND refusal = '' GROUP BY 1",
                [job.pk],
            )
            counted: dict[str, int] = dict(cursor.fetchall())
            cursor.execute(
                "SELECT refusal, count(*) FROM crm_importedrow WHERE job_id = %s AND refusal <> ''"
                " GROUP BY 1 ORDER BY 2 DESC, 1",
                [job.pk],
            )
            refused = [RefusedLine(reason=reason, rows=rows) for reason, rows in cursor.fetchall()]
        lines = [Line(what=what, rows=counted[what]) for what in What.values if what in counted]
        return Report(rows=job.rows_total, lines=lines, refused=refused)

    def _next_rows(self, job: ImportJob) -> list[ImportedRow]:
        waiting = ImportedRow.objects.filter(Q(job=job, refusal="", line_number__gt=job.documents_done))
        return list(waiting.order_by("line_number")[: self.rows_at_once])

    def _apply(self, job: ImportJob, rows: Sequence[ImportedRow], *, at: datetime) -> dict[int, Verdict]:
        reader, records = self.reader(job), {}
        verdicts: dict[int, Verdict] = {}
        for row in rows:
            try:
                records[row.line_number] = reader.record(row.cells)
            except RowRefused:
                verdicts[row.line_number] = (
                    RowRefusal.ERASED
                )  # it could be read before, and was emptied since
        for turn in in_turns(records, self.keys):
            verdicts |= self.keep(job, turn, at=at)
        return verdicts


def in_turns(
    records: Mapping[int, Record], keys_of: Callable[[Record], Collection[Hashable]]
) -> list[dict[int, Record]]:
    """The rows in turns, in each of which no two share a key; rows that share one keep their order."""
    turn_of: dict[Hashable, int] = {}
    turns: list[dict[int, Record]] = []
    for number, record in records.items():
        keys = keys_of(record)
        turn = max((turn_of[key] + 1 for key in keys if key in turn_of), default=0)
        turn_of |= dict.fromkeys(keys, turn)
        if turn == len(turns):
            turns.append({})
        turns[turn][number] = record
    return turns


def _as_foreseen(row: Staged, verdict: Verdict | None) -> Staged:
    if verdict is None:
        return row
    if isinstance(verdict, RowRefusal):
        is_erased = verdict == RowRefusal.ERASED
        kept = "[]" if is_erased else row[CELLS]
        return (*row[:2], *NOTHING_READ, verdict.value, kept, "")
    return (*row[:OUTCOME], verdict.value)


def _say(job: ImportJob, verdicts: Mapping[int, Verdict]) -> None:
    refused = [verdict if isinstance(verdict, RowRefusal) else "" for verdict in verdicts.values()]
    outcomes = ["" if isinstance(verdict, RowRefusal) else verdict for verdict in verdicts.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            SAY,
            {
                "job": job.pk,
                "numbers": list(verdicts),
                "outcomes": [str(one) for one in outcomes],
                "refusals": [str(one) for one in refused],
            },
        )
