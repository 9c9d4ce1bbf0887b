"""What a company's customers say together: cut points of the month, and a model that is tried on its own past first.

The last horizon is hidden, the model fitted on what was known before it, and what it foresees compared with what was
bought. Only if that comes to between 0.7 and 1.4 of it is the model fitted on everything and used; otherwise, and where
there are too few customers, scores by rank have to do, and the reason is kept to be told.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from crm.measures import expected_purchases, expected_spend, rfm
from crm.measures.churn import nine_of_ten
from crm.measures.expected_purchases import DoesNotFit, Histories, Purchases
from crm.models import CustomerWorth, RfmCutPoints, Valuation
from crm.worth.counting import Gaps
from crm.worth.judging import EVERYBODY, WEEK, Company

FORECAST_TO_FACT = (0.7, 1.4)

CUT_POINTS = """
SELECT currency, count(*), count(*) FILTER (WHERE purchase_days = 1),
       percentile_disc(%(fifths)s::float8[]) WITHIN GROUP (ORDER BY %(as_of)s::date - last_on),
       percentile_disc(%(fifths)s::float8[]) WITHIN GROUP (ORDER BY purchase_days),
       percentile_disc(%(fifths)s::float8[]) WITHIN GROUP (ORDER BY historic_value)
FROM crm_customerworth WHERE purchase_days > 0 AND as_of = %(as_of)s
GROUP BY currency HAVING count(*) >= %(fewest)s
"""

# Customers with the same days of purchases, the same days between first and last and the same age are one row.
ALIKE = """
SELECT purchase_days - 1, (last_on - first_on) / %(week)s, (%(as_of)s::date - first_on) / %(week)s, count(*)
FROM crm_customerworth WHERE purchase_days > 0 AND as_of = %(as_of)s
GROUP BY 1, 2, 3
"""
ALIKE_BEFORE = """
SELECT purchase_days - days_lately - 1, (last_on_before - first_on) / %(week)s,
       (%(as_of)s::date - %(horizon)s - first_on) / %(week)s, count(*), sum(days_lately)::bigint
FROM crm_customerworth WHERE last_on_before IS NOT NULL AND as_of = %(as_of)s
GROUP BY 1, 2, 3
"""


@transaction.atomic
def freeze_cut_points(*, as_of: date, at: datetime) -> None:
    """The month's cut points, by currency, of everybody who bought. Idempotent: the first of a month stay."""
    with connection.cursor() as cursor:
        _take_time(cursor)
        cursor.execute(CUT_POINTS, {"as_of": as_of, "fifths": list(rfm.FIFTHS), "fewest": rfm.FEWEST})
        rows = cursor.fetchall()
    RfmCutPoints.objects.bulk_create(
        [
            RfmCutPoints(
                month=as_of.replace(day=1),
                currency=currency,
                recency_days=recency,
                frequency=list(rfm.frequency_cuts(frequency, once=once, customers=customers)),
                monetary=monetary,
                customers=customers,
                bought_once=once,
                counted_at=at,
            )
            for currency, customers, once, recency, frequency, monetary in rows
        ],
        ignore_conflicts=True,
    )


def usual_gaps(gaps: Gaps) -> dict[str, int]:
    """Month of the first purchase → what nine of ten gaps do not exceed; of everybody under EVERYBODY.

    A cohort with few gaps has none of its own.
    """
    every: dict[int, int] = {}
    found = {}
    in_order = sorted(gaps.items())
    for month, of_month in groupby(in_order, key=lambda one: one[0][0]):
        its = {days: count for (_month, days), count in of_month}
        for days, count in its.items():
            every[days] = every.get(days, 0) + count
        found[month.isoformat()] = nine_of_ten(its)
    found[EVERYBODY] = nine_of_ten(every)
    return {month: days for month, days in found.items() if days is not None}


@transaction.atomic
def fit(valuation: Valuation) -> None:
    """Try the model on the past, then fit it on everything; write into `valuation` what came of it."""
    with connection.cursor() as cursor:
        _take_time(cursor)
        asked: dict[str, Any] = {"as_of": valuation.as_of, "week": WEEK, "horizon": valuation.horizon_days}
        cursor.execute(ALIKE_BEFORE, asked)
        before = cursor.fetchall()
        cursor.execute(ALIKE, asked)
        now = cursor.fetchall()
    try:
        _try_on_the_past(valuation, before)
        model = expected_purchases.fit(Histories.of(now))
    except DoesNotFit as refused:
        valuation.why_not = refused.why
        return
    valuation.r, valuation.alpha, valuation.a, valuation.b = model.r, model.alpha, model.a, model.b
    valuation.log_likelihood = model.log_likelihood


def _try_on_the_past(valuation: Valuation, before: list[tuple[float, float, float, int, int]]) -> None:
    """Raises DoesNotFit where the past would not have been foreseen."""
    its = Histories.of([row[:4] for row in before])
    model = expected_purchases.fit(its)
    foreseen = float(model.expected(its, valuation.horizon_days / WEEK) @ its.customers)
    fact = sum(row[4] for row in before)
    valuation.backtest_forecast, valuation.backtest_fact = foreseen, fact
    least, most = FORECAST_TO_FACT
    if not fact or not least <= foreseen / fact <= most:
        raise DoesNotFit(Valuation.WhyNot.BACKTEST)


def fit_amounts(valuation: Valuation) -> None:
    """What a purchase to come is worth, in the currency of most customers; written into `valuation`."""
    rows = CustomerWorth.objects.filter(as_of=valuation.as_of, purchase_days__gt=0)
    by_currency = rows.values_list("currency").annotate(many=Count("pk")).order_by("-many", "currency")
    valuation.currency = next((currency for currency, _many in by_currency), "")
    repeat = rows.filter(currency=valuation.currency, repeat_mean__gt=0)
    pairs = [
        (days - 1, float(mean or 0)) for days, mean in repeat.values_list("purchase_days", "repeat_mean")
    ]
    try:
        model = expected_spend.fit([x for x, _mean in pairs], [mean for _x, mean in pairs])
    except DoesNotFit as refused:
        valuation.why_no_amounts = refused.why
        return
    valuation.p, valuation.q, valuation.gamma = model.p, model.q, model.gamma


def company_of(valuation: Valuation) -> Company:
    """By what a valuation judges, as it stands in its row."""
    return Company(
        as_of=valuation.as_of,
        horizon_days=valuation.horizon_days,
        currency=valuation.currency,
        cuts=_cuts_of(valuation.as_of),
        usual_gaps=valuation.usual_gaps,
        purchases=_purchases(valuation),
        spend=_spend(valuation),
    )


def _purchases(its: Valuation) -> Purchases | None:
    if its.r is None or its.alpha is None or its.a is None or its.b is None:
        return None
    return Purchases(r=its.r, alpha=its.alpha, a=its.a, b=its.b)


def _spend(its: Valuation) -> expected_spend.Spend | None:
    if its.p is None or its.q is None or its.gamma is None:
        return None
    return expected_spend.Spend(p=its.p, q=its.q, gamma=its.gamma)


def _cuts_of(as_of: date) -> dict[str, rfm.Cuts]:
    """By currency, the frozen cut points of the day's month."""
    return {
        row.currency: rfm.Cuts(tuple(row.recency_days), tuple(row.frequency), tuple(row.monetary))
        for row in RfmCutPoints.objects.filter(month=as_of.replace(day=1))
    }


def _take_time(cursor: Any) -> None:
    """A question to everybody may take longer than a page is given."""
    cursor.execute("SET LOCAL statement_timeout = '60s'")
