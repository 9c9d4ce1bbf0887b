"""What is written once answers as the same query would."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, QuerySet

from crm.models import Order, OrderLine
from crm.written_once import AnyOf, written_once
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import ShopFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@written_once(int, datetime)
def orders_since(customer: int, at: datetime) -> QuerySet[Order]:
    """With what a join brings, and what is counted beside it."""
    since = Order.objects.filter(customer=customer, placed_at__gte=at).select_related("shop", "customer")
    return since.annotate(line_count=Count("lines")).order_by("-placed_at")


@written_once(list)
def by_number(numbers: list[str]) -> QuerySet[Order]:
    return Order.objects.filter(AnyOf("number", numbers, of="text")).order_by("number")


@pytest.fixture
def three(db):
    theirs = {"customer": CustomerFactory(), "shop": ShopFactory()}
    return [
        placed_order(f"o-{day}", placed_at=NOON + timedelta(days=day), at=NOON + timedelta(days=9), **theirs)
        for day in range(3)
    ]


def test_rows_become_the_objects_that_the_query_gives(three):
    first, second, third = three
    found = orders_since(first.customer_id, second.placed_at)

    assert found == [third, second]
    assert vars(found[0].shop).keys() == vars(third.shop).keys()
    assert {name: value for name, value in vars(found[0]).items() if name[0] != "_"} == {
        **{name: value for name, value in vars(Order.objects.get(pk=third.pk)).items() if name[0] != "_"},
        "line_count": OrderLine.objects.filter(order=third).count(),
    }


def test_what_a_join_brought_is_not_asked_for_again(three, django_assert_num_queries):
    with django_assert_num_queries(1):
        (found, *_rest) = orders_since(three[0].customer_id, NOON)
        assert (found.shop.name, found.customer.pk) == (three[0].shop.name, three[0].customer_id)


def test_each_call_asks_for_its_own_values(three):
    somebody_else = placed_order(customer=CustomerFactory())

    assert orders_since(somebody_else.customer_id, NOON) == [somebody_else]
    assert len(orders_since(three[0].customer_id, NOON)) == 3
    assert orders_since(three[0].customer_id, NOON + timedelta(days=9)) == []


def test_a_list_is_one_value_however_long(three):
    numbers = [order.number for order in three]

    assert by_number(numbers[:1]) == three[:1]
    assert by_number([*numbers, "nobody's"]) == sorted(three, key=lambda order: order.number)
    assert by_number([]) == []


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_text_and_nothing_else():
    orders = [placed_order(customer=CustomerFactory()) for _ in range(8)]

    def ask(order: Order) -> list[Order]:
        try:
            return [one for _ in range(20) for one in orders_since(order.customer_id, NOON)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, orders))

    assert found == [[order] * 20 for order in orders]
