"""A night's valuation: everybody is counted, the company is fitted, everybody is judged. In short transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection

from crm.models import CustomerWorth, Valuation
from crm.worth import counting, fitting, judging
from crm.worth.counting import Gaps

CHUNK = 1000
VALUING = 7231  # the advisory lock of whoever values


def value_everybody(
    *,
    as_of: date,
    horizon_days: int,
    clock: str,
    at: datetime,
    heard: Callable[[int], object] = lambda done: None,
) -> Valuation | None:
    """What every customer is worth at the end of the day `as_of`; None while somebody else is at it, and
    for a day before the latest one that was counted.

    Idempotent for a day: what was counted is counted anew, cut points of a month and stages entered stay. Killed in the
    middle, it leaves whole chunks behind, and the next night goes over all of them. `clock`: of the company.
    Locks rows of CustomerWorth alone, a chunk at a time.
    """
    with _alone() as free:
        if not free or Valuation.objects.filter(as_of__gt=as_of).exists():
            return None
        valuation = _begun(as_of, horizon_days, at)
        gaps = _count_everybody(valuation, clock, at=at, heard=heard)
        valuation.usual_gaps = fitting.usual_gaps(gaps)
        fitting.freeze_cut_points(as_of=as_of, at=at)
        _judge_everybody(valuation)
        valuation.finished_at = at
        valuation.save()
        return valuation


def _begun(as_of: date, horizon_days: int, at: datetime) -> Valuation:
    """An empty row of the day: nothing of an earlier try is left in it."""
    known = Valuation.objects.filter(as_of=as_of).values_list("pk", flat=True).first()
    valuation = Valuation(pk=known, as_of=as_of, horizon_days=horizon_days, started_at=at)
    valuation.save()
    return valuation


def _count_everybody(
    valuation: Valuation, clock: str, *, at: datetime, heard: Callable[[int], object]
) -> Gaps:
    gaps: Gaps = Counter()
    after = 0
    while people := counting.bought(after, many=CHUNK, as_of=valuation.as_of, clock=clock):
        counting.keep(people, as_of=valuation.as_of, horizon_days=valuation.horizon_days, at=at)
        gaps.update(counting.gaps_of(people))
        valuation.customers += len(people)
        valuation.buyers += sum(bool(one.days) for one in people)
        after = people[-1].customer_id
        heard(valuation.customers)
    # Merged into somebody since, or forgotten: told as the other person, or not at all.
    CustomerWorth.objects.exclude(as_of=valuation.as_of).delete()
    return gaps


def _judge_everybody(valuation: Valuation) -> None:
    purchases = fitting.fit(valuation)
    by = judging.Company(
        as_of=valuation.as_of,
        horizon_days=valuation.horizon_days,
        spend=fitting.fit_amounts(valuation),
        currency=valuation.currency,
        cuts=fitting.cuts_of(valuation.as_of),
        usual_gaps=valuation.usual_gaps,
        purchases=purchases,
    )
    after = 0
    while people := list(CustomerWorth.objects.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        judging.judge(people, by)
        after = people[-1].pk


@contextmanager
def _alone() -> Iterator[bool]:
    """Held by the session, over many transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [VALUING])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [VALUING])
