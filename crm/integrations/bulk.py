"""Many writes of a shop at once: taken in, worked off one by one in the background, each with a result of its own.

A job's row is its cursor: it moves in the transaction of what it counts. So a worker that dies loses nothing, one that
comes after it goes on at the next item, and two at once do nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm import audit
from crm.models import BulkJob, BulkResult, Shop

MOST_ITEMS = 1000
KEPT_FOR = timedelta(days=7)
FORGOTTEN_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one item: as the API would have answered it alone."""

    status: int
    thing_id: int | None = None
    problem: dict[str, Any] | None = None


# Does one item of the job, in a savepoint of its own: whatever goes wrong is an outcome too.
Act = Callable[[BulkJob, int, datetime], Outcome]


@transaction.atomic
def take_in(
    *, shop: Shop, key_pk: int, kind: str, body: str, count: int, language: str, at: datetime
) -> BulkJob:
    """Keep what was sent, to be worked off later. `body` is `count` items as JSON; problems are told in `language`."""
    return BulkJob.objects.create(
        shop=shop,
        key_id=key_pk,
        kind=kind,
        body=body,
        language=language,
        items_total=count,
        created_at=at,
        moved_at=at,
    )


@transaction.atomic
def do_next(job: BulkJob, act: Act, *, at: datetime) -> BulkJob:
    """Do the next item, as the key that sent it, and keep its result. The job comes back as it stands then.

    Locks the job's row until the item is done: whoever stops the job waits for that, and two workers for one another.
    Does nothing to a job that is over, or has moved on since `job` was read.
    """
    stood_at = job.items_done
    job = _locked(job.pk)
    if job.is_over or job.items_done != stood_at:
        return job
    audit.act_as_key(job.key.prefix)
    outcome = act(job, job.items_done, at)
    BulkResult.objects.create(
        job=job,
        number=job.items_done,
        status=outcome.status,
        thing_id=outcome.thing_id,
        problem=outcome.problem,
    )
    job.items_done += 1
    job.items_failed += outcome.problem is not None
    job.moved_at = at
    job.save(update_fields=["items_done", "items_failed", "moved_at"])
    if job.items_done == job.items_total:
        job.finished_at, job.body = at, ""
        job.save(update_fields=["finished_at", "body"])
    return job


@transaction.atomic
def cancel(job: BulkJob, *, at: datetime) -> BulkJob:
    """Stop after the item in hand: what is done stays, the rest is never begun. A job that is over stays as it is."""
    job = _locked(job.pk)
    if not job.is_over:
        job.cancelled_at, job.body = at, ""
        job.save(update_fields=["cancelled_at", "body"])
    return job


def cancel_all_of(keys: list[int], *, at: datetime) -> int:
    """Whatever these keys sent and nobody has done yet is not done any more."""
    return BulkJob.objects.at_work().filter(key__in=keys).update(cancelled_at=at, body="")


def forget(*, at: datetime) -> None:
    """Forget jobs that were taken in longer than KEPT_FOR ago, in short transactions."""
    while True:
        old = BulkJob.objects.filter(created_at__lt=at - KEPT_FOR).exclude(pk__in=BulkJob.objects.at_work())
        chunk = list(old.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
        if not chunk:
            return
        BulkJob.objects.filter(pk__in=chunk).delete()


def _locked(pk: int) -> BulkJob:
    """Without its body: megabytes, which are read once, not at each item."""
    locked = BulkJob.objects.select_for_update(no_key=True, of=("self",)).select_related("shop", "key")
    return locked.defer("body").get(pk=pk)
