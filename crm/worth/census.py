"""What a night's customers come to together: how many of each sort, what they brought, what is to come of them.

Pages read these few rows where they would have to go through a million customers. Rows of sorts are kept night by
night, so that a page can tell what changed; those of months and days hold all of the past: the latest are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from crm import company
from crm.models import CensusCount, Valuation
from crm.rollups.rollup import tier_then
from crm.worth.tally import WINDOWS, Money, Tally


class Aspect(StrEnum):
    """What people are sorted by. `hits` and `amount` of each stand in OF_ALL."""

    BUYERS = "buyers"
    CATEGORY = "category"
    STAGE = "stage"
    RISK = "risk"
    REASON = "reason"
    SCORES = "scores"
    KIND = "kind"
    CHANNEL = "channel"
    FIRST_CHANNEL = "came_by"
    CHURN = "churn"
    TIER = "tier"
    COHORT = "cohort"
    FIRST = "first"
    AGAIN = "again"


OF_THE_LATEST = (Aspect.COHORT, Aspect.FIRST, Aspect.AGAIN, Aspect.SCORES)

COLUMNS = "aspect, part, currency, customers, hits, amount, to_come, squares, days"

# Of whom: everybody, or the people of a segment. Hits: those who came again; silent ones; those lost.
OF_ALL = """
WITH who AS MATERIALIZED (
  SELECT w.customer_id, w.currency, w.category, w.stage, w.risk, w.risk_reasons, w.purchase_days, w.historic_value,
         w.margin, w.expected_value, w.recency, w.frequency, w.days_lately, w.days_earlier, w.learned_channel,
         w.as_of - w.stage_since AS stage_days
  FROM crm_customerworth w {narrowed}
)
SELECT 'buyers', '', currency, count(*), count(*) FILTER (WHERE purchase_days > 1), sum(historic_value),
       sum(expected_value), sum(historic_value::float8 ^ 2), NULL::float8
FROM who WHERE purchase_days > 0 GROUP BY 3
UNION ALL
SELECT 'buyers', 'margin', currency, count(*), 0, sum(margin), NULL, 0, NULL
FROM who WHERE margin IS NOT NULL GROUP BY 3
UNION ALL
SELECT 'category', category, currency, count(*), count(*) FILTER (WHERE risk = 'high'), sum(historic_value),
       sum(expected_value), 0, NULL
FROM who WHERE category <> '' GROUP BY 2, 3
UNION ALL
SELECT 'stage', stage, '', count(*), 0, 0, NULL, 0, percentile_cont(0.5) WITHIN GROUP (ORDER BY stage_days)
FROM who GROUP BY 2
UNION ALL
SELECT 'risk', risk, currency, count(*), 0, sum(historic_value), sum(expected_value), 0, NULL
FROM who GROUP BY 2, 3
UNION ALL
SELECT 'reason', reason ->> 0, '', count(*), 0, 0, NULL, 0, NULL
FROM who, jsonb_array_elements(risk_reasons) AS reason WHERE risk IN ('raised', 'high') GROUP BY 2
UNION ALL
SELECT 'scores', recency || '-' || frequency, currency, count(*), 0, sum(historic_value), NULL, 0, NULL
FROM who WHERE recency IS NOT NULL GROUP BY 2, 3
UNION ALL
SELECT 'kind', k.dominant, '', count(*), 0, 0, NULL, 0, NULL
FROM who JOIN crm_customerloyalty k ON k.customer_id = who.customer_id GROUP BY 2
UNION ALL
SELECT 'channel', coalesce(nullif(c.preferred_channel, ''), who.learned_channel), '', count(*),
       count(*) FILTER (WHERE c.preferred_channel <> ''), 0, NULL, 0, NULL
FROM who JOIN crm_customer c ON c.id = who.customer_id GROUP BY 2
UNION ALL
SELECT 'churn', '0', '', count(*), count(*) FILTER (WHERE days_lately = 0), 0, NULL, 0, NULL
FROM who WHERE days_earlier > 0 HAVING count(*) > 0
"""
IN_SEGMENT = "JOIN crm_segmentmember m ON m.customer_id = w.customer_id AND m.segment_id = %(segment)s"

# The tier of who was active, as it was when the last horizon began: what is lost since does not count against a tier.
OF_TIERS = """
SELECT 'tier', coalesce({tier}, ''), '', count(*), count(*) FILTER (WHERE e.lost), 0, NULL, 0, NULL
FROM (
  SELECT w.customer_id, %(moment)s::timestamptz AS moment, w.days_lately = 0 AS lost
  FROM crm_customerworth w WHERE w.days_earlier > 0
) e
GROUP BY 2
"""


@dataclass(frozen=True, kw_only=True)
class Count:
    """A row of CensusCount, kept or counted just now: see there."""

    aspect: str
    part: str
    currency: str = ""
    customers: int = 0
    hits: int = 0
    amount: Decimal = Decimal(0)
    to_come: Decimal | None = None
    squares: float = 0.0
    days: float | None = None


@transaction.atomic
def take(valuation: Valuation, tally: Tally) -> None:
    """Write down what the night's customers come to. Idempotent for a day."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")  # a question to everybody may take its time
    rows = [*_of_all(), *_of_the_night(valuation), *_of_the_tally(tally)]
    CensusCount.objects.filter(as_of=valuation.as_of).delete()
    CensusCount.objects.filter(aspect__in=OF_THE_LATEST).delete()
    CensusCount.objects.bulk_create(
        [CensusCount(as_of=valuation.as_of, **vars(row)) for row in rows], batch_size=1000
    )


def of_segment(segment: int) -> list[Count]:
    """The same of who is in a segment now, where it can be told of them at once. One question."""
    return _asked(OF_ALL.format(narrowed=IN_SEGMENT), {"segment": segment})


def _of_all() -> list[Count]:
    return _asked(OF_ALL.format(narrowed=""), {})


def _of_the_night(valuation: Valuation) -> list[Count]:
    began = valuation.as_of - timedelta(days=valuation.horizon_days - 1)
    moment = datetime.combine(began, time.min, company.current().clock)
    return _asked(OF_TIERS.format(tier=tier_then()), {"moment": moment})


def _of_the_tally(tally: Tally) -> Iterable[Count]:
    for (begun, month), people in tally.cohorts.items():
        yield Count(aspect=Aspect.COHORT, part=f"{begun:%Y-%m} {month:%Y-%m}", customers=people)
    for back in range(1, WINDOWS):
        active, lost = tally.active[back], tally.lost[back]
        if active:
            yield Count(aspect=Aspect.CHURN, part=str(back), customers=active, hits=lost)
    for channel, people in tally.came_by.items():
        again = tally.came_back_by[channel]
        yield Count(aspect=Aspect.FIRST_CHANNEL, part=channel, customers=people, hits=again)
    yield from _of_days(Aspect.FIRST, tally.first)
    yield from _of_days(Aspect.AGAIN, tally.again)


def _of_days(aspect: Aspect, of_days: Mapping[tuple[Any, str], Money]) -> Iterable[Count]:
    for (day, currency), its in of_days.items():
        yield Count(
            aspect=aspect,
            part=day.isoformat(),
            currency=currency,
            customers=its.days,
            amount=round(Decimal(its.amount), 2),
            squares=its.squares,
        )


def _asked(question: str, given: Mapping[str, Any]) -> list[Count]:
    names = COLUMNS.split(", ")
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows = cursor.fetchall()
    return [
        Count(**{name: value for name, value in zip(names, row, strict=True) if value is not None})
        for row in rows
    ]
