"""A checkout reads what a customer likes, and offers that first."""

from __future__ import annotations

import pytest

from crm.consents import consenting
from crm.models import Customer
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def lipa() -> ShopSystem:
    return ShopSystem()


@pytest.fixture
def anna() -> Customer:
    anna = CustomerFactory(language="bg")
    IdentityFactory(customer=anna, value="anna@mail.example")
    return anna


def path(customer: Customer) -> str:
    return f"customers/{customer.pk}/preferences/"


def change(lipa: ShopSystem, customer: Customer, **told: str):
    tag = lipa.get(path(customer)).headers["ETag"]
    return lipa.patch(path(customer), told, If_Match=tag)


def test_what_somebody_likes_comes_first(lipa, anna):
    told = {"preferred_channel": "email", "payment": "transfer", "delivery": "locker"}
    assert change(lipa, anna, **told).status == 200

    body = lipa.get(path(anna)).body
    assert told.items() <= body.items()
    assert body["payments"][0] == "transfer"
    assert body["deliveries"][0] == "locker"
    assert sorted(body["payments"]) == ["card", "in_shop", "instalments", "on_delivery", "transfer"]
    assert lipa.get(f"customers/{anna.pk}/").body["preferred_channel"] == "email"


def test_what_is_not_named_stays(lipa, anna):
    change(lipa, anna, payment="card", delivery="post")
    body = change(lipa, anna, delivery="").body

    assert (body["payment"], body["delivery"], body["language"]) == ("card", "", "bg")


def test_a_change_needs_what_was_seen(lipa, anna):
    assert lipa.patch(path(anna), {"payment": "card"}).problem[0] == 428
    old = lipa.get(path(anna)).headers["ETag"]
    change(lipa, anna, payment="card")

    assert lipa.patch(path(anna), {"payment": "transfer"}, If_Match=old).problem[0] == 412


def test_welcome_offers_are_told_and_changed_elsewhere(lipa, anna):
    consenting.give(anna, purpose="advertising", channel="email", source="agent", occurred_at=NOON, at=NOON)

    assert lipa.get(path(anna)).body["advertising"] == ["email"]
    assert change(lipa, anna, advertising="email").problem == (422, "invalid-body")


@pytest.mark.parametrize("told", [{}, {"payment": "gold"}, {"delivery": 1}, {"language": "xx"}])
def test_what_is_no_preference_is_refused(lipa, anna, told):
    assert change(lipa, anna, **told).problem == (422, "invalid-body")


def test_a_stranger_is_not_there(lipa):
    assert lipa.get("customers/999/preferences/").problem[0] == 404


def test_reading_costs_the_same_whoever_asks(lipa, anna, django_assert_max_num_queries):
    lipa.warm(path(anna))
    with django_assert_max_num_queries(16):
        lipa.get(path(anna))
