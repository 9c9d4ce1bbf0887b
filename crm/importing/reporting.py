"""What is in a file and what became of it: lines that add up, and the refused rows with their reasons."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from django.db import connection, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.importing.columns import ColumnMap
from crm.importing.planning import be_patient
from crm.importing.refusals import RowRefusal
from crm.models import ImportedRow, ImportJob

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class What(models.TextChoices):
    SALES = "sales", _("Invoices")
    ANONYMOUS_SALES = "anonymous-sales", _("Invoices without a customer")
    CREDITS = "credits", _("Credits")
    ANONYMOUS_CREDITS = "anonymous-credits", _("Credits without a customer")
    KNOWN = "known", _("Already there")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the report: so many documents of so many rows. Credits have a negative amount."""

    what: str
    documents: int
    rows: int
    amount: Decimal

    @property
    def label(self) -> str:
        return str(What(self.what).label)


@dataclass(frozen=True, kw_only=True)
class RefusedLine:
    reason: str
    rows: int

    @property
    def label(self) -> str:
        return reason_said(self.reason)


@dataclass(frozen=True, kw_only=True)
class Report:
    """File = imported + already there + refused, row by row.

    `attached` and `alone` count the parts of credited rows; they are not known (None) before they are applied.
    """

    rows: int
    lines: list[Line]
    refused: list[RefusedLine]
    customers: int
    attached: int | None = None
    alone: int | None = None

    @property
    def rows_imported(self) -> int:
        return sum(line.rows for line in self.lines if line.what != What.KNOWN)

    @property
    def rows_known(self) -> int:
        return sum(line.rows for line in self.lines if line.what == What.KNOWN)

    @property
    def rows_refused(self) -> int:
        return sum(line.rows for line in self.refused)

    @property
    def adds_up(self) -> bool:
        return self.rows == self.rows_imported + self.rows_known + self.rows_refused

    def line(self, what: str) -> Line:
        empty = Line(what=what, documents=0, rows=0, amount=Decimal(0))
        return next((line for line in self.lines if line.what == what), empty)

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        for line in kept["lines"]:
            line["amount"] = format(line["amount"], "f")
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(
            **{
                **kept,
                "lines": [Line(**{**line, "amount": Decimal(line["amount"])}) for line in kept["lines"]],
                "refused": [RefusedLine(**line) for line in kept["refused"]],
            }
        )


# Behind the cursor, what is not marked as known was imported. What is still ahead counts as what it will be: known
# where the shop has it, to be imported otherwise. What the shop has is read once, and only if somebody asks.
DOCUMENTS = """
SELECT CASE WHEN is_known THEN 'known'
            WHEN kind = 'sale' THEN CASE WHEN is_anonymous THEN 'anonymous-sales' ELSE 'sales' END
            ELSE CASE WHEN is_anonymous THEN 'anonymous-credits' ELSE 'credits' END END AS what,
       count(*), sum(rows_count), sum(CASE WHEN kind = 'sale' THEN amount ELSE -amount END)
FROM (
  SELECT kind, rows_count, amount, customer_ref = '' AS is_anonymous,
         CASE WHEN number <= %(done)s THEN outcome = 'known'
              WHEN kind = 'sale' THEN reference IN (SELECT external_id FROM crm_order WHERE shop_id = %(shop)s)
              ELSE reference IN (SELECT external_id FROM crm_return WHERE shop_id = %(shop)s) END AS is_known
  FROM crm_importeddocument WHERE job_id = %(job)s AND refusal = ''
) AS documents GROUP BY 1
"""

REFUSED = """
SELECT refusal, count(*) FROM crm_importedrow WHERE job_id = %(job)s AND refusal <> ''
GROUP BY refusal ORDER BY count(*) DESC, refusal
"""

CUSTOMERS = """
SELECT count(DISTINCT customer_ref) FROM crm_importeddocument
WHERE job_id = %(job)s AND refusal = '' AND customer_ref <> ''
"""

PIECES = """
SELECT count(l.order_line_id), count(*) - count(l.order_line_id)
FROM crm_importeddocument d
JOIN crm_return r ON r.shop_id = %(shop)s AND r.external_id = d.reference
JOIN crm_returnline l ON l.goods_return_id = r.id
WHERE d.job_id = %(job)s AND d.kind = 'credit' AND d.number <= %(done)s AND d.outcome <> 'known' AND d.refusal = ''
"""


def report(job: ImportJob) -> Report:
    """The report of a job that was read: what will happen before it does, what happened afterwards."""
    if job.outcome:
        return Report.from_json(job.outcome)
    values = {"job": job.pk, "shop": job.shop_id, "done": job.documents_done}
    with transaction.atomic(), connection.cursor() as cursor:
        be_patient(cursor)
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(DOCUMENTS, values)
        found = {what: Line(what=what, documents=n, rows=rows, amount=sum_) for what, n, rows, sum_ in cursor}
        cursor.execute(REFUSED, values)
        refused = [RefusedLine(reason=reason, rows=rows) for reason, rows in cursor]
        cursor.execute(CUSTOMERS, values)
        (customers,) = cursor.fetchone()
        attached, alone = None, None
        if job.documents_done:
            cursor.execute(PIECES, values)
            attached, alone = cursor.fetchone()
    return Report(
        rows=job.rows_total,
        lines=[found[what] for what in What.values if what in found],
        refused=refused,
        customers=customers,
        attached=attached,
        alone=alone,
    )


def reason_said(reason: str) -> str:
    return str(RowRefusal(reason).label) if reason in RowRefusal.values else reason


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def refused_rows(job: ImportJob) -> Iterator[str]:
    """A CSV of the refused rows, in the order of the file, each with its number there and the reason."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow([gettext("Row"), gettext("Reason"), *map(harmless, job.header)])
    refused = ImportedRow.objects.filter(job=job).exclude(refusal="").order_by("line_number")
    for row in refused.iterator(chunk_size=1000):
        cells = row.cells or _as_read(row, job)
        yield writer.writerow([row.line_number, reason_said(row.refusal), *map(harmless, cells)])


def _as_read(row: ImportedRow, job: ImportJob) -> list[str]:
    """The cells of a row that was fit to be imported by itself, from what was read of it."""
    cells = [""] * len(job.header)
    for name, place in ColumnMap.from_json(job.mapping).positions.items():
        cells[place] = str(getattr(row, name))
    return cells


def harmless(cell: str) -> str:
    """A spreadsheet would run a cell that begins like a formula; numbers stay what they are."""
    if not cell.startswith(FORMULA_BEGINS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
