"""Who counts, one at a time, and who waits to be counted before the night: see crm.worth.following."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import OperationalError, connection, transaction

from crm.models import CustomerToValue, CustomerWorth

VALUING = 7231  # the advisory lock of whoever values

QUEUE = """
INSERT INTO crm_customertovalue AS q (customer_id, turn, since)
SELECT id, 1, %(at)s FROM crm_customer WHERE id = ANY (%(ids)s) ORDER BY id
ON CONFLICT (customer_id) DO UPDATE SET turn = q.turn + 1
"""
SERVED = """
DELETE FROM crm_customertovalue q USING unnest(%s::bigint[], %s::bigint[]) AS done(customer, turn)
WHERE q.customer_id = done.customer AND q.turn = done.turn
"""


@contextmanager
def alone(*, patience_seconds: int = 0) -> Iterator[bool]:
    """Whether nobody else is at it, after waiting for so long. Held by the session, over many transactions."""
    free = _taken_within(patience_seconds) if patience_seconds else _taken()
    try:
        yield free
    finally:
        if free and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [VALUING])


def _taken() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [VALUING])
        return bool(cursor.fetchone()[0])


def _taken_within(seconds: int) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
            cursor.execute("SELECT pg_advisory_lock(%s)", [VALUING])
    except OperationalError:
        return False
    return True


def queue(ids: Collection[int], *, at: datetime) -> None:
    """These customers are to be counted again. Repeats do no harm; locks their rows of the queue."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(QUEUE, {"ids": sorted(ids), "at": at})


def queue_who_is_ahead(of: date, *, at: datetime) -> None:
    """Whoever was counted for a later day is counted for it again, once everybody was counted for this one."""
    queue(list(CustomerWorth.objects.filter(as_of__gt=of).values_list("pk", flat=True)), at=at)


def waiting(many: int) -> list[CustomerToValue]:
    """The next of them, as they came."""
    return list(CustomerToValue.objects.order_by("since", "customer_id")[:many])


def served(those: Sequence[CustomerToValue]) -> None:
    """Whoever was queued anew meanwhile stays in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(SERVED, [[one.customer_id for one in those], [one.turn for one in those]])
