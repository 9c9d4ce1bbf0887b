"""How things stand, on a customer's page: each figure with its why."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import CustomerWorth, Valuation
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    manager = UserFactory(is_superuser=True, language="en", name="Iva Marinova")
    client.force_login(manager)
    return manager


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def valued(**more: object) -> CustomerWorth:
    told = {
        "as_of": yesterday(),
        "orders": 5,
        "purchase_days": 5,
        "currency": "EUR",
        "historic_value": Decimal("120.50"),
        "recency": 2,
        "frequency": 4,
        "monetary": 5,
        "category": "question",
        "stage": "loyal",
        "stage_since": yesterday(),
        "risk": "high",
        "risk_reasons": [["silent", 40, 21], ["slower", 1, 4], ["returns", 2, 5]],
    }
    return CustomerWorth.objects.create(customer=CustomerFactory(), **{**told, **more})


def night(**more: object) -> Valuation:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return Valuation.objects.create(**{"as_of": yesterday(), "horizon_days": 90, "started_at": at, **more})


def page(client, worth: CustomerWorth) -> str:
    return client.get(reverse("crm:customer", args=[worth.customer_id])).content.decode()


def test_the_panel_says_category_stage_scores_and_risk_with_reasons(client, manager):
    night(r=1, alpha=1, a=1, b=1)
    text = page(client, valued(expected_purchases=Decimal("1.8234"), expected_value=Decimal("62.10")))

    for words in (
        "How things stand",
        "Question mark",
        "Loyal",
        "2 of 5",
        "€120.50",
        "Silent for 40 days; nine of ten gaps are no longer than 21 days.",
        "Buys less often: 1 day with purchases lately, 4 days in the same time before.",
        "2 returns of 5 orders.",
        "1.8 purchases for €62.10 in the next 90 days",
    ):
        assert words in text


def test_a_small_company_is_told_why_nothing_is_foreseen(client, manager):
    night(why_not=Valuation.WhyNot.FEW)

    assert "that needs 500 customers who bought before the last 90 days" in page(client, valued())


def test_a_model_that_missed_the_past_says_by_how_much(client, manager):
    night(why_not=Valuation.WhyNot.BACKTEST, backtest_forecast=300.0, backtest_fact=200)

    assert "the forecast came to 150% of what was bought" in page(client, valued())


def test_before_the_first_night_there_is_no_panel(client, manager):
    answer = client.get(reverse("crm:customer", args=[CustomerFactory().pk]))

    assert "How things stand" not in answer.content.decode()


def test_who_may_not_see_it_does_not(client):
    client.force_login(UserFactory(language="en"))
    answer = client.get(reverse("crm:customer", args=[valued().customer_id]))

    assert "How things stand" not in answer.content.decode()
