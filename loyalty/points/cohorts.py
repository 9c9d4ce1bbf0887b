"""What became of the points of each month: counted each night from the lots, which know whose earning they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from crm import company
from loyalty.measures.breakage import Aged, Issued
from loyalty.models import Lot, PointsCohort, Programme

# So many lots at a time: no question takes long, however many there are.
AT_ONCE = 200_000

# A lot that was moved to another account carries points that were issued before.
ISSUED = """
SELECT e.programme_id, date_trunc('month', e.occurred_at AT TIME ZONE %(clock)s)::date, sum(l.points)::bigint
FROM loyalty_lot l JOIN loyalty_transaction e ON e.id = l.earned_by_id
WHERE l.id > %(after)s AND l.id <= %(until)s AND l.moved_from_id IS NULL
GROUP BY 1, 2
"""
# Setting points aside and letting go of them adds up to nothing.
USED = """
SELECT programme, month,
       greatest(0, (extract(year FROM used) - extract(year FROM month)) * 12
                   + extract(month FROM used) - extract(month FROM month))::int AS age,
       CASE WHEN kind = 'expire' THEN 'expired' WHEN kind IN ('redeem', 'donate', 'capture', 'restore') THEN 'redeemed'
            ELSE 'taken_back' END AS how, sum(points)::bigint
FROM (
  SELECT e.programme_id AS programme, date_trunc('month', e.occurred_at AT TIME ZONE %(clock)s)::date AS month,
         date_trunc('month', t.occurred_at AT TIME ZONE %(clock)s)::date AS used, t.kind,
         -(u.pending_change + u.remaining_change + u.held_change) AS points
  FROM loyalty_lot l JOIN loyalty_transaction e ON e.id = l.earned_by_id
  JOIN loyalty_lotuse u ON u.lot_id = l.id JOIN loyalty_transaction t ON t.id = u.transaction_id
  WHERE l.id > %(after)s AND l.id <= %(until)s
    AND t.kind IN ('expire', 'redeem', 'donate', 'capture', 'restore', 'reverse', 'adjust')
) each
GROUP BY 1, 2, 3, 4
"""


def count_all(*, at: datetime) -> None:
    """Of every programme. Idempotent; locks nothing that points are written to."""
    issued: Counter[tuple[int, date]] = Counter()
    used: Counter[tuple[int, date, int, str]] = Counter()
    last = Lot.objects.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, last, AT_ONCE):
        within = {"after": after, "until": after + AT_ONCE, "clock": company.current().clock.key}
        issued.update({(programme, month): points for programme, month, points in _asked(ISSUED, within)})
        used.update({(*key, how): points for *key, how, points in _asked(USED, within)})
    _keep(issued, used, at=at)


def cohorts_of(programme: Programme, *, today: date) -> dict[date, Issued]:
    """Month of issue → what was issued and what became of it, up to this month; oldest first. One question."""
    rows: dict[date, dict[int, PointsCohort]] = defaultdict(dict)
    for row in PointsCohort.objects.filter(programme=programme).order_by("month", "age"):
        rows[row.month][row.age] = row
    return {month: _issued(its, _age(month, today)) for month, its in rows.items()}


@transaction.atomic
def _keep(
    issued: Mapping[tuple[int, date], int], used: Mapping[tuple[int, date, int, str], int], *, at: datetime
) -> None:
    rows: dict[tuple[int, date, int], dict[str, int]] = defaultdict(dict)
    for (programme, month), points in issued.items():
        rows[programme, month, 0]["issued"] = points
    for (programme, month, age, how), points in used.items():
        rows[programme, month, age][how] = points
    PointsCohort.objects.all().delete()
    PointsCohort.objects.bulk_create(
        [
            PointsCohort(programme_id=programme, month=month, age=age, counted_at=at, **its)
            for (programme, month, age), its in rows.items()
        ],
        batch_size=1000,
    )


def _issued(rows: Mapping[int, PointsCohort], age: int) -> Issued:
    nothing = PointsCohort()
    ages = [rows.get(place, nothing) for place in range(max(age, *rows) + 1)]
    return Issued(
        points=sum(row.issued for row in rows.values()),
        ages=tuple(Aged(row.redeemed, row.expired, row.taken_back) for row in ages),
    )


def _age(month: date, today: date) -> int:
    return max(0, (today.year - month.year) * 12 + today.month - month.month)


def _asked(question: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
