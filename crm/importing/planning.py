"""What was read is planned: of orders, a document for each invoice and credit, numbered by date."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.importing import jobs
from crm.importing.kinds import kind_of
from crm.importing.layouts import layout_named
from crm.models import ImportedDocument, ImportJob

LARGEST_SUM = 10**12

# An invoice is as old as its earliest row: some were typed over two minutes. Its rows need not stand together.
DOCUMENTS = """
INSERT INTO crm_importeddocument
  (job_id, number, kind, reference, customer_ref, occurred_at, rows_count, amount, refusal, outcome)
SELECT %(job)s, row_number() OVER (ORDER BY min(occurred_at), kind DESC, reference), kind, reference,
       max(customer_ref), min(occurred_at), count(*), least(sum(amount), %(largest)s - 1),
       CASE
         WHEN min(customer_ref) FILTER (WHERE customer_ref <> '') <> max(customer_ref) THEN 'two-customers'
         WHEN sum(amount) >= %(largest)s THEN 'sum-too-large'
         WHEN kind = 'sale' AND max(customer_ref) = '' AND sum(amount) = 0 THEN 'nothing-sold'
         ELSE ''
       END, ''
FROM crm_importedrow WHERE job_id = %(job)s AND refusal = ''
GROUP BY kind, reference
"""

REFUSED = """
SELECT kind, refusal, array_agg(reference) FROM crm_importeddocument
WHERE job_id = %(job)s AND refusal <> '' GROUP BY kind, refusal
"""

# No join: nothing is known yet about rows that were just written, and a plan made in ignorance can take hours.
REFUSE_THEIR_ROWS = """
UPDATE crm_importedrow SET refusal = %(refusal)s
WHERE job_id = %(job)s AND kind = %(kind)s AND refusal = '' AND reference = ANY (%(references)s)
"""

COUNT = """
UPDATE crm_importjob SET
  rows_total = (SELECT count(*) FROM crm_importedrow WHERE job_id = %(job)s),
  rows_refused = (SELECT count(*) FROM crm_importedrow WHERE job_id = %(job)s AND refusal <> ''),
  rows_done = (SELECT count(*) FROM crm_importedrow WHERE job_id = %(job)s AND refusal <> ''),
  documents_total = (SELECT count(*) FROM crm_importeddocument WHERE job_id = %(job)s),
  percent_read = 100
WHERE id = %(job)s
"""

# The name a product goes by most often; of two as frequent, the one that comes first in the alphabet.
PRODUCTS = """
INSERT INTO crm_product (sku, name, brand, unit_cost_currency, is_active, created_at, updated_at)
SELECT DISTINCT ON (sku) sku, coalesce(nullif(name, ''), sku), '', '', true, %(at)s, %(at)s
FROM (
  SELECT sku, name, count(*) AS times FROM crm_importedrow
  WHERE job_id = %(job)s AND refusal = '' AND kind = 'sale' GROUP BY sku, name
) AS names
WHERE sku <> ALL (%(not_goods)s)
ORDER BY sku, name = '', times DESC, name
ON CONFLICT (sku) DO NOTHING
"""


@transaction.atomic
def plan(job: ImportJob, *, at: datetime) -> ImportJob:
    """All is read: let the kind of the job plan it. Then the job is ready, or runs if confirmed.

    Idempotent. Locks the job.

    Raises:
        ImportCannotDoThat: somebody stopped the job.
    """
    job = jobs.locked(job, {jobs.State.READING})
    with connection.cursor() as cursor:
        be_patient(cursor)
    kind_of(job).plan(job)
    job.refresh_from_db()
    job.read_at = job.moved_at = at
    if job.confirmed_at:
        return jobs.set_to_work(job, at=at)
    job.state = jobs.State.READY
    job.save(update_fields=["read_at", "moved_at", "state"])
    return job


def plan_documents(job: ImportJob) -> None:
    """Number the documents by date and refuse those that are no sales."""
    ImportedDocument.objects.filter(job=job).delete()
    values = {"job": job.pk, "largest": LARGEST_SUM}
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, values)
        cursor.execute(REFUSED, values)
        for kind, refusal, references in cursor.fetchall():
            found = {"kind": kind, "refusal": refusal, "references": references}
            cursor.execute(REFUSE_THEIR_ROWS, {**values, **found})
        cursor.execute(COUNT, values)


@transaction.atomic
def make_catalogue(job: ImportJob, *, at: datetime) -> None:
    """Products for the codes that were sold and are not known yet. Idempotent; a transaction of its own, so that
    nobody who adds the same code waits for more than this."""
    not_goods = sorted(layout_named(job.layout).not_goods)
    with connection.cursor() as cursor:
        be_patient(cursor)
        cursor.execute(PRODUCTS, {"job": job.pk, "not_goods": not_goods, "at": at})


def be_patient(cursor: object) -> None:
    """A whole file in one statement takes longer than a page may."""
    cursor.execute("SET LOCAL statement_timeout = '15min'")  # type: ignore[attr-defined]
