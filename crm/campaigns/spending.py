"""What people spent within some days: how many bought, what it comes to, and its squares, zero buyers included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.measures.lift import Group

# Orders stay with the id they came with; whoever was merged into somebody is counted as that person, and once, on the
# side where they first stood. Money is goods less refunds of the same days, in one currency; an order in another one
# makes a buyer all the same.
SPENT = """
WITH RECURSIVE same AS (
  SELECT c.id, person.id AS person
  FROM crm_customer c JOIN crm_customer person ON person.id = c.merged_into_id AND person.merged_into_id IS NULL
  UNION ALL
  SELECT c.id, same.person FROM crm_customer c JOIN same ON c.merged_into_id = same.id
), asked AS (
  SELECT DISTINCT ON (coalesce(same.person, its.person)) coalesce(same.person, its.person) AS person, its.side
  FROM ({people}) AS its(person, side, place) LEFT JOIN same ON same.id = its.person
  ORDER BY 1, its.place
), paid AS (
  SELECT coalesce(same.person, one.customer_id) AS person, bool_or(one.is_order) AS bought, sum(one.amount) AS amount
  FROM (
    SELECT customer_id, CASE WHEN currency = %s THEN goods_amount ELSE 0 END AS amount, true AS is_order
    FROM crm_order
    WHERE cancelled_at IS NULL AND customer_id IS NOT NULL AND placed_at >= %s AND placed_at < %s
    UNION ALL
    SELECT customer_id, CASE WHEN currency = %s THEN -amount ELSE 0 END, false
    FROM crm_return
    WHERE customer_id IS NOT NULL AND returned_at >= %s AND returned_at < %s
      AND NOT EXISTS (SELECT FROM crm_order o WHERE o.id = order_id AND o.cancelled_at IS NOT NULL)
  ) one LEFT JOIN same ON same.id = one.customer_id
  GROUP BY 1
)
SELECT asked.side, count(*), count(*) FILTER (WHERE paid.bought), coalesce(sum(paid.amount), 0),
       coalesce(sum(paid.amount::float8 ^ 2), 0)
FROM asked LEFT JOIN paid ON paid.person = asked.person
GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Spent:
    people: int = 0
    buyers: int = 0
    revenue: Decimal = Decimal(0)
    squares: float = 0.0

    @property
    def group(self) -> Group:
        return Group(self.people, float(self.revenue), self.squares)


def spent(
    people: tuple[str, Sequence[Any]], *, currency: str, since: datetime, until: datetime
) -> dict[str, Spent]:
    """Side → what it spent. `people`: a question of ours with its values, for (person, side, place). One query."""
    question, values = people
    within: list[Any] = [currency, since, until]
    with connection.cursor() as cursor:
        cursor.execute(SPENT.format(people=question), (*values, *within, *within))
        return {
            side: Spent(people=count, buyers=buyers, revenue=revenue, squares=squares)
            for side, count, buyers, revenue, squares in cursor.fetchall()
        }
