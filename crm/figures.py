"""What customers' orders add up to."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

RECOUNT = """
INSERT INTO crm_customerfigures (customer_id, orders, returns, net_revenue, currency, first_order_at, last_order_at)
SELECT c.id, coalesce(o.orders, 0), coalesce(r.returns, 0), coalesce(o.sold, 0) - coalesce(r.refunded, 0),
       coalesce(o.currency, r.currency, ''), o.first_at, o.last_at
FROM unnest(%(customers)s::bigint[]) AS c(id)
LEFT JOIN LATERAL (
  SELECT count(*) AS orders, sum(goods_amount) AS sold, max(currency) AS currency,
         min(placed_at) AS first_at, max(placed_at) AS last_at
  FROM crm_order WHERE customer_id = c.id AND cancelled_at IS NULL
) o ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS returns, sum(amount) AS refunded, max(currency) AS currency FROM crm_return WHERE customer_id = c.id
) r ON true
ON CONFLICT (customer_id) DO UPDATE SET
  orders = excluded.orders, returns = excluded.returns, net_revenue = excluded.net_revenue,
  currency = excluded.currency, first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at
"""


def recount(customer_ids: Collection[int]) -> None:
    """Count these customers' orders anew. Idempotent: derived from the orders, whatever stood before.

    Net revenue is goods sold minus refunds, cancelled orders left out, delivery left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"customers": sorted(customer_ids)})
