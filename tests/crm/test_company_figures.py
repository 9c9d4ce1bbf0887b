"""Four figures of a company, beside a small past that can be counted on fingers."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from crm.dashboards.periods import Period
from crm.measures.intervals import Share
from crm.worth.company_figures import Revenue, company_figures
from tests.factories.customers import CustomerFactory
from tests.factories.purchases import buys, returns
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
SPRING = Period(date(2026, 3, 1), date(2026, 5, 31))


@pytest.fixture
def past():
    """Anna buys in January, February and April; Boris in January; Vera in March, twice on one day; Galya in June."""
    shop = ShopFactory(time_zone="Europe/Sofia")
    anna, boris, vera, galya = (CustomerFactory() for _ in range(4))
    buys(anna, shop, [date(2026, 1, 5), date(2026, 2, 5), date(2026, 4, 5)], amount="10.00")
    buys(boris, shop, [date(2026, 1, 20)], amount="20.00")
    buys(vera, shop, [date(2026, 3, 3), date(2026, 3, 3)], amount="30.00")
    buys(galya, shop, [date(2026, 6, 1)], amount="40.00")
    returns(vera, shop, date(2026, 3, 9), amount="5.00")


def test_figures_of_a_small_past(past):
    found = company_figures(SPRING, horizon_days=90)

    assert found.repeat == Share(1, 3)
    assert found.churn == Share(1, 2)
    assert found.revenue == {"EUR": Revenue(Decimal("70.00"), Decimal("5.00"))}
    assert found.revenue["EUR"].net == Decimal("65.00")


def test_cohorts_tell_the_months_that_are_over(past):
    january, march = company_figures(SPRING, horizon_days=90).cohorts

    assert (january.month, january.customers) == (date(2026, 1, 1), 2)
    assert january.months == (Share(1, 2), Share(0, 2), Share(1, 2), Share(0, 2))
    assert (march.month, march.customers, march.months) == (date(2026, 3, 1), 1, (Share(0, 1), Share(0, 1)))


def test_a_month_that_is_not_over_is_left_out(past):
    found = company_figures(Period(SPRING.since, SPRING.until - timedelta(days=1)), horizon_days=90)

    assert found.cohorts[0].months == (Share(1, 2), Share(0, 2), Share(1, 2))


def test_who_was_active_long_ago_does_not_count(past):
    assert company_figures(SPRING, horizon_days=20).churn == Share(0, 0)


def test_the_command_answers_json(past, capsys):
    call_command("figures", "--json", "--since", "2026-03-01", "--until", "2026-05-31", "--horizon", "90")
    told = json.loads(capsys.readouterr().out)

    assert told["repeat_rate"] == {"count": 1, "of": 3}
    assert told["churn_rate"] == {"count": 1, "of": 2}
    assert told["net_revenue"] == {"EUR": {"sold": "70.00", "refunded": "5.00", "net": "65.00"}}
    assert told["cohorts"][0] == {"month": "2026-01", "customers": 2, "bought_in_month": [1, 0, 1, 0]}
