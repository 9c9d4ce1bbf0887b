"""What a period's orders, returns and buyers add up to, step by step.

Every function takes the `edges` of the steps (crm.dashboards.dashboard.edges): ascending moments, one more than
there are steps. Cancelled orders are out; money is goods sold, without delivery, by currency and never across.
Read from the days (crm.rollups), also how many different people there were; of their orders until days stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeAlias

from django.db import connection, transaction
from django.db.models import Q

from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.models import Customer
from crm.rollups import different_people, reading
from crm.rollups.different_people import Buyers
from crm.rollups.marking import DAY, EARLIEST, LATEST
from crm.rollups.people import PEOPLE_BY_DAY
from crm.rollups.reading import Amount
from crm.rollups.sales import FIRST_AND_SECOND_DAYS, SALES
from crm.rollups.statements import SAME_PERSON

__all__ = [
    "Amount",
    "Buyers",
    "Steps",
    "buyers",
    "customers_known",
    "days_of_purchases",
    "new_buyers",
    "refunded",
    "sold",
]

# Orders stay with the id they came with; whoever was merged into somebody is counted as that person. The steps in which
# a person bought are bits of one number, so that a year of orders is gone through once.
BUYERS = """
WITH RECURSIVE {same}, people AS (
  SELECT bit_or(1::bigint << width_bucket(e.moment, %(edges)s::timestamptz[]) - 1) AS steps
  FROM ({events}) e LEFT JOIN same ON same.id = e.customer_id
  WHERE {narrowed}
  GROUP BY coalesce(same.person, e.customer_id)
), alike AS (
  SELECT steps, count(*) AS people FROM people GROUP BY steps
)
SELECT step, sum(people)::bigint
FROM alike, generate_series(0, %(count)s - 1) AS step
WHERE steps & (1::bigint << step) <> 0
GROUP BY step
UNION ALL
SELECT NULL, coalesce(sum(people), 0)::bigint FROM alike WHERE steps >> %(first)s <> 0
"""


Steps: TypeAlias = dict[tuple[int, str], Amount]


def sold(edges: Sequence[datetime], *, narrowed: Narrowed = EVERYBODY) -> Steps:
    """(step, currency) → orders placed in it."""
    return _measured("sold", edges, narrowed)


def refunded(edges: Sequence[datetime], *, narrowed: Narrowed = EVERYBODY) -> Steps:
    """(step, currency) → returns and credits of it, whenever the goods were bought."""
    return _measured("refunded", edges, narrowed)


def _measured(measure: str, edges: Sequence[datetime], narrowed: Narrowed) -> Steps:
    found = reading.steps(SALES.name, edges, narrowed=narrowed)
    return {(step, unit): amount for (step, name, unit), amount in found.items() if name == measure}


def buyers(edges: Sequence[datetime], *, first: int = 0, narrowed: Narrowed = EVERYBODY) -> Buyers:
    """Distinct people with an order. Sales nobody can be found for have no buyer. At most 62 steps.

    `first`: the step from which on they are counted `in_all`: those before it are what is compared with.
    """
    found = different_people.in_steps(edges, first=first, narrowed=narrowed)
    return found or _buyers_by_their_orders(edges, first=first, narrowed=narrowed)


def _buyers_by_their_orders(edges: Sequence[datetime], *, first: int, narrowed: Narrowed) -> Buyers:
    condition, values = reading.narrowing(narrowed)
    given = {
        "edges": list(edges),
        "since": edges[0],
        "until": edges[-1],
        "count": len(edges) - 1,
        "first": first,
        **values,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # a year's buyers in memory, not in files
        cursor.execute(
            BUYERS.format(same=SAME_PERSON, events=PEOPLE_BY_DAY.events, narrowed=condition), given
        )
        found = dict(cursor.fetchall())
    return Buyers([found.get(step, 0) for step in range(len(edges) - 1)], found[None])


def new_buyers(edges: Sequence[datetime], *, narrowed: Narrowed = EVERYBODY) -> list[int]:
    """How many customers had their very first day of purchases in each step. Of no shop, tier or channel."""
    found = reading.steps(FIRST_AND_SECOND_DAYS.name, edges, narrowed=Narrowed(segment=narrowed.segment))
    return [_count(found, step, "first") for step in range(len(edges) - 1)]


def days_of_purchases(
    ends: Sequence[date], *, narrowed: Narrowed = EVERYBODY
) -> tuple[dict[int, int], dict[int, int]]:
    """How many customers came to their first, and to their second, day of purchases in each step up to `ends`.

    Step 0 is everything up to ends[0]; what lies after the last end is the step len(ends). A segment narrows it.
    """
    days = [EARLIEST, *(end + DAY for end in ends), LATEST]
    found = reading.day_steps(FIRST_AND_SECOND_DAYS.name, days, narrowed=Narrowed(segment=narrowed.segment))
    firsts, seconds = (
        {step: amount.count for (step, name, _unit), amount in found.items() if name == measure}
        for measure in ("first", "second")
    )
    return firsts, seconds


def _count(found: reading.Steps, step: int, measure: str) -> int:
    return found[step, measure, ""].count if (step, measure, "") in found else 0


def customers_known() -> int:
    """People: those found to be somebody else, and those forgotten at their wish, are left out."""
    return Customer.objects.filter(Q(merged_into=None) & Q(erased_at=None)).count()
