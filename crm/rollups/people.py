"""How many different people bought on each day, and how long before they had bought last: see crm.models.DayPeople.

People do not add up, but first visits do: whoever bought in a period came on exactly one day of it for the first time.
So of every day and place it is kept how many had been there before within so many days, and any period is a sum of its
days. Whoever was merged into somebody is that person; a day of the past changes when what comes before it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Model

from crm.facts import CustomersMerged, CustomersSeparated, OrderCancelled, OrderPlaced
from crm.models import DayPeople, TimelineEntry
from crm.rollups import statements
from crm.rollups.rollup import Dimension, Rollup, tier_then

# The longest stretch that people are counted in, in days: a leap year. Who came earlier has not been there in it.
LONGEST = 366

BOUGHT = """
SELECT placed_at AS moment, customer_id, shop_id, channel FROM crm_order
WHERE cancelled_at IS NULL AND customer_id IS NOT NULL AND placed_at >= %(since)s AND placed_at < %(until)s
"""
EXTENT = """
SELECT min(placed_at), max(placed_at) FROM crm_order WHERE cancelled_at IS NULL AND customer_id IS NOT NULL
"""

KEPT = statements.Table(
    name="crm_daypeople",
    place=("rollup", "segment_id", "shop", "channel", "tier", '"on"'),
    values=("people", "gaps", "again"),
    absent=statements.ABSENT,
)

# Nearly everybody has one id, and is seen to by two looks into an index. EXISTS would gather all who were ever merged.
IDS = """
CASE WHEN (SELECT c.merged_into_id FROM crm_customer c WHERE c.id = e.customer_id) IS NOT NULL
  OR (SELECT c.id FROM crm_customer c WHERE c.merged_into_id = e.customer_id LIMIT 1) IS NOT NULL
