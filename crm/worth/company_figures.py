"""A company in four figures: who came again, who was kept month by month, what was earned, who stopped buying.

Counted from the orders themselves, by the clock of the shop where each was placed. Slow where there are many: for the
command line and the night, never for a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.dashboards.periods import Period
from crm.measures.churn import churn_rate
from crm.measures.cohorts import Cohort, cohorts
from crm.measures.intervals import Share
from crm.measures.repeat import repeat_rate

# Days of purchases of each person. Orders stay with the id they came with, so merged ids are followed to the survivor.
DAYS = """
WITH RECURSIVE same AS (
  SELECT c.id, person.id AS person
  FROM crm_customer c JOIN crm_customer person ON person.id = c.merged_into_id AND person.merged_into_id IS NULL
  UNION ALL
  SELECT c.id, same.person FROM crm_customer c JOIN same ON c.merged_into_id = same.id
), days AS (
  SELECT DISTINCT coalesce(same.person, o.customer_id) AS person, (o.placed_at AT TIME ZONE s.time_zone)::date AS day
  FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id LEFT JOIN same ON same.id = o.customer_id
  WHERE o.customer_id IS NOT NULL AND o.cancelled_at IS NULL
    AND (o.placed_at AT TIME ZONE s.time_zone)::date <= %(until)s
)
"""
REPEATERS = """
SELECT count(*), count(*) FILTER (WHERE many > 1) FROM (SELECT count(*) AS many FROM days GROUP BY person) each
"""
COHORTS = """
SELECT first, date_trunc('month', day)::date AS month, count(DISTINCT person)
FROM (SELECT person, day, date_trunc('month', min(day) OVER (PARTITION BY person))::date AS first FROM days) each
GROUP BY 1, 2
"""
CHURNED = """
SELECT count(*), count(*) FILTER (WHERE NOT stayed)
FROM (
  SELECT bool_or(day BETWEEN %(active_from)s AND %(active_until)s) AS active,
         bool_or(day BETWEEN %(since)s AND %(until)s) AS stayed
  FROM days GROUP BY person
) each
WHERE active
"""
NET_REVENUE = """
SELECT currency, sum(sold), sum(refunded)
FROM (
  SELECT o.currency, sum(o.goods_amount) AS sold, 0 AS refunded
  FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id
  WHERE o.cancelled_at IS NULL AND (o.placed_at AT TIME ZONE s.time_zone)::date BETWEEN %(since)s AND %(until)s
  GROUP BY 1
  UNION ALL
  SELECT r.currency, 0, sum(r.amount)
  FROM crm_return r JOIN crm_shop s ON s.id = r.shop_id
  WHERE (r.returned_at AT TIME ZONE s.time_zone)::date BETWEEN %(since)s AND %(until)s
    AND NOT EXISTS (SELECT FROM crm_order o WHERE o.id = r.order_id AND o.cancelled_at IS NOT NULL)
  GROUP BY 1
) each
GROUP BY currency
"""


@dataclass(frozen=True)
class Revenue:
    sold: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.sold - self.refunded


@dataclass(frozen=True, kw_only=True)
class CompanyFigures:
    """`repeat` and `cohorts` of all time up to the period's end; `churn` of who was active in the horizon before it."""

    period: Period
    horizon_days: int
    repeat: Share
    cohorts: list[Cohort]
    revenue: Mapping[str, Revenue]
    churn: Share


def company_figures(period: Period, *, horizon_days: int) -> CompanyFigures:
    """Four questions to the orders."""
    within = {"since": period.since, "until": period.until}
    before = {
        "active_from": period.since - timedelta(days=horizon_days),
        "active_until": period.since - timedelta(days=1),
    }
    (customers, again), *_none = _asked(DAYS + REPEATERS, within)
    (active, lost), *_none = _asked(DAYS + CHURNED, {**within, **before})
    by_month = {(first, month): count for first, month, count in _asked(DAYS + COHORTS, within)}
    return CompanyFigures(
        period=period,
        horizon_days=horizon_days,
        repeat=repeat_rate(customers, again),
        cohorts=cohorts(by_month, until=period.until + timedelta(days=1)),
        revenue={
            currency: Revenue(sold, refunded) for currency, sold, refunded in _asked(NET_REVENUE, within)
        },
        churn=churn_rate(active, lost),
    )


def _asked(question: str, given: Mapping[str, date]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
