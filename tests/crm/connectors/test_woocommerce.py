"""WooCommerce plugged in: signed, kept once, and landed the same in whatever order its news comes."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from crm.connectors import CONNECTORS, connecting, inbox, landing
from crm.connectors.base import Unreadable
from crm.models import (
    Connection,
    ConnectorDelivery,
    ConnectorNews,
    Customer,
    Offering,
    Order,
    OrderLine,
    ParkedEntry,
    Product,
    Return,
    TimelineEntry,
)
from crm.people.erasure import erase
from tests.crm.connectors.arriving import (
    JSON,
    NOT_ITS_PAYLOAD,
    News,
    brought,
    connected,
    doubled,
    forgeries_accepted,
    knock,
    settle,
)
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.fakes import woocommerce as woo

pytestmark = pytest.mark.django_db
WOO = CONNECTORS["woocommerce"]


@pytest.fixture
def connection() -> Connection:
    return connected("woocommerce")


def standing() -> dict[str, Any]:
    """Everything that connections may make, without ids of our own."""
    return {
        "orders": sorted(
            Order.objects.values_list(
                *("external_id", "currency", "goods_amount", "delivery_amount", "progress"),
                *("placed_at", "paid_at", "completed_at", "customer__given_name"),
            )
        ),
        "lines": sorted(
            Order.objects.values_list("lines__external_id", "lines__amount", "lines__returned_quantity")
        ),
        "returns": sorted(Return.objects.values_list("external_id", "amount")),
        "customers": sorted(Customer.objects.values_list("given_name", "family_name")),
        "products": sorted(Product.objects.values_list("sku", "name", "is_active")),
        "offers": sorted(Offering.objects.values_list("product__sku", "price", "stock")),
        "facts": sorted(TimelineEntry.objects.values_list("kind", flat=True)),
    }


def test_a_paid_order_lands_with_its_buyer_lines_discount_and_delivery(connection: Connection) -> None:
    brought(connection, ("order.updated", woo.order()))

    order = Order.objects.get()
    line = order.lines.get()
    assert (order.external_id, order.currency, order.shop) == ("727", "EUR", connection.shop)
    assert (line.quantity, line.unit_price, line.discount_amount) == (3, Decimal("8.0000"), Decimal("2.40"))
    assert (order.goods_amount, order.delivery_amount) == (Decimal("21.60"), Decimal("6.00"))
    assert (order.progress, order.paid_at) == ("paid", datetime(2026, 2, 27, 16, 5, tzinfo=UTC))
    assert order.customer and order.customer.given_name == "Мария"
    assert set(order.customer.identities.values_list("kind", flat=True)) == {"external", "email", "phone"}


def cup(**changed: Any) -> dict[str, Any]:
    return woo.item(318, name="Чаша", sku="CUP-1", quantity=1, **changed)


# An order of each sort that shops have, edited after it was paid, given back in part, deleted.
EDITED: list[News] = [
    ("order.created", woo.pending(900)),
    ("order.updated", woo.order(900)),
    (
        "order.updated",
        woo.order(900, line_items=[woo.item(), cup()], date_modified_gmt="2026-02-27T17:00:00"),
    ),
    (
        "order.updated",
        woo.order(900, line_items=[woo.item(quantity=2), cup()], date_modified_gmt="2026-02-27T18:00:00"),
    ),
    ("action.refund", woo.refund(950, order=900)),
    (
        "order.updated",
        woo.completed(
            900,
            line_items=[cup(total="9.00", total_tax="1.80"), woo.item(quantity=2)],
            shipping_total="0.00",
            shipping_tax="0.00",
            refunds=[{"id": 950, "reason": "", "total": "-7.20"}],
            date_modified_gmt="2026-03-01T12:00:00",
        ),
    ),
    ("order.created", woo.order(901, customer_id=0, currency="JPY")),
    (
        "order.updated",
        woo.order(
            901, customer_id=0, currency="JPY", line_items=[cup()], date_modified_gmt="2026-02-28T10:00:00"
        ),
    ),
    ("order.deleted", {"id": 901}),
    ("order.created", woo.order(902)),
    (
        "order.updated",
        woo.order(
            902,
            line_items=[woo.item(subtotal="0.00", subtotal_tax="0.00", total="0.00", total_tax="0.00")],
            fee_lines=[{"id": 401, "name": "Опаковка", "total": "1.00", "total_tax": "0.20"}],
            date_modified_gmt="2026-02-28T11:00:00",
        ),
    ),
]


@pytest.mark.parametrize("seed", range(10))
def test_edits_refunds_and_deletions_end_the_same_in_any_order(connection: Connection, seed: int) -> None:
    brought(connection, *doubled(EDITED, seed=seed))

    assert standing()["orders"] == [
        ("900", "EUR", Decimal("32.40"), Decimal("0.00"), "completed", *DAYS_OF_900, "Мария"),
        ("901", "JPY", Decimal("21.60"), Decimal("6.00"), "cancelled", *DAYS_OF_901, "Мария"),
        ("902", "EUR", Decimal("1.20"), Decimal("6.00"), "paid", *DAYS_OF_901, "Мария"),
    ]
    assert standing()["lines"] == [
        ("315", Decimal("0.00"), Decimal(0)),
        ("315", Decimal("21.60"), Decimal(1)),
        ("318", Decimal("10.80"), Decimal(0)),
        ("318", Decimal("21.60"), Decimal(0)),
        ("401", Decimal("1.20"), Decimal(0)),
    ]
    assert standing()["returns"] == [("refund-950", Decimal("7.20"))]
    assert not ConnectorDelivery.objects.failed().exists()
    assert not ParkedEntry.objects.exists()


PLACED, PAID = datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 2, 27, 16, 5, tzinfo=UTC)
DAYS_OF_900 = (PLACED, PAID, datetime(2026, 2, 28, 9, tzinfo=UTC))
DAYS_OF_901 = (PLACED, PAID, None)


HISTORY: list[News] = [
    ("customer.created", woo.customer()),
    ("product.created", woo.product()),
    ("order.created", woo.pending()),
    ("order.updated", woo.order()),
    ("order.updated", woo.completed()),
    ("action.refund", woo.refund()),
    (
        "product.updated",
        woo.product(price="9.00", stock_quantity=37, date_modified_gmt="2026-02-01T08:00:00"),
    ),
    ("customer.updated", woo.customer(first_name="Мариана", date_modified_gmt="2026-03-02T08:00:00")),
]


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_and_doubled_it_ends_as_in_the_right_order_once(
    connection: Connection, seed: int
) -> None:
    brought(connection, *doubled(HISTORY, seed=seed))

    assert standing()["orders"] == [
        (
            *("727", "EUR", Decimal("21.60"), Decimal("6.00"), "completed"),
            datetime(2026, 2, 27, 16, tzinfo=UTC),
            datetime(2026, 2, 27, 16, 5, tzinfo=UTC),
            datetime(2026, 2, 28, 9, tzinfo=UTC),
            "Мариана",
        )
    ]
    assert standing()["lines"] == [("315", Decimal("21.60"), Decimal(1))]
    assert standing()["returns"] == [("refund-741", Decimal("7.20"))]
    assert standing()["customers"] == [("Мариана", "Петрова")]
    assert standing()["products"] == [("TEA-LINDEN-50", "Липов чай", True)]
    assert standing()["offers"] == [("TEA-LINDEN-50", Decimal("9.00"), 37)]
    assert not ConnectorDelivery.objects.failed().exists()
    assert ConnectorDelivery.objects.count() == len(HISTORY)


def test_a_deleted_order_is_cancelled_whenever_it_is_heard() -> None:
    news = [
        ("order.created", woo.pending()),
        ("order.updated", woo.order()),
        ("order.deleted", {"id": 727}),
    ]
    ends = []
    for order in itertools.permutations(news):
        connection = connected("woocommerce")
        brought(connection, *order)
        ends.append(Order.objects.filter(shop=connection.shop).values_list("progress", "external_id").get())
    assert set(ends) == {("cancelled", "727")}


def test_deleted_goods_are_no_longer_sold(connection: Connection) -> None:
    brought(connection, ("product.created", woo.product()), ("product.deleted", {"id": 93}))

    assert not Product.objects.get().is_active


def test_a_guest_a_free_order_and_another_currency_are_kept(connection: Connection) -> None:
    free = woo.item(subtotal="0.00", subtotal_tax="0.00", total="0.00", total_tax="0.00")
    brought(
        connection,
        ("order.created", woo.order(customer_id=0, currency="JPY", line_items=[free], shipping_total="0")),
        (
            "order.updated",
            woo.completed(customer_id=0, currency="JPY", line_items=[free], shipping_total="0"),
        ),
    )

    order = Order.objects.get()
    assert (order.goods_amount, order.currency, order.progress) == (0, "JPY", "completed")
    assert Customer.objects.count() == 1


def test_a_telephone_that_cannot_be_read_loses_no_sale(connection: Connection) -> None:
    brought(connection, ("order.created", woo.order(billing=woo.address(phone="звънете след 18"))))

    assert Order.objects.get().customer


def test_fees_are_lines_and_negative_fees_discounts(connection: Connection) -> None:
    fees = [
        {"id": 401, "name": "Опаковка", "total": "1.00", "total_tax": "0.20"},
        {"id": 402, "name": "Отстъпка", "total": "-3.00", "total_tax": "0.00"},
    ]
    brought(connection, ("order.created", woo.order(fee_lines=fees)))

    assert Order.objects.get().goods_amount == Decimal("19.80")


def test_the_whole_order_refunded_brings_all_its_goods_back(connection: Connection) -> None:
    refunds = [{"id": 742, "reason": "", "total": "-27.60"}]
    brought(connection, ("order.updated", woo.order(status="refunded", refunds=refunds)))

    assert Return.objects.get().amount == Decimal("21.60")


def edited(*items: dict[str, Any], hour: int = 9, **changed: Any) -> dict[str, Any]:
    """Somebody in the shop changed it after it was paid."""
    return woo.order(line_items=list(items), date_modified_gmt=f"2026-02-28T{hour:02}:00:00", **changed)


def test_an_order_edited_after_it_was_paid_says_what_the_shop_says(connection: Connection) -> None:
    cup = woo.item(318, name="Чаша", sku="CUP", quantity=1, subtotal="10.00", subtotal_tax="2.00")
    brought(connection, ("order.updated", woo.order()))
    brought(connection, ("order.updated", edited(woo.item(quantity=2), cup, shipping_total="7.00")))

    order = Order.objects.get()
    assert (order.goods_amount, order.delivery_amount) == (Decimal("43.20"), Decimal("8.00"))
    assert list(order.lines.values_list("external_id", "quantity")) == [("315", 2), ("318", 1)]
    assert not ConnectorDelivery.objects.failed().exists()


def test_what_cannot_be_changed_any_more_says_why(connection: Connection) -> None:
    brought(connection, ("order.updated", woo.order()), ("action.refund", woo.refund()))
    brought(connection, ("order.updated", edited(woo.item(318), status="completed")))

    assert Order.objects.get().lines.get().external_id == "315"
    assert ConnectorDelivery.objects.failed().get().failure_code == "less-than-returned"


def money_back(number: int, amount: str, *, order: int = 727, **changed: Any) -> dict[str, Any]:
    """Somebody typed a sum, and named no goods."""
    return woo.refund(number, order=order, line_items=[], amount=amount) | changed


def test_money_given_back_for_no_goods_lowers_what_was_spent_and_no_more(connection: Connection) -> None:
    brought(connection, ("action.refund", money_back(743, "5.00")), ("order.updated", woo.order()))

    assert Return.objects.get().amount == Decimal("5.00")
    assert Order.objects.get().lines.get().returned_quantity == 0
    assert TimelineEntry.objects.get(kind="crm.money_given_back").fact.aloud("en") == (
        "€5.00 given back for order 727; the goods stay"
    )
    assert not ConnectorDelivery.objects.failed().exists()


def test_delivery_that_is_paid_back_takes_nothing_from_the_goods(connection: Connection) -> None:
    delivery = [{"id": 318, "total": "-5.00", "total_tax": "-1.00"}]
    brought(connection, ("order.updated", woo.order()))
    brought(connection, ("action.refund", money_back(744, "6.00", shipping_lines=delivery)))

    assert Return.objects.get().amount == 0


def test_money_beside_goods_is_told_apart_from_them(connection: Connection) -> None:
    returned = woo.refund()["line_items"]
    scratch = woo.item(321, quantity=0, subtotal="0", subtotal_tax="0", total="-2.00", total_tax="-0.40")
    brought(connection, ("order.updated", woo.order()))
    brought(connection, ("action.refund", woo.refund(amount="9.60", line_items=[*returned, scratch])))

    assert sorted(Return.objects.values_list("external_id", "amount")) == [
        ("refund-741", Decimal("7.20")),
        ("refund-741-money", Decimal("2.40")),
    ]


def test_all_of_the_money_brings_all_of_the_goods_back_whatever_is_heard_first() -> None:
    ended = woo.completed(
        status="refunded",
        refunds=[{"id": 742, "reason": "", "total": "-27.60"}],
        date_modified_gmt="2026-03-02T09:00:00",
    )
    news = [
        ("order.updated", woo.order()),
        ("action.refund", money_back(742, "27.60")),
        ("order.updated", ended),
    ]
    for order in itertools.permutations(news):
        connection = connected("woocommerce")
        brought(connection, *order)
        kept = Return.objects.filter(shop=connection.shop)
        assert list(kept.values_list("external_id", "amount")) == [("refund-742", Decimal("21.60"))]
        assert OrderLine.objects.get(order__shop=connection.shop).quantity_left == 0


def test_an_order_that_names_a_refund_is_whole_when_its_lines_come(connection: Connection) -> None:
    named = woo.completed(refunds=[{"id": 741, "reason": "", "total": "-7.20"}])
    brought(connection, ("order.updated", named))
    assert ConnectorDelivery.objects.failed().get().failure_code == "returns-not-here"

    brought(connection, ("action.refund", woo.refund()))

    assert not ConnectorDelivery.objects.failed().exists()


def test_what_cannot_be_read_stays_with_its_reason(connection: Connection) -> None:
    for body in NOT_ITS_PAYLOAD:
        assert knock(connection, "order.updated", body) == 200
    settle(at=timezone.now())

    assert set(ConnectorDelivery.objects.values_list("failure_code", flat=True)) == {"not-its-payload"}
    assert ConnectorDelivery.objects.count() == len(NOT_ITS_PAYLOAD)


@given(
    name=some.sampled_from(sorted({*woo.order(), *woo.refund(), *woo.customer(), *woo.product()})),
    value=JSON,
    what=some.sampled_from([woo.order, woo.refund, woo.customer, woo.product]),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused(name: str, value: Any, what: Any) -> None:
    body = json.dumps(what() | {name: value}).encode()
    with suppress(Unreadable):
        WOO.read("order.updated", body)


def test_of_500_forged_altered_and_replayed_deliveries_none_is_accepted(connection: Connection) -> None:
    assert knock(connection, "order.updated", woo.order()) == 200
    assert forgeries_accepted(connection, "order.updated", woo.order()) == 0
    for topic in ("order.updated", "order.deleted", "customer.updated", ""):
        assert knock(connection, topic, woo.order()) == 200  # the same again: nothing new

    assert ConnectorDelivery.objects.count() == 1


def test_what_was_signed_of_one_thing_is_never_read_as_another(connection: Connection) -> None:
    brought(connection, ("customer.updated", woo.order()))

    assert Order.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "secret", "changeme-changeme-1", "0cc175b9c0f1b6a831c399e269772661"])
def test_empty_and_default_secrets_connect_nothing(secret: str) -> None:
    with pytest.raises(connecting.UnusableSecrets):
        connecting.connect(
            shop=ShopFactory(), vendor="woocommerce", secrets={"webhook_secret": secret}, at=NOON
        )


@pytest.mark.parametrize("secret", ["", "0cc175b9c0f1b6a831c399e269772661"])
def test_a_default_secret_that_stands_there_proves_nothing(connection: Connection, secret: str) -> None:
    connection.keep_secrets({"webhook_secret": secret})
    connection.save()
    body = woo.spelt(woo.order())

    assert knock(connection, "order.updated", body, signature=woo.signed(body, secret=secret)) == 401


def test_a_ping_is_answered_and_not_kept(connection: Connection) -> None:
    assert knock(connection, "", b"webhook_id=17", signature="") == 200
    assert not ConnectorDelivery.objects.exists()


def test_a_closed_connection_and_an_unknown_key_hear_nothing(connection: Connection) -> None:
    connecting.close(connection, at=NOON)

    assert knock(connection, "order.updated", woo.order()) == 404


def test_a_shop_is_connected_once_with_each_vendor(connection: Connection) -> None:
    with pytest.raises(connecting.AlreadyConnected):
        connecting.connect(
            shop=connection.shop, vendor="woocommerce", secrets={"webhook_secret": woo.SECRET}, at=NOON
        )


def test_secrets_rest_encrypted(connection: Connection) -> None:
    assert woo.SECRET not in connection.sealed_secrets
    assert connection.secrets == {"webhook_secret": woo.SECRET, "consumer_key": "", "consumer_secret": ""}


def test_with_the_person_goes_what_was_brought_about_them(connection: Connection) -> None:
    brought(connection, ("customer.created", woo.customer()), ("order.created", woo.order()))
    erase(Customer.objects.get(), reason="asked", by=UserFactory(), at=NOON)

    assert all(bytes(row.body) == b"" for row in ConnectorDelivery.objects.all())
    assert set(ConnectorDelivery.objects.values_list("thing", flat=True)) == {"", "order:727"}
    assert set(ConnectorNews.objects.values_list("thing", flat=True)) == {"order:727"}


def test_bodies_are_forgotten_after_thirty_days_and_cannot_be_replayed(connection: Connection) -> None:
    brought(connection, ("order.updated", b"{}"))
    ConnectorDelivery.objects.update(received_at=NOON)
    assert inbox.forget_bodies(at=NOON + timedelta(days=31)) == 1

    with pytest.raises(landing.BodyForgotten):
        landing.replay(ConnectorDelivery.objects.get(), at=NOON)
