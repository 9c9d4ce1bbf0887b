"""An order that came without a buyer gets one as soon as any news names them: and it ends as if they had been there."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from crm.connectors import landing
from crm.models import Connection, ConnectorDelivery, Customer, CustomerFigures, Order, Return, TimelineEntry
from crm.people.erasure import erase
from crm.purchases import figures
from crm.purchases.naming import BuyerDiffers, name_buyer
from loyalty.models import Member, Programme
from tests.crm.connectors.arriving import News, brought, connected, doubled, knock, settle
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, UserFactory
from tests.fakes import woocommerce as woo
from tests.loyalty.ledger_world import wrong

pytestmark = pytest.mark.django_db
NOBODY: dict[str, Any] = {
    "customer_id": 0,
    "billing": woo.address(first_name="", last_name="", email="", phone=""),
}


@pytest.fixture(autouse=True)
def programme() -> Programme:
    made = ProgrammeFactory(joining=Programme.Joining.AUTOMATIC, pending_days=14)
    rule(made)
    return made


@pytest.fixture
def connection() -> Connection:
    return connected("woocommerce")


def history(*, placed: dict[str, Any], paid: dict[str, Any], completed: dict[str, Any]) -> list[News]:
    """Placed, paid, completed, a cup less, one of three given back, and a sum beside: each by whoever is named."""
    dearer = woo.item(318, name="Чаша", sku="CUP-1", quantity=1)
    money = woo.refund(742, line_items=[], amount="1.00", date_created_gmt="2026-03-02T10:00:00")
    return [
        ("order.created", woo.pending(line_items=[woo.item(), dearer], **placed)),
        ("order.updated", woo.order(**paid)),
        ("order.updated", woo.completed(**completed)),
        ("action.refund", woo.refund()),
        ("action.refund", money),
    ]


# Somebody is known since they are named; and what is told once more is told as it stands.
NOT_OF_THE_ORDER = ("crm.customer_joined", "crm.identity_added", "crm.order_amended")


def ended(connection: Connection) -> dict[str, Any]:
    """What the buyer has of it."""
    order = Order.objects.select_related("customer").get(shop=connection.shop)
    assert order.customer
    wallet = Member.objects.get(customer=order.customer).wallet
    told = TimelineEntry.objects.filter(customer=order.customer, kind__startswith="crm.")
    counted = CustomerFigures.objects.get(customer=order.customer)
    return {
        "points": (wallet.available, wallet.pending, wallet.debt),
        "told": set(told.exclude(kind__in=NOT_OF_THE_ORDER).values_list("kind", "occurred_at")),
        "counted": (counted.orders, counted.returns, counted.net_revenue),
        "returns": sorted(
            Return.objects.filter(customer=order.customer).values_list("external_id", "amount")
        ),
    }


def counted_anew() -> None:
    figures.recount(set(Customer.objects.values_list("pk", flat=True)))


NAMED_AT = [
    {"placed": NOBODY, "paid": {}, "completed": {}},
    {"placed": NOBODY, "paid": NOBODY, "completed": {}},
    {"placed": NOBODY, "paid": {}, "completed": NOBODY},
    {"placed": {}, "paid": NOBODY, "completed": NOBODY},
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("named", NAMED_AT)
def test_whenever_the_buyer_is_named_it_ends_as_if_they_had_been_there_at_once(
    connection: Connection, named: dict[str, Any], seed: int
) -> None:
    at_once = connected("woocommerce")
    brought(at_once, *history(placed={}, paid={}, completed={}))
    brought(connection, *doubled(history(**named), seed=seed))
    counted_anew()

    assert ended(connection) == ended(at_once)
    assert ended(connection)["points"] == (0, 14, 0)
    assert not ConnectorDelivery.objects.failed().exists()
    assert wrong() == []


def test_a_buyer_is_neither_taken_away_nor_exchanged_and_the_shop_is_asked_why(
    connection: Connection,
) -> None:
    somebody_else = woo.address(first_name="Елена", email="elena@lipa.example", phone="0888 999 999")
    brought(connection, ("customer.created", woo.customer(27, email="elena@lipa.example")))
    brought(connection, ("order.created", woo.pending()), ("order.updated", woo.order(**NOBODY)))
    assert not ConnectorDelivery.objects.failed().exists()

    brought(connection, ("order.updated", woo.completed(customer_id=27, billing=somebody_else)))

    order = Order.objects.get()
    assert order.customer and order.customer.given_name == "Мария" and order.completed_at
    assert ConnectorDelivery.objects.failed().get().failure_code == "buyer-differs"


def test_older_news_of_another_buyer_is_no_shortcoming(connection: Connection) -> None:
    brought(connection, ("customer.created", woo.customer(27, email="elena@lipa.example")))
    brought(connection, ("order.updated", woo.order()), ("order.created", woo.pending(customer_id=27)))

    assert not ConnectorDelivery.objects.failed().exists()


def test_a_guest_who_types_another_address_is_nobody_else(connection: Connection) -> None:
    changed = woo.address(email="petrova@lipa.example", phone="0888 000 000")
    brought(connection, ("order.created", woo.pending(customer_id=0)))
    brought(connection, ("order.updated", woo.order(customer_id=0, billing=changed)))

    assert Customer.objects.count() == 1 and not ConnectorDelivery.objects.failed().exists()


def test_nobody_who_was_erased_comes_back_by_their_order(connection: Connection) -> None:
    brought(connection, ("order.created", woo.pending()))
    erase(Customer.objects.get(), reason="asked", by=UserFactory(), at=NOON)
    brought(connection, ("order.updated", woo.order()), ("order.updated", woo.completed()))

    order = Order.objects.get()
    assert order.customer and order.customer.erased_at and order.progress == "completed"
    assert Customer.objects.count() == 1 and not ConnectorDelivery.objects.failed().exists()


def test_to_name_the_same_buyer_again_changes_nothing_and_another_is_refused() -> None:
    order, maria = placed_order("o-1", customer=None, moments={"paid": NOON}), CustomerFactory()
    for _again in range(2):
        name_buyer(order, customer=maria, source="api:x", at=NOON)
    with pytest.raises(BuyerDiffers):
        name_buyer(order, customer=CustomerFactory(), source="api:x", at=NOON)

    told = TimelineEntry.objects.filter(customer=maria, kind__startswith="crm.order")
    assert [one.fact.aloud("en")[:16] for one in told.order_by("pk")] == [
        "Order o-1 placed",
        "Order o-1 paid: ",
    ]


def test_a_cancelled_order_earns_its_late_buyer_nothing(connection: Connection) -> None:
    gone = woo.order(status="cancelled", date_modified_gmt="2026-02-28T10:00:00")
    for news in itertools.permutations([woo.pending(**NOBODY), woo.order(**NOBODY), gone]):
        brought(connection, *(("order.updated", one) for one in news))
    order = Order.objects.get()

    assert order.customer and order.cancelled_at
    assert not Member.objects.filter(customer=order.customer, wallet__pending__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_a_return_that_lands_while_the_buyer_is_named_is_the_buyers(connection: Connection) -> None:
    """Twelve orders of nobody: the news that names the buyer and the return land in the same moment."""
    numbers = range(1, 13)
    brought(connection, *(("order.created", woo.order(number, **NOBODY)) for number in numbers))
    for number in numbers:
        assert knock(connection, "order.updated", woo.completed(number)) == 200
        assert knock(connection, "action.refund", woo.refund(100 + number, order=number)) == 200

    def landed(pk: int) -> bool:
        try:
            return landing.land(pk, at=timezone.now())
        finally:
            database.close()

    with ThreadPoolExecutor(6) as threads:
        waiting = ConnectorDelivery.objects.filter(landed_at=None).order_by("pk")
        list(threads.map(landed, waiting.values_list("pk", flat=True)))
    settle()

    assert not ConnectorDelivery.objects.filter(landed_at=None).exists()
    maria = Customer.objects.get()
    assert Return.objects.filter(customer=maria).count() == len(numbers)
    assert Member.objects.get(customer=maria).wallet.pending == 14 * len(numbers)
    assert wrong() == []
