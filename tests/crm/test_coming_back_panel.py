"""Why they come back, on a customer's page; what they have brought, as the company counts it; and lists by all that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm import company
from crm.company import Company
from crm.models import CustomerLoyalty, CustomerWorth, RfmCutPoints, Valuation
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db
NOTHING = {"orders": 4, "with_benefit": 0, "recommends": None, "friends": 0, "good_words": 0, "bad_words": 0}


@pytest.fixture
def manager(client):
    manager = UserFactory(is_superuser=True, language="en")
    client.force_login(manager)
    return manager


@pytest.fixture
def by_margin():
    company.remember(Company(historic_value="margin"))
    yield
    company.forget()


def counted(**more: object) -> CustomerWorth:
    told = {"as_of": timezone.localdate() - timedelta(days=1), "orders": 4, "currency": "EUR", "risk": "low"}
    customer = CustomerFactory()
    return CustomerWorth.objects.create(customer=customer, **{**told, "historic_value": Decimal(100), **more})


def comes_back(dominant: str, **inputs: object) -> CustomerLoyalty:
    scores = {"rational": 80, "emotional": 12, "behavioural": 5}
    its = counted()
    return CustomerLoyalty.objects.create(
        customer=its.customer, as_of=its.as_of, dominant=dominant, inputs={**NOTHING, **inputs}, **scores
    )


def page(client, row) -> str:
    return client.get(reverse("crm:customer", args=[row.customer_id])).content.decode()


def test_the_kind_is_said_in_a_sentence_with_an_action_the_scores_and_the_inputs(client, manager):
    text = page(
        client,
        comes_back(
            "rational",
            with_benefit=3,
            recommends=6,
            friends=1,
            good_words=2,
            bad_words=1,
            spread=0.1,
            usual_gap=14,
            tenure_days=42,
        ),
    )

    for words in (
        "Why they come back",
        "Comes back when there is something to save.",
        "Tie the saving to coming back",
        "80 of 100",
        "3 of 4 orders bought with a discount, a coupon or points.",
        "Would recommend you: 6 of 10.",
        "Brought 1 friend who bought.",
        "2 good reviews.",
        "1 bad review.",
        "Buys regularly: half of the gaps between purchases are no longer than 14 days.",
        "From the first purchase to the latest: 42 days.",
        "How is this counted?",
    ):
        assert words in text


def test_what_nobody_knows_is_not_told_as_nothing(client, manager):
    text = page(client, comes_back(""))

    assert "none of the three is strong" in text
    for words in ("Would recommend you", "friend who bought.", "review.", "Buys regularly"):
        assert words not in text


def test_who_sees_only_their_own_shop_is_told_nothing_over_all_shops(client):
    client.force_login(UserFactory(language="en"))

    assert "Why they come back" not in page(client, comes_back("rational"))


def test_margin_is_told_where_the_company_counts_by_it_and_costs_are_known(client, manager, by_margin):
    assert "€37.20" in page(client, counted(margin=Decimal("37.20")))

    unknown = page(client, counted())
    assert "Net revenue so far" in unknown
    assert "the cost of some goods is not known" in unknown


def test_a_company_that_counts_by_revenue_reads_of_no_margin(client, manager):
    text = page(client, counted(margin=Decimal("37.20")))

    assert "Net revenue so far" in text
    assert "argin" not in text


def test_the_page_says_when_it_was_counted(client, manager):
    assert "counted today, " in page(client, counted(counted_at=timezone.now()))


# ── Lists ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("asked", [{"category": "star"}, {"stage": "loyal"}, {"risk": "high"}])
def test_customers_are_listed_by_category_stage_and_risk(client, manager, asked):
    counted(category="star", stage="loyal", risk="high")
    counted(category="question", stage="first", risk="low")

    rows = client.get(reverse("admin:crm_customer_changelist"), asked).context["cl"].result_list

    assert [row.worth.category for row in rows] == ["star"]


def test_a_list_of_many_asks_no_more_than_one_of_few(client, manager, django_assert_max_num_queries):
    for _ in range(3):
        counted(category="star")
    address = reverse("admin:crm_customer_changelist")
    client.get(address)
    with django_assert_max_num_queries(40) as of_few:
        client.get(address)
    for _ in range(12):
        counted(category="star")

    with django_assert_max_num_queries(len(of_few)):
        client.get(address)


def test_nights_and_cut_points_can_be_looked_at(client, manager):
    at = datetime(2026, 11, 21, 3, tzinfo=UTC)
    night = Valuation.objects.create(
        as_of=at.date(),
        horizon_days=90,
        started_at=at,
        finished_at=at,
        backtest_forecast=130,
        backtest_fact=100,
    )
    cuts = {"recency_days": [3, 9, 30, 90], "frequency": [1, 2, 4, 8], "monetary": [10, 20, 40, 80]}
    RfmCutPoints.objects.create(
        month=at.date(), currency="EUR", customers=9, bought_once=2, counted_at=NOON, **cuts
    )

    nights = client.get(reverse("admin:crm_valuation_changelist")).content.decode()
    frozen = client.get(reverse("admin:crm_rfmcutpoints_changelist")).content.decode()

    assert "130%" in nights
    assert "foreseen" in nights
    assert "3 · 9 · 30 · 90" in frozen
    assert client.get(reverse("admin:crm_valuation_change", args=[night.pk])).status_code == 200
