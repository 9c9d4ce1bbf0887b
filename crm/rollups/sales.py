"""What was sold and given back, and how many came for a first and a second day of purchases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crm.facts import CreditGiven, GoodsReturned, MoneyGivenBack, OrderAmended, OrderCancelled, OrderPlaced
from crm.models import Order, Return, TimelineEntry
from crm.rollups.rollup import Rollup, when_it_happened

# Goods that come back came by the channel by which they were bought; a credit for nothing that was sold by none.
# What came back of a cancelled order goes with it.
SOLD_AND_REFUNDED = """
SELECT placed_at AS moment, customer_id, shop_id, channel, currency AS unit, 'sold' AS measure, goods_amount AS amount
FROM crm_order
WHERE cancelled_at IS NULL AND placed_at >= %(since)s AND placed_at < %(until)s
UNION ALL
SELECT r.returned_at, r.customer_id, r.shop_id, (
    SELECT o.channel FROM crm_returnline line JOIN crm_orderline sold ON sold.id = line.order_line_id
    JOIN crm_order o ON o.id = sold.order_id WHERE line.goods_return_id = r.id ORDER BY line.id LIMIT 1
  ), r.currency, 'refunded', r.amount
FROM crm_return r
WHERE r.returned_at >= %(since)s AND r.returned_at < %(until)s
  AND NOT EXISTS (SELECT FROM crm_order o WHERE o.id = r.order_id AND o.cancelled_at IS NOT NULL)
"""
SALES_EXTENT = """
SELECT least(orders.first, returns.first), greatest(orders.last, returns.last)
FROM (SELECT min(placed_at), max(placed_at) FROM crm_order WHERE cancelled_at IS NULL) AS orders(first, last),
     (SELECT min(returned_at), max(returned_at) FROM crm_return) AS returns(first, last)
"""

# Days of the shop's clock, taken for days of the company's. Of no shop and no channel: it is the person's, wherever.
BUYERS = """
SELECT (first_purchase_on + time '12:00') AT TIME ZONE %(clock)s AS moment, customer_id, NULL::bigint AS shop_id,
       NULL::text AS channel, '' AS unit, 'first' AS measure, 1::numeric AS amount
FROM crm_customerfigures
WHERE first_purchase_on >= (%(since)s AT TIME ZONE %(clock)s)::date
  AND first_purchase_on < (%(until)s AT TIME ZONE %(clock)s)::date
UNION ALL
SELECT (second_purchase_on + time '12:00') AT TIME ZONE %(clock)s, customer_id, NULL, NULL, '', 'second', 1
FROM crm_customerfigures
WHERE second_purchase_on >= (%(since)s AT TIME ZONE %(clock)s)::date
  AND second_purchase_on < (%(until)s AT TIME ZONE %(clock)s)::date
"""
BUYERS_EXTENT = """
SELECT (min(first_purchase_on) + time '12:00') AT TIME ZONE %(clock)s,
  (greatest(max(first_purchase_on), max(second_purchase_on)) + time '12:00') AT TIME ZONE %(clock)s
FROM crm_customerfigures
"""


def when_they_were_placed(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    orders = {entry.subject_id for entry in entries if entry.subject_id}
    return Order.objects.filter(pk__in=orders).values_list("placed_at", flat=True)


def when_they_and_their_returns_were(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    orders = {entry.subject_id for entry in entries if entry.subject_id}
    returned = Return.objects.filter(order__in=orders).values_list("returned_at", flat=True)
    return (*when_they_were_placed(entries), *returned)


SALES = Rollup(
    name="sales",
    events=SOLD_AND_REFUNDED,
    extent=SALES_EXTENT,
    stale={
        OrderPlaced: when_it_happened,
        OrderAmended: when_they_were_placed,
        OrderCancelled: when_they_and_their_returns_were,
        GoodsReturned: when_it_happened,
        CreditGiven: when_it_happened,
        MoneyGivenBack: when_it_happened,
    },
)

# Whoever counts a customer's figures marks the days that changed: crm.purchases.figures.
FIRST_AND_SECOND_DAYS = Rollup(
    name="buyers", events=BUYERS, extent=BUYERS_EXTENT, stale={}, is_cumulative=True
)
