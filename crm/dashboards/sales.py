"""What a period's orders, returns and buyers add up to, step by step: one question to an index each.

Every function takes the `edges` of the steps (crm.dashboards.dashboard.edges): ascending moments, one more than
there are steps. Cancelled orders are out; money is goods sold, without delivery, by currency and never across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from crm.measures.intervals import Sum
from crm.models import Customer

SOLD = """
SELECT width_bucket(placed_at, %(edges)s::timestamptz[]) - 1, currency,
       count(*), sum(goods_amount), sum(goods_amount::float8 ^ 2)
FROM crm_order
WHERE cancelled_at IS NULL AND placed_at >= %(since)s AND placed_at < %(until)s
GROUP BY 1, 2
"""

REFUNDED = """
SELECT width_bucket(returned_at, %(edges)s::timestamptz[]) - 1, currency,
       count(*), sum(amount), sum(amount::float8 ^ 2)
FROM crm_return
WHERE returned_at >= %(since)s AND returned_at < %(until)s
GROUP BY 1, 2
"""

# Orders stay with the id they came with; whoever was merged into somebody is counted as that person. The steps in which
# a person bought are bits of one number, so that a year of orders is gone through once.
BUYERS = """
WITH RECURSIVE same AS (
  SELECT c.id, person.id AS person
  FROM crm_customer c JOIN crm_customer person ON person.id = c.merged_into_id AND person.merged_into_id IS NULL
  UNION ALL
  SELECT c.id, same.person FROM crm_customer c JOIN same ON c.merged_into_id = same.id
), people AS (
  SELECT bit_or(1::bigint << width_bucket(placed_at, %(edges)s::timestamptz[]) - 1) AS steps
  FROM crm_order LEFT JOIN same ON same.id = customer_id
  WHERE cancelled_at IS NULL AND customer_id IS NOT NULL AND placed_at >= %(since)s AND placed_at < %(until)s
  GROUP BY coalesce(same.person, customer_id)
), alike AS (
  SELECT steps, count(*) AS people FROM people GROUP BY steps
)
SELECT step, sum(people)::bigint
FROM alike, generate_series(0, %(count)s - 1) AS step
WHERE steps & (1::bigint << step) <> 0
GROUP BY step
UNION ALL
SELECT NULL, coalesce(sum(people), 0)::bigint FROM alike
"""

NEW_BUYERS = """
SELECT width_bucket(first_order_at, %(edges)s::timestamptz[]) - 1, count(*)
FROM crm_customerfigures
WHERE first_order_at >= %(since)s AND first_order_at < %(until)s
GROUP BY 1
"""

DAYS_OF_PURCHASES = """
SELECT width_bucket(first_purchase_on, %(days)s::date[]) AS first_step,
       width_bucket(second_purchase_on, %(days)s::date[]) AS second_step, count(*)
FROM crm_customerfigures
WHERE first_purchase_on IS NOT NULL
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Amount:
    """So many documents, what they come to, and the sum of the squares (for an interval)."""

    count: int = 0
    total: Decimal = Decimal(0)
    squares: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def less(self, other: Amount) -> Amount:
        """Net of what was given back. Uncertainty adds up, whatever the sign; `count` stays that of the sales."""
        return Amount(self.count, self.total - other.total, self.squares + other.squares)

    @property
    def as_sum(self) -> Sum:
        return Sum(float(self.total), self.count, self.squares)


@dataclass(frozen=True)
class Buyers:
    """Distinct customers who bought, in each step and in all of them together."""

    by_step: list[int]
    in_all: int


Steps = dict[tuple[int, str], Amount]


def sold(edges: Sequence[datetime]) -> Steps:
    """(step, currency) → orders placed in it."""
    return _amounts(SOLD, edges)


def refunded(edges: Sequence[datetime]) -> Steps:
    """(step, currency) → returns and credits of it, whenever the goods were bought."""
    return _amounts(REFUNDED, edges)


def buyers(edges: Sequence[datetime]) -> Buyers:
    """Distinct people with an order. Sales nobody can be found for have no buyer. At most 62 steps."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # a year's buyers in memory, not in files
        found = dict(_asked(BUYERS, {**_within(edges), "count": len(edges) - 1}))
    return Buyers([found.get(step, 0) for step in range(len(edges) - 1)], found[None])


def new_buyers(edges: Sequence[datetime]) -> list[int]:
    """How many customers placed their very first order in each step."""
    found = dict(_asked(NEW_BUYERS, _within(edges)))
    return [found.get(step, 0) for step in range(len(edges) - 1)]


def days_of_purchases(ends: Sequence[date]) -> tuple[dict[int, int], dict[int, int]]:
    """How many customers came to their first, and to their second, day of purchases in each step up to `ends`.

    Step 0 is everything up to ends[0]; what lies after the last end is the step len(ends).
    """
    firsts: dict[int, int] = {}
    seconds: dict[int, int] = {}
    after = [date.fromordinal(end.toordinal() + 1) for end in ends]
    for first, second, count in _asked(DAYS_OF_PURCHASES, {"days": after}):
        firsts[first] = firsts.get(first, 0) + count
        if second is not None:
            seconds[second] = seconds.get(second, 0) + count
    return firsts, seconds


def customers_known() -> int:
    """People: those found to be somebody else, and those forgotten at their wish, are left out."""
    return Customer.objects.filter(Q(merged_into=None) & Q(erased_at=None)).count()


def _amounts(question: str, edges: Sequence[datetime]) -> Steps:
    return {
        (step, currency): Amount(count, total, squares)
        for step, currency, count, total, squares in _asked(question, _within(edges))
    }


def _within(edges: Sequence[datetime]) -> dict[str, Any]:
    return {"edges": list(edges), "since": edges[0], "until": edges[-1]}


def _asked(question: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
