"""A shop's system reads what a customer is worth, and lists customers by it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm.models import Customer, CustomerLoyalty, CustomerWorth
from crm.people import merging
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def lipa() -> ShopSystem:
    return ShopSystem()


def counted(customer: Customer, **more: object) -> CustomerWorth:
    told = {"as_of": date(2026, 3, 1), "counted_at": NOON, "currency": "EUR", **more}
    return CustomerWorth.objects.create(customer=customer, **told)


def worth_of(lipa: ShopSystem, customer: Customer):
    return lipa.get(f"customers/{customer.pk}/worth/")


def test_everything_that_was_counted_is_told(lipa):
    anna = CustomerFactory()
    counted(
        anna,
        category="star",
        stage="loyal",
        risk="raised",
        risk_reasons=[["late", 25, 31]],
        historic_value=Decimal("-4.50"),
        expected_purchases=Decimal("1.8234"),
        learned_channel="viber",
        learned_sent=6,
        learned_answered=5,
    )
    CustomerLoyalty.objects.create(
        customer=anna, as_of=NOON, rational=1, emotional=64, behavioural=48, dominant="emotional"
    )

    body = worth_of(lipa, anna).body

    assert (body["as_of"], body["category"], body["stage"], body["risk"]) == (
        "2026-03-01",
        "star",
        "loyal",
        "raised",
    )
    assert body["risk_reasons"] == [{"code": "late", "found": 25, "usual": 31}]
    assert (body["net_revenue"], body["margin"], body["expected_purchases"]) == ("-4.50", None, "1.8234")
    assert body["learned_channel"] == {"channel": "viber", "answered": 5, "sent": 6}
    assert body["loyalty"] == {"rational": 1, "emotional": 64, "behavioural": 48, "dominant": "emotional"}


def test_of_whoever_is_not_counted_yet_nothing_is_known(lipa):
    answer = worth_of(lipa, CustomerFactory())

    assert answer.status == 200
    assert (answer.body["as_of"], answer.body["category"], answer.body["loyalty"]) == (None, "", None)
    assert (answer.body["risk_reasons"], answer.body["learned_channel"]) == ([], None)


def test_a_merged_customer_is_the_one_who_stays(lipa):
    anna, other = CustomerFactory(), CustomerFactory()
    counted(anna, category="star")
    merging.merge(anna, other=other, by=None, at=NOON)

    assert worth_of(lipa, other).body["category"] == "star"


def test_nobody_s_worth_is_not_found(lipa):
    assert lipa.get("customers/999999/worth/").problem[0] == 404


@pytest.mark.parametrize("asked", ["category=star", "stage=loyal", "risk=high"])
def test_customers_are_listed_by_it(lipa, asked):
    anna, ivan = CustomerFactory(), CustomerFactory()
    counted(anna, category="star", stage="loyal", risk="high")
    counted(ivan, category="question", stage="first", risk="low")

    assert [one["id"] for one in lipa.get(f"customers/?{asked}").body["items"]] == [anna.pk]


def test_a_category_that_is_none_is_refused(lipa):
    assert lipa.get("customers/?category=gold").problem[0] == 400
