from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.models import Customer, CustomerFigures, Order, Return, Shop
from crm.purchases import figures

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(slug="lipa", name="Липа", kind=Shop.Kind.ONLINE)


@pytest.fixture
def maria() -> Customer:
    return Customer.objects.create(given_name="Мария", created_at=NOON)


def bought(shop: Shop, customer: Customer, number: str, amount: str, **more: Any) -> Order:
    defaults = {"currency": "EUR", "placed_at": NOON}
    return Order.objects.create(
        shop=shop,
        customer=customer,
        external_id=number,
        number=number,
        goods_amount=Decimal(amount),
        **defaults | more,
    )


def counted(customer: Customer) -> CustomerFigures:
    figures.recount({customer.pk})
    return CustomerFigures.objects.get(customer=customer)


def test_refunds_are_subtracted_and_cancelled_orders_left_out(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "40.00", placed_at=NOON - timedelta(days=9))
    bought(shop, maria, "2", "2.60")
    bought(shop, maria, "3", "99.00", cancelled_at=NOON)
    Return.objects.create(
        shop=shop,
        customer=maria,
        external_id="r",
        number="r",
        currency="EUR",
        amount=Decimal("0.60"),
        returned_at=NOON,
    )

    found = counted(maria)

    assert (found.orders, found.returns, found.net_revenue) == (2, 1, Decimal("42.00"))
    assert (found.first_order_at, found.last_order_at) == (NOON - timedelta(days=9), NOON)


def test_what_came_back_of_a_cancelled_order_is_not_subtracted(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "40.00")
    gone = bought(shop, maria, "2", "99.00", cancelled_at=NOON)
    given_back = {"shop": shop, "customer": maria, "currency": "EUR", "returned_at": NOON}
    for number, amount in enumerate(("30.00", "5.00")):
        Return.objects.create(
            external_id=str(number), number=str(number), amount=Decimal(amount), order=gone, **given_back
        )

    found = counted(maria)

    assert (found.orders, found.returns, found.net_revenue) == (1, 0, Decimal("40.00"))


def test_euros_and_leva_are_never_added_up(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "100.00", currency="BGN", placed_at=NOON - timedelta(days=400))
    bought(shop, maria, "2", "51.13")

    found = counted(maria)

    assert (found.orders, found.net_revenue, found.currency) == (2, Decimal("51.13"), "EUR")


def test_counting_again_changes_nothing(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "40.00")

    first, second = counted(maria), counted(maria)

    assert (first.orders, first.net_revenue) == (second.orders, second.net_revenue) == (1, Decimal("40.00"))


def test_who_bought_nothing_has_empty_figures(maria: Customer) -> None:
    found = counted(maria)

    assert (found.orders, found.net_revenue, found.last_order_at) == (0, 0, None)


def test_two_orders_of_one_day_are_one_day_of_purchases(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "40.00", placed_at=NOON)
    bought(shop, maria, "2", "40.00", placed_at=NOON + timedelta(hours=3))
    bought(shop, maria, "3", "9.00", placed_at=NOON + timedelta(days=1), cancelled_at=NOON)
    once = counted(maria)
    bought(shop, maria, "4", "5.00", placed_at=NOON - timedelta(days=30))
    twice = counted(maria)

    assert (once.first_purchase_on, once.second_purchase_on) == (NOON.date(), None)
    assert (twice.first_purchase_on, twice.second_purchase_on) == (
        NOON.date() - timedelta(days=30),
        NOON.date(),
    )


def test_a_day_of_purchases_is_told_by_the_clock_of_the_shop(shop: Shop, maria: Customer) -> None:
    bought(shop, maria, "1", "40.00", placed_at=datetime(2026, 11, 20, 22, 30, tzinfo=UTC))

    assert str(counted(maria).first_purchase_on) == "2026-11-21"
