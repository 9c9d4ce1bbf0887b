"""The list of customers at risk, tried on a real year of a gift shop: whom it names first should be those who are lost.

Everything after a day is hidden; customers are ranked by what was known on it, and then one looks who came back. The
figures are printed: `pytest -s -m nightly tests/crm/test_risk_real_file.py`.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from crm.measures.churn import precision_at
from crm.measures.intervals import Share
from crm.models import Customer, CustomerWorth, Order, RiskLevel
from crm.purchases import figures
from crm.worth import valuing
from crm.worth.counting import Asked
from tests.factories.import_files import REAL_FILE
from tests.factories.shops import ShopFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.nightly,
    pytest.mark.skipif(not REAL_FILE.exists(), reason="the real data is not here"),
]

KNOWN_UNTIL, HORIZON = date(2010, 8, 31), 90
WORST_FIRST = {RiskLevel.HIGH: 0, RiskLevel.RAISED: 1, RiskLevel.LOW: 2}


def load_file() -> dict[str, Customer]:
    """One order an invoice, with a customer; what came back is left out."""
    bought: dict[tuple[str, str], tuple[datetime, Decimal]] = {}
    with gzip.open(REAL_FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            who, invoice = row["Customer ID"], row["Invoice"]
            if not who or invoice.startswith("C") or int(row["Quantity"]) <= 0:
                continue
            at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC)
            first, amount = bought.get((who, invoice), (at, Decimal(0)))
            bought[who, invoice] = first, amount + int(row["Quantity"]) * Decimal(row["Price"])
    shop = ShopFactory(currency="GBP", region="GB", time_zone="Europe/London")
    known_since = datetime(2009, 12, 1, tzinfo=UTC)
    names = sorted({who for who, _invoice in bought})
    people = Customer.objects.bulk_create([Customer(created_at=known_since) for _ in names])
    by_name = dict(zip(names, people, strict=True))
    Order.objects.bulk_create(
        Order(
            shop=shop,
            customer=by_name[who],
            external_id=invoice,
            number=invoice,
            currency="GBP",
            goods_amount=amount.quantize(Decimal("0.01")),
            placed_at=at,
        )
        for (who, invoice), (at, amount) in bought.items()
    )
    figures.recount([one.pk for one in people])
    return by_name


def came_again() -> set[int]:
    since, until = KNOWN_UNTIL + timedelta(days=1), KNOWN_UNTIL + timedelta(days=HORIZON)
    days = Order.objects.filter(placed_at__date__range=(since, until))
    return set(days.values_list("customer", flat=True))


def at_risk() -> list[CustomerWorth]:
    """Whoever is still a customer, the worst first: by level, then by what is to be expected of them."""
    rows = CustomerWorth.objects.filter(risk__in=WORST_FIRST)
    return sorted(
        rows, key=lambda one: (WORST_FIRST[RiskLevel(one.risk)], one.expected_purchases or 0, one.pk)
    )


def test_whom_the_list_names_first_are_lost_more_often_than_the_rest():
    load_file()
    asked = Asked(as_of=KNOWN_UNTIL, clock="Europe/London", horizon_days=HORIZON)
    valuation = valuing.value_everybody(asked=asked, at=datetime(2010, 9, 1, 3, tzinfo=UTC))
    again = came_again()
    ranked = at_risk()
    lost = [one.customer_id not in again for one in ranked]
    everybody = Share(sum(lost), len(lost))

    assert valuation is not None
    print(f"\nactive {everybody.of}, lost within {HORIZON} days: {_said(everybody)}")
    print(
        f"model: {valuation.why_not or 'foreseen'}, {valuation.backtest_forecast} of {valuation.backtest_fact}"
    )
    for level in WORST_FIRST:
        of_level = [gone for one, gone in zip(ranked, lost, strict=True) if one.risk == level]
        print(f"{level:>8}: {_said(Share(sum(of_level), len(of_level)))}")
    for k in (50, 100, 200, 400):
        print(f"precision@{k}: {_said(precision_at(k, lost))}")
    for k in (100, 200, 400):
        rest = Share(sum(lost[k:]), len(lost[k:]))
        assert precision_at(k, lost).against(rest).interval.low > 0
    by_level = defaultdict(list)
    for one, gone in zip(ranked, lost, strict=True):
        by_level[one.risk].append(gone)
    high, low = (Share(sum(by_level[level]), len(by_level[level])) for level in ("high", "low"))
    assert high.against(low).interval.low > 0


def _said(share: Share) -> str:
    return f"{share.count} of {share.of} = {share.value:.1%} ({share.interval.low:.1%} to {share.interval.high:.1%})"
