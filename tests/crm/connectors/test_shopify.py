"""Shopify plugged in: signed, kept once, and landed the same in whatever order its news comes."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from crm.connectors import CONNECTORS, connecting
from crm.connectors.base import Given, OrderGiven, ReturnGiven, Unreadable
from crm.models import (
    Connection,
    ConnectorDelivery,
    Customer,
    Offering,
    Order,
    Product,
    Return,
    Task,
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
from tests.fakes import shopify as fake

pytestmark = pytest.mark.django_db
SHOPIFY = CONNECTORS["shopify"]


@pytest.fixture
def connection() -> Connection:
    return connected("shopify")


def standing() -> dict[str, Any]:
    """Everything that connections may make, without ids of our own."""
    return {
        "orders": sorted(
            Order.objects.values_list(
                *("external_id", "number", "currency", "goods_amount", "delivery_amount", "progress"),
                *("placed_at", "paid_at", "shipped_at", "completed_at", "customer__given_name"),
            )
        ),
        "lines": sorted(Order.objects.values_list("lines__sku", "lines__amount", "lines__returned_quantity")),
        "returns": sorted(Return.objects.values_list("external_id", "amount", "reason")),
        "customers": sorted(Customer.objects.values_list("given_name", "family_name")),
        "products": sorted(Product.objects.values_list("sku", "name", "is_active")),
        "offers": sorted(Offering.objects.values_list("product__sku", "price", "stock")),
        "facts": sorted(TimelineEntry.objects.values_list("kind", flat=True)),
    }


def order_in(said: list[Given] | Any) -> OrderGiven:
    return next(one for one in said if isinstance(one, OrderGiven))


def returns_in(said: Any) -> list[ReturnGiven]:
    return [one for one in said if isinstance(one, ReturnGiven)]


def read(payload: Any, topic: str = "orders/updated") -> Any:
    return SHOPIFY.read(topic, fake.spelt(payload))


def test_a_paid_order_lands_with_its_buyer_lines_discount_and_delivery(connection: Connection) -> None:
    brought(connection, ("orders/create", fake.order()))

    order = Order.objects.get()
    line = order.lines.get()
    assert (order.external_id, order.number, order.currency) == ("5678901234567", "#1001", "EUR")
    assert (line.quantity, line.unit_price, line.discount_amount) == (3, Decimal("8.0000"), Decimal("2.40"))
    assert (order.goods_amount, order.delivery_amount) == (Decimal("21.60"), Decimal("6.00"))
    assert (order.progress, order.paid_at) == ("paid", datetime(2026, 2, 27, 16, tzinfo=UTC))
    assert order.customer and order.customer.given_name == "Мария"
    assert set(order.customer.identities.values_list("kind", flat=True)) == {"external", "email", "phone"}


HISTORY: list[News] = [
    ("customers/create", fake.customer()),
    ("products/create", fake.product()),
    ("orders/create", fake.pending()),
    ("orders/paid", fake.order()),
    ("orders/fulfilled", fake.sent()),
    ("refunds/create", fake.refund()),
    ("orders/updated", fake.refunded()),
    (
        "products/update",
        fake.product(
            variants=[fake.variant(price="9.00", inventory_quantity=37)],
            updated_at="2026-02-01T10:00:00+02:00",
        ),
    ),
    ("customers/update", fake.customer(first_name="Мариана", updated_at="2026-03-02T10:00:00+02:00")),
]


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_and_doubled_it_ends_as_in_the_right_order_once(
    connection: Connection, seed: int
) -> None:
    brought(connection, *doubled(HISTORY, seed=seed))

    assert standing()["orders"] == [
        (
            *("5678901234567", "#1001", "EUR", Decimal("21.60"), Decimal("6.00"), "completed"),
            datetime(2026, 2, 27, 16, tzinfo=UTC),
            datetime(2026, 2, 27, 16, tzinfo=UTC),
            datetime(2026, 2, 28, 7, tzinfo=UTC),
            datetime(2026, 2, 28, 7, tzinfo=UTC),
            "Мариана",
        )
    ]
    assert standing()["lines"] == [("TEA-LINDEN-50", Decimal("21.60"), Decimal(1))]
    assert standing()["returns"] == [("refund-929361001", Decimal("7.20"), "мокра кутия")]
    assert standing()["customers"] == [("Мариана", "Петрова")]
    assert ("TEA-LINDEN-50", Decimal("9.00"), 37) in standing()["offers"]
    assert ("TEA-LINDEN-50", "Липов чай, 50 г", True) in standing()["products"]
    assert not ConnectorDelivery.objects.failed().exists()
    assert ConnectorDelivery.objects.count() == len(HISTORY)


TEA, MINT, ROSE = 13_688_971_493_001, 13_688_971_493_002, 13_688_971_493_003


def mint(**changed: Any) -> dict[str, Any]:
    told = {"sku": "TEA-MINT", "quantity": 1, "price_set": fake.money("5.00"), "discount_allocations": []}
    return fake.item(MINT, **(told | changed))


def rose(**changed: Any) -> dict[str, Any]:
    told = {"sku": "TEA-ROSE", "quantity": 2, "price_set": fake.money("4.00"), "discount_allocations": []}
    return fake.item(ROSE, **(told | changed))


NEVER_SENT = fake.refund(
    1,
    note=None,
    created_at="2026-02-27T20:00:00+02:00",
    refund_line_items=[fake.refunded_item(subtotal=5.0, line_item_id=MINT, restock_type="cancel")],
)
EDITED: list[News] = [
    ("orders/create", fake.pending(line_items=[fake.item(), mint()])),
    ("orders/paid", fake.order(line_items=[fake.item(), mint()])),
    ("refunds/create", NEVER_SENT),
    (
        "orders/updated",
        fake.order(
            updated_at="2026-02-27T20:00:00+02:00",
            line_items=[fake.item(), mint(current_quantity=0)],
            refunds=[NEVER_SENT],
        ),
    ),
    ("orders/edited", {"order_edit": {"order_id": 5_678_901_234_567}}),
    (
        "orders/updated",
        fake.order(
            updated_at="2026-02-27T21:00:00+02:00",
            line_items=[fake.item(), mint(current_quantity=0), rose(current_quantity=1)],
            refunds=[NEVER_SENT],
        ),
    ),
    ("orders/fulfilled", fake.sent(line_items=[fake.item(), rose(current_quantity=1)])),
    ("refunds/create", fake.refund()),
    (
        "orders/updated",
        fake.refunded(line_items=[fake.item(current_quantity=2), rose(current_quantity=1)]),
    ),
]


@pytest.mark.parametrize("seed", range(12))
def test_edits_refunds_and_units_never_sent_end_the_same_in_any_order(
    connection: Connection, seed: int
) -> None:
    brought(connection, *doubled(EDITED, seed=seed))

    assert standing()["lines"] == [
        ("TEA-LINDEN-50", Decimal("21.60"), Decimal(1)),
        ("TEA-ROSE", Decimal("4.00"), Decimal(0)),
    ]
    assert [one[3] for one in standing()["orders"]] == [Decimal("25.60")]
    assert standing()["returns"] == [("refund-929361001", Decimal("7.20"), "мокра кутия")]
    assert not ConnectorDelivery.objects.failed().exists()


def test_each_variant_is_goods_of_its_own_and_goes_with_the_product(connection: Connection) -> None:
    brought(connection, ("products/create", fake.product()))
    assert standing()["offers"] == [
        ("TEA-LINDEN-100", Decimal("14.00"), 12),
        ("TEA-LINDEN-50", Decimal("8.00"), 40),
    ]
    brought(connection, ("products/delete", {"id": 8_061_536_829_001}))

    assert not Product.objects.filter(is_active=True).exists()


def test_a_deleted_order_is_cancelled_whenever_it_is_heard() -> None:
    news = [
        ("orders/create", fake.pending()),
        ("orders/paid", fake.order()),
        ("orders/delete", {"id": 5_678_901_234_567}),
    ]
    ends = []
    for order in itertools.permutations(news):
        connection = connected("shopify")
        brought(connection, *order)
        ends.append(Order.objects.filter(shop=connection.shop).values_list("progress", "external_id").get())
    assert set(ends) == {("cancelled", "5678901234567")}


def test_taxes_on_top_of_prices_are_part_of_what_is_paid() -> None:
    item = fake.item(price="6.67", price_set=fake.money("6.67"), discount_allocations=[])
    item["tax_lines"] = fake.taxed("4.00")
    delivery = fake.shipping(price="5.00", price_set=fake.money("5.00"))
    order = order_in(read(fake.order(taxes_included=False, line_items=[item], shipping_lines=[delivery])))

    assert order.lines[0].computed_amount == Decimal("24.01")
    assert order.delivery_amount == Decimal("6.00")


def test_sums_are_read_in_the_shops_own_currency() -> None:
    seen = fake.money("8.00", shown="37.20", shown_in="PLN")
    item = fake.item(price="37.20", price_set=seen, discount_allocations=[])
    order = order_in(read(fake.order(presentment_currency="PLN", line_items=[item])))

    assert (order.currency, order.lines[0].computed_amount) == ("EUR", Decimal("24.00"))


def test_units_taken_off_before_they_were_sent_make_the_order_smaller() -> None:
    gone = fake.refund(refund_line_items=[fake.refunded_item(restock_type="cancel")])
    said = read(fake.order(line_items=[fake.item(current_quantity=2)], refunds=[gone]))

    assert (order_in(said).lines[0].quantity, order_in(said).lines[0].computed_amount) == (
        2,
        Decimal("14.40"),
    )
    assert not returns_in(said)
    assert not read(gone, "refunds/create")


def test_an_edit_that_took_units_off_makes_the_order_smaller() -> None:
    order = order_in(read(fake.order(line_items=[fake.item(current_quantity=1)])))

    assert (order.lines[0].quantity, order.lines[0].computed_amount) == (1, Decimal("7.20"))


def test_an_order_of_which_nothing_is_left_is_cancelled_and_keeps_what_was_sold() -> None:
    gone = fake.refund(refund_line_items=[fake.refunded_item(3, subtotal=21.6, restock_type="cancel")])
    order = order_in(read(fake.order(line_items=[fake.item(current_quantity=0)], refunds=[gone])))

    assert order.moments["cancelled"] == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert order.lines[0].quantity == 3


def test_what_is_refunded_with_a_cancellation_is_no_return() -> None:
    gone = fake.refund(refund_line_items=[fake.refunded_item(3, subtotal=21.6, restock_type="no_restock")])
    said = read(
        fake.order(
            cancelled_at="2026-03-01T12:00:01+02:00",
            line_items=[fake.item(current_quantity=0)],
            refunds=[gone],
        )
    )

    assert order_in(said).lines[0].quantity == 3 and not returns_in(said)


def test_one_refund_may_name_a_line_twice() -> None:
    items = [fake.refunded_item(), fake.refunded_item(restock_type="no_restock")]
    back = returns_in(read(fake.refund(refund_line_items=items), "refunds/create"))[0]

    assert [(line.quantity, line.amount) for line in back.lines] == [(2, Decimal("14.40"))]


@pytest.mark.parametrize(
    ("tax", "rate", "amount"),
    [("3.60", 0.2, "7.20"), ("4.32", 0.2, "8.40"), ("3.98", 0.06, None), ("0.00", 0.0, "7.20")],
)
def test_whether_prices_hold_taxes_is_read_from_the_taxes(tax: str, rate: float, amount: str | None) -> None:
    """Alone, a refund does not say: what cannot be told is given back in proportion."""
    line = fake.item(tax_lines=fake.taxed(tax, rate=rate))
    taxed = fake.money("0.00" if rate == 0 else "1.20")
    item = fake.refunded_item(line_item=line, total_tax_set=taxed)
    back = returns_in(read(fake.refund(refund_line_items=[item]), "refunds/create"))[0]

    assert back.lines[0].amount == (None if amount is None else Decimal(amount))


def test_a_refund_of_delivery_alone_takes_nothing_back(connection: Connection) -> None:
    delivery = {"id": 1, "kind": "shipping_refund", "amount": "-6.00"}
    brought(
        connection,
        ("orders/create", fake.order()),
        ("refunds/create", fake.refund(1, refund_line_items=[], order_adjustments=[delivery])),
        ("refunds/create", fake.refund(2, refund_line_items=[], refund_shipping_lines=[{"id": 1}])),
    )

    assert not ConnectorDelivery.objects.failed().exists() and not Return.objects.exists()


@pytest.mark.parametrize("is_with_goods", [False, True])
def test_money_given_back_beyond_goods_is_money_alone_however_it_is_heard(is_with_goods: bool) -> None:
    beyond = {"id": 2, "kind": "refund_discrepancy", "amount": "-4.00", "tax_amount": "-1.00"}
    items = [fake.refunded_item()] if is_with_goods else []
    refund = fake.refund(order_adjustments=[beyond], refund_line_items=items)
    left = fake.item(current_quantity=2 if is_with_goods else 3)
    by_order = returns_in(read(fake.order(line_items=[left], refunds=[refund])))

    assert by_order == returns_in(read(refund, "refunds/create"))
    assert [(one.external_id, one.money) for one in by_order if not one.lines] == [
        ("refund-929361001-money", Decimal("5.00"))
    ]
    assert len(by_order) == 1 + is_with_goods


def test_what_the_shop_kept_of_a_refund_is_no_money_given_back() -> None:
    kept = {"id": 2, "kind": "refund_discrepancy", "amount": "2.00", "tax_amount": "0.00"}
    back = returns_in(read(fake.refund(order_adjustments=[kept]), "refunds/create"))

    assert [one.money for one in back] == [None]


def test_a_refund_that_names_nothing_is_looked_at_by_people(connection: Connection) -> None:
    brought(connection, ("refunds/create", fake.refund(3, refund_line_items=[])))

    assert ConnectorDelivery.objects.failed().get().topic == "refunds/create"


def test_a_guest_at_the_counter_a_free_order_and_another_currency_are_kept(connection: Connection) -> None:
    free = fake.item(price="0.00", price_set=fake.money("0.00"), discount_allocations=[], tax_lines=[])
    nobody = {"customer": None, "email": "", "billing_address": None, "shipping_address": None}
    brought(
        connection,
        ("orders/create", fake.order(currency="JPY", line_items=[free], shipping_lines=[], **nobody)),
    )

    order = Order.objects.get()
    assert (order.goods_amount, order.currency, order.progress) == (0, "JPY", "paid")
    assert order.customer is None and not Customer.objects.exists()


def test_tips_are_no_goods_and_a_gift_card_is_known_by_a_code() -> None:
    tip = fake.item(2, sku="", tip={"payment_gateway": "cash"}, discount_allocations=[])
    card = fake.item(3, sku="", gift_card=True, quantity=1, discount_allocations=[], tax_lines=[])
    lines = order_in(read(fake.order(line_items=[tip, card]))).lines

    assert [line.sku for line in lines] == ["GIFT-CARD"]


@pytest.mark.parametrize(
    "payload",
    [
        fake.order(test=True),
        {"id": 1, "line_items": [], "invoice_url": "https://lipa.example/1"},
        {"id": "a", "token": "a", "line_items": []},
        {"id": 1, "order_id": 2, "tracking_number": "", "line_items": []},
        {"order_edit": {"order_id": 1, "line_items": {"additions": [{"id": 2, "delta": 1}]}}},
        {"inventory_item_id": 1, "location_id": 2, "available": 3, "updated_at": "2026-01-01T10:00:00Z"},
    ],
)
def test_tests_drafts_carts_and_parcels_are_no_orders(payload: Any) -> None:
    assert read(payload) == []


def wish(**changed: Any) -> dict[str, Any]:
    told = {"shop_id": 1, "shop_domain": "lipa.example", "customer": {"id": 7_105_550_001_338}}
    return told | changed


@pytest.mark.parametrize(
    ("topic", "payload", "asked"),
    [
        ("customers/redact", wish(orders_to_redact=[1]), "wants to be forgotten"),
        ("customers/data_request", wish(data_request={"id": 9}), "asks what is kept"),
    ],
)
def test_a_wish_about_ones_data_is_a_task_for_those_who_may_do_it_once(
    connection: Connection, topic: str, payload: Any, asked: str
) -> None:
    able, other = UserFactory(is_superuser=True, language="en"), UserFactory(language="en")
    brought(connection, ("customers/create", fake.customer()))
    brought(
        connection, (topic, payload), (topic, {**payload, "orders_requested" if "data" in topic else "x": []})
    )

    task = Task.objects.get()
    assert (task.owner, task.customer) == (able, Customer.objects.get()) and task.owner != other
    assert asked in task.title
    assert Customer.objects.get().erased_at is None


def test_a_wish_of_somebody_who_is_not_known_asks_nothing_of_anybody(connection: Connection) -> None:
    UserFactory(is_superuser=True)
    brought(connection, ("customers/redact", wish()))

    assert not Task.objects.exists() and not ConnectorDelivery.objects.failed().exists()


def test_that_the_whole_shop_left_waits_for_people_and_says_what_to_do(connection: Connection) -> None:
    brought(connection, ("shop/redact", {"shop_id": 1, "shop_domain": "lipa.example"}))

    row = ConnectorDelivery.objects.failed().get()
    assert (row.failure_code, row.next_try_at) == ("shop-left", None)


def test_what_cannot_be_read_stays_with_its_reason(connection: Connection) -> None:
    for body in NOT_ITS_PAYLOAD:
        assert knock(connection, "orders/updated", body) == 200
    settle(at=timezone.now())

    assert set(ConnectorDelivery.objects.values_list("failure_code", flat=True)) == {"not-its-payload"}
    assert ConnectorDelivery.objects.count() == len(NOT_ITS_PAYLOAD)


@given(
    name=some.sampled_from(
        sorted({*fake.refunded(), *fake.refund(), *fake.customer(), *fake.product(), *fake.item()})
    ),
    value=JSON,
    what=some.sampled_from([fake.refunded, fake.refund, fake.customer, fake.product]),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused(name: str, value: Any, what: Any) -> None:
    payloads = [what() | {name: value}, fake.refunded(line_items=[fake.item() | {name: value}])]
    for payload in payloads:
        with suppress(Unreadable):
            SHOPIFY.read("orders/updated", json.dumps(payload).encode())


def test_of_500_forged_altered_and_replayed_deliveries_none_is_accepted(connection: Connection) -> None:
    assert knock(connection, "orders/updated", fake.order()) == 200
    assert forgeries_accepted(connection, "orders/updated", fake.order()) == 0
    for topic in ("orders/updated", "orders/delete", "customers/update", ""):
        assert knock(connection, topic, fake.order()) == 200  # the same again: nothing new

    assert ConnectorDelivery.objects.count() == 1


def test_what_was_signed_of_one_thing_is_never_read_as_another(connection: Connection) -> None:
    brought(connection, ("orders/delete", fake.order()))

    assert Order.objects.get().progress == "paid"


@pytest.mark.parametrize("secret", ["", "hush", "my_client_secret", "changeme-changeme-1"])
def test_empty_and_default_secrets_connect_nothing_and_prove_nothing(
    connection: Connection, secret: str
) -> None:
    with pytest.raises(connecting.UnusableSecrets):
        connecting.connect(shop=ShopFactory(), vendor="shopify", secrets={"webhook_secret": secret}, at=NOON)
    connection.keep_secrets({"webhook_secret": secret})
    connection.save()
    body = fake.spelt(fake.order())

    assert knock(connection, "orders/updated", body, signature=fake.signed(body, secret=secret)) == 401


def test_with_the_person_goes_what_was_brought_about_them(connection: Connection) -> None:
    brought(connection, ("customers/create", fake.customer()), ("orders/create", fake.order()))
    erase(Customer.objects.get(), reason="asked", by=UserFactory(), at=NOON)

    assert all(bytes(row.body) == b"" for row in ConnectorDelivery.objects.all())
