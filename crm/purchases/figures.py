"""What customers' orders add up to."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# The latest currency by array_agg, not by LIMIT 1: for that, the planner walks everybody's orders by time.
RECOUNT = """
WITH person AS MATERIALIZED (
  SELECT DISTINCT crm_same_person(w.id) AS ids FROM unnest(%(customers)s::bigint[]) AS w(id)
), counted_elsewhere AS (
  DELETE FROM crm_customerfigures f USING person p WHERE f.customer_id = ANY (p.ids[2:])
)
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
  FROM crm_return WHERE customer_id = ANY (c.ids)
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
"""


def recount(customer_ids: Collection[int]) -> None:
    """Count these customers' orders anew. Idempotent: derived from the orders, whatever stood before.

    A person known by several ids is counted once, as the survivor; those merged into them have no figures.

    Net revenue is goods sold minus refunds in the currency of the customer's latest order: cancelled orders,
    delivery and amounts in other currencies are left out. Days of purchases are those of the shop's own clock.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"customers": sorted(customer_ids)})