THEN crm_same_person(e.customer_id) ELSE ARRAY[e.customer_id] END
"""

# A day's people are looked for in the past by themselves: what a day costs does not grow with history.
VISITS = """
WITH bought AS MATERIALIZED (
  SELECT DISTINCT {ids} AS ids FROM ({events}) e
), visits AS (
  SELECT b.ids[1] AS person, %(on)s::date - (e.moment AT TIME ZONE %(clock)s)::date AS gap,
         coalesce(e.shop_id, 0) AS shop, coalesce(e.channel, '')::text AS channel, coalesce({tier}, '')::text AS tier
  FROM bought b CROSS JOIN LATERAL (
    SELECT o.placed_at AS moment, o.customer_id, o.shop_id, o.channel FROM crm_order o
    WHERE o.customer_id = ANY (b.ids) AND o.cancelled_at IS NULL AND o.placed_at < %(until)s
      AND o.placed_at >= (%(on)s::date - {longest} + 1)::timestamp AT TIME ZONE %(clock)s
  ) e
  WHERE {whose}
), latest AS (
  SELECT person, shop, channel, tier, min(gap) FILTER (WHERE gap > 0) AS gap
  FROM visits GROUP BY person, CUBE (shop, channel, tier) HAVING min(gap) = 0
), alike AS (
  SELECT {segment} AS segment_id, shop, channel, tier, gap, count(*) AS people FROM latest {members}
  GROUP BY 1, 2, 3, 4, 5
), so_far AS (
  SELECT *, sum(people) OVER (PARTITION BY segment_id, shop, channel, tier ORDER BY gap) AS again FROM alike
), counted AS (
  SELECT segment_id, shop, channel, tier, %(on)s::date AS "on", sum(people)::int AS people,
         coalesce(array_agg(gap::smallint ORDER BY gap) FILTER (WHERE gap IS NOT NULL), '{{}}') AS gaps,
         coalesce(array_agg(again::int ORDER BY gap) FILTER (WHERE gap IS NOT NULL), '{{}}') AS again
  FROM so_far GROUP BY segment_id, shop, channel, tier
)
"""
MEMBERS = "JOIN crm_segmentmember m ON m.customer_id = person AND m.segment_id = ANY (%(segments)s)"
SOME_MEMBER = """EXISTS (
  SELECT FROM crm_segmentmember m WHERE m.customer_id = b.ids[1] AND m.segment_id = ANY (%(segments)s)
)"""

# An order that comes, or goes, changes its own day and the next one of every place it is in: so the first day after it
# for each way of being like it. Of which tier it was before is not known, so each tier is a way of its own.
AFTERWARDS = """
SELECT o.placed_at FROM crm_order o WHERE o.id = ANY (%(orders)s) AND o.customer_id IS NOT NULL
UNION ALL
SELECT next.moment
FROM crm_order o CROSS JOIN LATERAL (
  SELECT min(e.moment) AS moment
  FROM (
    SELECT later.placed_at AS moment, later.customer_id, later.shop_id, later.channel
    FROM crm_order later
    WHERE later.customer_id = ANY (crm_same_person(o.customer_id)) AND later.cancelled_at IS NULL
      AND later.placed_at > o.placed_at AND later.placed_at < o.placed_at + interval '{reach} days'
  ) e
  GROUP BY e.shop_id = o.shop_id, e.channel = o.channel, {tier}
) next
WHERE o.id = ANY (%(orders)s) AND o.customer_id IS NOT NULL
"""

# Whoever came to be somebody brings all their orders, or takes them along, with those who were merged into them.
BROUGHT = """
WITH RECURSIVE brought(id) AS (
  SELECT unnest(%(customers)s::bigint[])
  UNION
  SELECT c.id FROM brought JOIN crm_customer c ON c.merged_into_id = brought.id
)
SELECT o.id FROM crm_order o JOIN brought ON brought.id = o.customer_id WHERE o.cancelled_at IS NULL
"""

# What they bought since they were of another tier.
MOVED = """
SELECT o.id
FROM unnest(%(customers)s::bigint[], %(since)s::timestamptz[]) AS moved(id, since)
JOIN crm_order o ON o.customer_id = moved.id AND o.cancelled_at IS NULL AND o.placed_at >= moved.since
"""


@dataclass(frozen=True, kw_only=True)
class People(Rollup):
    kept_in: ClassVar[type[Model]] = DayPeople
    dimensions: ClassVar[Sequence[Dimension]] = ("shop", "channel", "tier")

    def of_everybody(self, *, repair: bool) -> str:
        counted = self._counted(whose="true", segment="NULL::bigint", members="")
        return statements.put_right(counted, kept_in=KEPT, whose=statements.WHOLE_COMPANY, repair=repair)

    def of_segments(self) -> str:
        counted = self._counted(whose=SOME_MEMBER, segment="m.segment_id", members=MEMBERS)
        return statements.put_right(counted, kept_in=KEPT, whose=statements.SEGMENTS, repair=True)

    def _counted(self, **whose: str) -> str:
        return VISITS.format(events=self.events, ids=IDS, tier=tier_then(), longest=LONGEST, **whose)


def when_they_bought(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    return _and_afterwards({entry.subject_id for entry in entries if entry.subject_id})


def when_those_bought_who_came_to_be_somebody(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    """Of two who are two people again, both are such."""
    its = [(entry.fact, entry.customer_id) for entry in entries]
    came = {fact.merged_id if isinstance(fact, CustomersMerged) else person for fact, person in its}
    return _and_afterwards({order for (order,) in _asked(BROUGHT, customers=[pk for pk in came if pk])})


def when_they_bought_as_another_tier(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    its = [entry for entry in entries if entry.customer_id]
    moved = _asked(
        MOVED,
        customers=[entry.customer_id for entry in its],
        since=[min(entry.occurred_at, entry.recorded_at) for entry in its],
    )
    return _and_afterwards({order for (order,) in moved})


def _and_afterwards(orders: Collection[int]) -> Iterable[datetime]:
    """When these were placed, and when those were that are the first after them."""
    if not orders:
        return ()
    # An hour more than the clock says lies between two days when summer ends.
    statement = AFTERWARDS.format(tier=tier_then(), reach=LONGEST + 1)
    return [moment for (moment,) in _asked(statement, orders=sorted(orders))]


def _asked(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


PEOPLE_BY_DAY = People(
    name="people",
    events=BOUGHT,
    extent=EXTENT,
    stale={
        OrderPlaced: when_they_bought,
        OrderCancelled: when_they_bought,
        CustomersMerged: when_those_bought_who_came_to_be_somebody,
        CustomersSeparated: when_those_bought_who_came_to_be_somebody,
    },
    stale_after_moves=when_they_bought_as_another_tier,
)
