"""What customers' orders add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import connection

from crm.rollups import marking
from crm.rollups.sales import FIRST_AND_SECOND_DAYS

# The latest currency by array_agg, not by LIMIT 1: for that, the planner walks everybody's orders by time.
RECOUNT = """
WITH person AS MATERIALIZED (
  SELECT DISTINCT crm_same_person(w.id) AS ids FROM unnest(%(customers)s::bigint[]) AS w(id)
), before AS (
  SELECT f.customer_id, f.first_purchase_on AS first, f.second_purchase_on AS second
  FROM crm_customerfigures f JOIN person p ON f.customer_id = ANY (p.ids)
), counted_elsewhere AS (
  DELETE FROM crm_customerfigures f USING person p WHERE f.customer_id = ANY (p.ids[2:])
), kept AS (
INSERT INTO crm_customerfigures (customer_id, orders, returns, net_revenue, currency, first_order_at, last_order_at,
  first_purchase_on, second_purchase_on)
SELECT c.id, o.orders, r.returns, o.sold - r.refunded, c.currency, o.first_at, o.last_at, d.days[1], d.days[2]
FROM (
  SELECT p.ids[1] AS id, p.ids, coalesce((
    SELECT (array_agg(currency ORDER BY placed_at DESC))[1] FROM crm_order
    WHERE customer_id = ANY (p.ids) AND cancelled_at IS NULL
  ), (
    SELECT (array_agg(currency ORDER BY returned_at DESC))[1] FROM crm_return WHERE customer_id = ANY (p.ids)
  ), '') AS currency
  FROM person p
  WHERE p.ids IS NOT NULL
) c
CROSS JOIN LATERAL (
  SELECT count(*) AS orders, coalesce(sum(goods_amount) FILTER (WHERE currency = c.currency), 0) AS sold,
         min(placed_at) AS first_at, max(placed_at) AS last_at
  FROM crm_order WHERE customer_id = ANY (c.ids) AND cancelled_at IS NULL
) o
CROSS JOIN LATERAL (
  SELECT count(*) AS returns, coalesce(sum(amount) FILTER (WHERE currency = c.currency), 0) AS refunded
  FROM crm_return r WHERE customer_id = ANY (c.ids)
    AND NOT EXISTS (SELECT FROM crm_order o WHERE o.id = r.order_id AND o.cancelled_at IS NOT NULL)
) r
CROSS JOIN LATERAL (
  SELECT array(
    SELECT DISTINCT (o.placed_at AT TIME ZONE s.time_zone)::date AS bought_on
    FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id
    WHERE o.customer_id = ANY (c.ids) AND o.cancelled_at IS NULL ORDER BY bought_on LIMIT 2
  ) AS days
) d
ON CONFLICT (customer_id) DO UPDATE SET
  orders = excluded.orders, returns = excluded.returns, net_revenue = excluded.net_revenue,
  currency = excluded.currency, first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at,
  first_purchase_on = excluded.first_purchase_on, second_purchase_on = excluded.second_purchase_on
RETURNING customer_id, first_purchase_on AS first, second_purchase_on AS second
)
SELECT customer_id, first, second FROM before UNION ALL SELECT customer_id, first, second FROM kept
"""


def recount(customer_ids: Collection[int], *, at: datetime | None = None) -> None:
    """Count these customers' orders anew. Idempotent: derived from the orders, whatever stood before.

    A person known by several ids is counted once, as the survivor; those merged into them have no figures.
    Days to which somebody came for the first or the second time, or no longer did, are marked to be counted anew.

    Net revenue is goods sold minus refunds in the currency of the customer's latest order: cancelled orders with what
    came back of them, delivery and amounts in other currencies are left out. Days of purchases are those of the shop's
    own clock.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"customers": sorted(customer_ids)})
        stood = cursor.fetchall()
    marking.mark(FIRST_AND_SECOND_DAYS.name, _changed(stood), at=at)


def _changed(stood: Iterable[tuple[int, date | None, date | None]]) -> set[date]:
    """The days that somebody came to for the first or the second time, and did not before, or no longer does.

    Also where somebody else came instead: their tiers are others.
    """
    told = Counter(
        (customer, which, day)
        for customer, first, second in stood
        for which, day in (("first", first), ("second", second))
        if day
    )
    return {day for (_customer, _which, day), times in told.items() if times == 1}
