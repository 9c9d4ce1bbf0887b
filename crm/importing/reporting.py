"""What is in a file and what became of it: the report of a job, and its refused rows with their reasons."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils.translation import gettext

from crm.importing.kinds import kind_of
from crm.importing.planning import be_patient
from crm.importing.report import Line, RefusedLine, Report, What, reason_said
from crm.models import ImportedRow, ImportJob

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

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
    return Report.from_json(job.outcome) if job.outcome else kind_of(job).report(job)


def report_on_documents(job: ImportJob) -> Report:
    values = {"job": job.pk, "shop": job.shop_id, "done": job.documents_done}
    with transaction.atomic(), connection.cursor() as cursor:
        be_patient(cursor)
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(DOCUMENTS, values)
        found = {what: Line(what=what, documents=n, rows=rows, amount=sum_) for what, n, rows, sum_ in cursor}
        refused = refused_lines(job)
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


def refused_lines(job: ImportJob) -> list[RefusedLine]:
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, {"job": job.pk})
        return [RefusedLine(reason=reason, rows=rows) for reason, rows in cursor.fetchall()]


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def refused_rows(job: ImportJob) -> Iterator[str]:
    """A CSV of the refused rows, in the order of the file, each with its number there and the reason."""
    writer, kind = csv.writer(Echo()), kind_of(job)
    yield "\ufeff"
    yield writer.writerow([gettext("Row"), gettext("Reason"), *map(harmless, job.header)])
    refused = ImportedRow.objects.filter(job=job).exclude(refusal="").order_by("line_number")
    for row in refused.iterator(chunk_size=1000):
        cells = kind.cells_of(row, job)
        yield writer.writerow([row.line_number, reason_said(row.refusal), *map(harmless, cells)])


def harmless(cell: str) -> str:
    """A spreadsheet would run a cell that begins like a formula; numbers stay what they are."""
    if not cell.startswith(FORMULA_BEGINS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
