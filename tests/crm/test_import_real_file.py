"""A real shop's year reconciles with what is known about it, to the penny."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from crm.importing import jobs, reporting, running
from crm.importing.columns import ColumnMap
from crm.models import Customer, Order, OrderLine, Return
from tests.factories.import_files import REAL_FILE
from tests.factories.shops import ShopFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not REAL_FILE.exists(), reason=f"the real file is not there: {REAL_FILE}"),
]


def read():
    job = jobs.open_job(REAL_FILE, file_name=REAL_FILE.name, shop=ShopFactory(), at=timezone.now())
    job = jobs.begin(
        job,
        columns=ColumnMap.from_json(job.mapping),
        layout=job.layout,
        currency=job.currency,
        time_zone=job.time_zone,
        at=timezone.now(),
    )
    return running.run(job, REAL_FILE, clock=timezone.now)


def test_the_dry_run_of_a_real_year_reconciles():
    report = reporting.report(read())

    sales, credits = report.line("sales"), report.line("credits")
    assert report.rows == 525_461
    assert report.adds_up
    assert report.customers == 4_383
    assert (sales.documents, sales.amount) == (19_215, Decimal("8832003.26"))
    assert (credits.documents, credits.amount) == (4_372, Decimal("-483794.70"))
    assert sales.amount + credits.amount == Decimal("8348208.56")
    assert sales.rows + credits.rows == 417_534
    assert sum(report.line(f"anonymous-{what}").rows for what in ("sales", "credits")) == 104_607
    assert {line.reason: line.rows for line in report.refused} == {
        "stock-correction": 2_121,
        "nothing-sold": 1_195,
        "adjustment": 3,
        "credit-adds": 1,
    }


@pytest.mark.nightly
def test_a_real_year_comes_in_whole():
    job = running.run(jobs.confirm(read(), at=timezone.now()), REAL_FILE, clock=timezone.now)

    known = {"customer__isnull": False}
    assert Customer.objects.count() == 4_383
    assert Order.objects.filter(**known).aggregate(sum=Sum("goods_amount"))["sum"] == Decimal("8832003.26")
    assert Return.objects.filter(**known).aggregate(sum=Sum("amount"))["sum"] == Decimal("483794.70")
    assert OrderLine.objects.count() == 407_695 + 104_241
    assert reporting.report(job).adds_up
