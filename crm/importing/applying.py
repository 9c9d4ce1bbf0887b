"""A chunk of documents becomes orders, returns and facts, in one transaction that moves the job's cursor too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from crm import timeline
from crm.importing import jobs
from crm.importing.credits import keep_credits
from crm.importing.introducing import introduce
from crm.importing.layouts.base import CREDIT, SALE
from crm.importing.sales import keep_sales
from crm.models import ImportedDocument, ImportJob
from crm.timeline import Told

# So many that nobody else waits long for what the chunk has locked.
DOCUMENTS_AT_ONCE = 100
ROWS_AT_ONCE = 4_000


def apply_next(job: ImportJob, *, at: datetime) -> ImportJob:
    """Apply the next chunk of documents; the job comes back with its cursor behind it.

    Documents that are known already are left as they stand. Two that apply the same job do it harmlessly: the second
    finds the cursor moved, does nothing, and goes on from there. Customers' rows are locked last, for the recording.

    Raises:
        ImportCannotDoThat: somebody stopped the job.
    """
    documents = _next_documents(job)
    customers = introduce(job, _accepted(documents), at=at)
    return _apply(job, documents, customers, at=at)


@transaction.atomic
def _apply(
    job: ImportJob, documents: Sequence[ImportedDocument], customers: Mapping[str, int], *, at: datetime
) -> ImportJob:
    stood_at = job.documents_done
    job = jobs.locked(job, {jobs.State.RUNNING})
    if job.documents_done != stood_at:
        return job
    accepted = _accepted(documents)
    sales, of_sales = keep_sales(job, [one for one in accepted if one.kind == SALE], customers, at=at)
    credits, of_credits = keep_credits(job, [one for one in accepted if one.kind == CREDIT], customers, at=at)
    _mark_known(job, accepted, fresh=[*sales, *credits])
    job.documents_done = documents[-1].number if documents else job.documents_total
    job.rows_done += sum(document.rows_count for document in accepted)
    job.moved_at = at
    job.save(update_fields=["documents_done", "rows_done", "moved_at"])
    _check_constraints()
    timeline.record_all(_by_date(of_sales, of_credits))
    return job


def _next_documents(job: ImportJob) -> list[ImportedDocument]:
    waiting = ImportedDocument.objects.filter(job=job, number__gt=job.documents_done).order_by("number")
    found: list[ImportedDocument] = []
    rows = 0
    for document in waiting[:DOCUMENTS_AT_ONCE]:
        rows += document.rows_count
        if found and rows > ROWS_AT_ONCE:
            break
        found.append(document)
    return found


def _accepted(documents: Sequence[ImportedDocument]) -> list[ImportedDocument]:
    return [document for document in documents if not document.refusal]


def _mark_known(
    job: ImportJob, documents: Sequence[ImportedDocument], *, fresh: Sequence[ImportedDocument]
) -> None:
    """Behind the cursor, what is not marked was imported."""
    known = {document.number for document in documents} - {document.number for document in fresh}
    if known:
        ImportedDocument.objects.filter(job=job, number__in=known).update(
            outcome=ImportedDocument.Outcome.KNOWN
        )


def _check_constraints() -> None:
    """Thousands of foreign keys would be checked at the commit, while customers are locked: check them before."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _by_date(of_sales: Sequence[Told], of_credits: Sequence[Told]) -> list[Told]:
    """Sales before credits of the same minute, placed before paid: sorting keeps the order of what is equal."""
    return sorted([*of_sales, *of_credits], key=lambda told: told.occurred_at)
