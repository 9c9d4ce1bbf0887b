"""A real year of a gift shop, imported, and counted twice: by the dashboard, and by hand from the file."""

import csv
import gzip
from collections import defaultdict
from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from crm.dashboards import sales
from crm.dashboards.dashboard import edges
from crm.dashboards.periods import Period
from crm.measures.intervals import Share
from crm.measures.repeat import repeat_rate_over_time
from crm.models import Customer
from crm.purchases import figures
from tests.factories.import_files import REAL_FILE
from tests.factories.shops import ShopFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.nightly,
    pytest.mark.skipif(not REAL_FILE.exists(), reason="the real data is not here"),
]

YEAR = Period(date(2009, 12, 1), date(2010, 12, 31))
SPRING = Period(date(2010, 3, 1), date(2010, 5, 31))


def days_of_purchases() -> dict[str, set[str]]:
    """Customer → days with a sale, from the file itself."""
    found = defaultdict(set)
    with gzip.open(REAL_FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Customer ID"] and not row["Invoice"].startswith("C") and int(row["Quantity"]) > 0:
                found[row["Customer ID"]].add(row["InvoiceDate"][:10])
    return found


def test_the_figures_of_a_real_year_are_those_of_its_file():
    ShopFactory(slug="gift", currency="GBP", region="GB", time_zone="Europe/London")
    call_command("import_orders", REAL_FILE, "--shop", "gift", verbosity=0)
    figures.recount(Customer.objects.values_list("pk", flat=True))
    days = days_of_purchases()

    with timezone.override("Europe/London"):
        for period in (YEAR, SPRING):
            first, last = str(period.since), str(period.until)
            steps = edges(period.steps())
            bought = sum(any(first <= day <= last for day in its) for its in days.values())
            new = sum(first <= min(its) <= last for its in days.values())
            ends = [date(2009, 11, 30), period.until]
            known = [its for its in days.values() if min(its) <= last]
            again = sum(len([day for day in its if day <= last]) > 1 for its in known)

            assert sales.buyers(steps).in_all == bought
            assert sum(sales.new_buyers(steps)) == new
            rate = repeat_rate_over_time(ends, *sales.days_of_purchases(ends))[-1]
            assert rate == Share(again, len(known))
