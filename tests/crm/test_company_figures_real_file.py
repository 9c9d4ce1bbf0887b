"""A real year of a gift shop: `manage.py figures` beside SQL written by hand over the file itself."""

import csv
import gzip
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.import_files import REAL_FILE
from tests.factories.shops import ShopFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.nightly,
    pytest.mark.skipif(not REAL_FILE.exists(), reason="the real data is not here"),
]

SINCE, UNTIL, HORIZON = date(2010, 7, 1), date(2010, 9, 30), 120

FILE = """
CREATE TEMP TABLE file (
  invoice text, sku text, name text, quantity int, bought_at timestamp, price numeric, customer text, country text
)
"""
REPEAT = """
SELECT count(*), count(*) FILTER (WHERE days > 1)
FROM (
  SELECT customer, count(DISTINCT bought_at::date) AS days FROM file
  WHERE customer <> '' AND invoice !~ '^C' AND quantity > 0 AND bought_at < '2010-10-01' GROUP BY customer
) each
"""
CHURN = """
WITH sales AS (
  SELECT customer, bought_at::date AS day FROM file WHERE customer <> '' AND invoice !~ '^C' AND quantity > 0
), active AS (
  SELECT DISTINCT customer FROM sales WHERE day >= date '2010-07-01' - 120 AND day < '2010-07-01'
)
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
  SELECT FROM sales WHERE sales.customer = active.customer AND day BETWEEN '2010-07-01' AND '2010-09-30'
))
FROM active
"""
COHORTS = """
WITH months AS (
  SELECT DISTINCT customer, to_char(bought_at, 'YYYY-MM') AS month FROM file
  WHERE customer <> '' AND invoice !~ '^C' AND quantity > 0 AND bought_at < '2010-10-01'
), firsts AS (
  SELECT customer, min(month) AS first FROM months GROUP BY customer
)
SELECT first, month, count(*) FROM firsts JOIN months USING (customer) GROUP BY 1, 2 ORDER BY 1, 2
"""
# A line's amount is rounded half up to a penny, sales and credits alike.
REVENUE = """
SELECT sum(round(quantity * price, 2)) FILTER (WHERE invoice !~ '^[CA]' AND quantity > 0),
       sum(round(-quantity * price, 2)) FILTER (WHERE invoice ~ '^C' AND quantity < 0)
FROM file WHERE bought_at >= '2010-07-01' AND bought_at < '2010-10-01'
"""


def load_file() -> None:
    with gzip.open(REAL_FILE, "rt", encoding="utf-8") as file, connection.cursor() as cursor:
        cursor.execute(FILE)
        rows = csv.reader(file)
        next(rows)
        with cursor.copy("COPY file FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def asked(question: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def test_the_figures_of_the_imported_file_are_those_of_the_file(capsys):
    ShopFactory(slug="gift", currency="GBP", region="GB", time_zone="Europe/London")
    call_command("import_orders", REAL_FILE, "--shop", "gift", verbosity=0)
    load_file()
    capsys.readouterr()
    call_command(
        *("figures", "--json", "--since", str(SINCE), "--until", str(UNTIL), "--horizon", str(HORIZON))
    )
    told = json.loads(capsys.readouterr().out)

    assert [(told["repeat_rate"]["of"], told["repeat_rate"]["count"])] == asked(REPEAT)
    assert [(told["churn_rate"]["of"], told["churn_rate"]["count"])] == asked(CHURN)
    found: dict[str, dict[str, int]] = {}
    for first, month, count in asked(COHORTS):
        found.setdefault(first, {})[month] = count
    assert [one["month"] for one in told["cohorts"]] == sorted(found)
    for one in told["cohorts"]:
        its = found[one["month"]]
        later = [f"2010-{n:02}" for n in range(1, 10) if f"2010-{n:02}" > one["month"]]
        assert one["customers"] == its[one["month"]]
        assert one["bought_in_month"] == [its.get(month, 0) for month in later]
    ((sold, refunded),) = asked(REVENUE)
    money = told["net_revenue"]["GBP"]
    assert (money["sold"], money["refunded"]) == (str(sold), str(refunded))
    assert money["net"] == str(sold - refunded)
