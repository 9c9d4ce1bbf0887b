"""Any system that sends JSON: a mapping says what its bodies mean, tried on a sample before it counts."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from crm.connectors import agreeing, connecting, landing
from crm.connectors.base import OrderGiven, Unproved, Unreadable
from crm.connectors.mapped import AnyJson, signatures
from crm.connectors.mapped.mapping import UnusableMapping, checked
from crm.connectors.mapped.places import Misspelt, found_at
from crm.connectors.mapped.reading import Reader
from crm.connectors.mapped.slots import SLOTS
from crm.connectors.mapped.spellings import read
from crm.models import (
    Connection,
    ConnectorDelivery,
    ConnectorMapping,
    Customer,
    Offering,
    Order,
    Product,
    Return,
)
from tests.crm.connectors import arriving
from tests.crm.connectors.arriving import JSON, connected, doubled, forgeries_accepted, knock, settle
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.fakes import any_json as fake

pytestmark = pytest.mark.django_db
SOFIA = ZoneInfo("Europe/Sofia")


def agree(connection: Connection, told: dict[str, str], sample: Any) -> ConnectorMapping:
    return agreeing.agree(
        connection, told=told, sample=json.dumps(sample), at=NOON, by=UserFactory(is_superuser=True)
    )


@pytest.fixture
def connection() -> Connection:
    made = connected("any-json")
    agree(made, fake.MAPPING, fake.order())
    return made


def brought(connection: Connection, *payloads: Any) -> None:
    arriving.brought(connection, *(("", payload) for payload in payloads))


def test_an_order_lands_as_its_mapping_reads_it(connection: Connection) -> None:
    brought(connection, fake.order())

    order = Order.objects.get()
    line = order.lines.get()
    assert (order.external_id, order.number, order.currency) == ("A-17", "17", "BGN")
    assert (line.sku, line.quantity, line.amount) == ("TEA-LINDEN-50", 3, Decimal("1021.60"))
    assert (order.delivery_amount, order.progress) == (Decimal("6.00"), "placed")
    assert order.placed_at == datetime(2026, 2, 27, 16, tzinfo=UTC)
    assert order.customer and order.customer.given_name == "Мария"
    assert set(order.customer.identities.values_list("kind", flat=True)) == {"external", "email", "phone"}


HISTORY = [
    fake.buyer(),
    fake.goods({"code": "TEA-MINT", "title": "Мента", "price": "7,00", "left": "0", "hidden": True}),
    fake.order(),
    fake.order(changed="27.02.2026 18:10:00", paid="27.02.2026 18:09:00"),
    fake.back(),
]


@pytest.mark.parametrize("seed", range(8))
def test_in_any_order_and_doubled_it_ends_as_in_the_right_order_once(
    connection: Connection, seed: int
) -> None:
    brought(connection, *doubled(HISTORY, seed=seed))

    order = Order.objects.get()
    assert (order.progress, order.paid_at) == ("paid", datetime(2026, 2, 27, 16, 9, tzinfo=UTC))
    assert order.lines.get().returned_quantity == 1
    assert Return.objects.get().amount == Decimal("340.53")
    assert Customer.objects.count() == 1
    assert sorted(Product.objects.values_list("sku", "is_active")) == [
        ("TEA-LINDEN-50", True),
        ("TEA-MINT", False),
    ]
    assert sorted(Offering.objects.values_list("price", "stock")) == [(7, 0), (8, 40)]
    assert not ConnectorDelivery.objects.failed().exists()


def test_a_state_without_a_moment_counts_as_of_the_change_that_told_of_it() -> None:
    [order] = Reader(mapping=fake.MAPPING, clock=SOFIA).given(fake.order(state="annulled"))

    assert isinstance(order, OrderGiven)
    assert order.moments == {"cancelled": datetime(2026, 2, 27, 16, 5, tzinfo=UTC)}


def test_what_is_missing_or_unreadable_waits_and_lands_once_the_mapping_is_put_right(
    connection: Connection,
) -> None:
    brought(connection, fake.order(placed="вчера"))
    row = ConnectorDelivery.objects.failed().get()
    assert (row.failure_code, row.next_try_at) == ("fields-do-not-fit", None)

    better = {**fake.MAPPING, "order.placed_at": "order.changed"}
    agree(connection, better, fake.order(placed="вчера"))
    assert landing.replay(row, at=timezone.now())
    assert Order.objects.exists()


def test_before_anything_is_agreed_a_delivery_waits_for_the_mapping() -> None:
    connection = connected("any-json")
    answer = Client().post(
        reverse("hooks:connector", args=[connection.key]),
        fake.spelt(fake.order()),
        content_type="application/json",
        headers={"X-Veren-Token": fake.SECRET},
    )
    settle(at=timezone.now())

    assert answer.status_code == 200
    assert ConnectorDelivery.objects.failed().get().failure_code == "no-mapping"


def test_nothing_is_agreed_on_a_sample_of_which_nothing_would_land() -> None:
    connection = connected("any-json")
    for sample in ({"event": "something else"}, fake.order(placed=""), fake.order(rows=[{"no": 1}])):
        with pytest.raises(agreeing.NothingWouldLand):
            agree(connection, fake.MAPPING, sample)
    with pytest.raises(Unreadable):
        agreeing.agree(connection, told=fake.MAPPING, sample="{", at=NOON, by=None)

    assert not ConnectorMapping.objects.exists()


def test_a_number_that_no_machine_can_hold_stays_for_people_to_look_at(connection: Connection) -> None:
    body = fake.spelt(fake.order()).replace(b"{", b'{"odd": 1.5e9999999999999999999, ', 1)
    assert knock(connection, "", body) == 200
    settle(at=timezone.now())

    assert ConnectorDelivery.objects.failed().get().failure_code == Unreadable.code


def test_every_version_stays_and_the_same_again_is_none(connection: Connection) -> None:
    agree(connection, fake.MAPPING, fake.order())
    agree(connection, {**fake.MAPPING, "order.number": "order.id"}, fake.order())

    assert list(ConnectorMapping.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert agreeing.agreed(connection)["order.number"] == "order.id"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"order.placed_at": ""}, "/order.placed_at"),
        ({"order.lines": ""}, "/order.lines"),
        ({"order.line.amount": ""}, "/order.line.unit_price"),
        ({"order.number": "a[b"}, "/order.number"),
        ({"formats.moments": "as it comes"}, "/formats.moments"),
        ({"order.colour": "a"}, "/order.colour"),
        ({"return.line.quantity": ""}, "/return.line.quantity"),
        ({"order.number": "a" * 301}, "/order.number"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(changed: dict[str, str], pointer: str) -> None:
    with pytest.raises(UnusableMapping) as refused:
        checked({**fake.MAPPING, **changed})
    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_a_mapping_of_nothing_is_refused() -> None:
    with pytest.raises(UnusableMapping):
        checked({"formats.sums": "comma"})


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("a", 1),
        ("b.c", 2),
        ("list.1.x", 4),
        ("list[x=4].y", "here"),
        ("list[mail=a@lipa.example].y", "dotted"),
        ("nowhere | b.c", 2),
        ("=EUR", "EUR"),
        ("nowhere.c", None),
        ("list.7", None),
        ("a.b", None),
        ("empty", None),
        ("zero", 0),
        ("no", False),
    ],
)
def test_a_place_is_found_as_it_is_written(place: str, found: Any) -> None:
    told = {
        "a": 1,
        "b": {"c": 2},
        "list": [{"x": 3}, {"x": 4, "y": "here"}, {"mail": "a@lipa.example", "y": "dotted"}],
        "empty": "",
        "zero": 0,
        "no": False,
    }
    assert found_at(place, told) == found


@pytest.mark.parametrize("place", ["a..b", "a[", "a[b]", ".", "a]b"])
def test_what_nobody_can_read_is_no_place(place: str) -> None:
    with pytest.raises(Misspelt):
        found_at(place, {})


@pytest.mark.parametrize(
    ("spelt", "value", "amount"),
    [
        ("point", "1234.50", "1234.50"),
        ("point", 12, "12"),
        ("comma", "1 234,50 лв.", "1234.50"),
        ("comma", "1\u00a0234,50", "1234.50"),
        ("comma", "1.234,50 €", "1234.50"),
        ("hundredths", 123450, "1234.50"),
        ("point", "12 руб.", "12"),
    ],
)
def test_sums_are_read_as_they_are_written(spelt: str, value: Any, amount: str) -> None:
    found = read(SLOTS["order.delivery_amount"], value, formats={"formats.sums": spelt}, clock=SOFIA)
    assert found == Decimal(amount)


@pytest.mark.parametrize(
    "value", ["-5", "\u22125", "five", "1 and 2", "", "1" + " " * 100_000 + "x1", True, 1e400, [], "1e5"]
)
def test_what_is_no_sum_is_refused_at_once(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        read(SLOTS["order.delivery_amount"], value, formats={}, clock=SOFIA)


@pytest.mark.parametrize(
    ("spelt", "value"),
    [
        ("iso", "2026-02-27T18:05:00+02:00"),
        ("iso", "2026-02-27 18:05:00"),
        ("day-first", "27.02.2026 18:05"),
        ("day-first", "27/02/2026 18:05:00"),
        ("seconds", 1772208300),
        ("seconds", "1772208300"),
        ("milliseconds", 1772208300000),
    ],
)
def test_moments_are_read_as_they_are_written_by_the_clock_of_the_shop(spelt: str, value: Any) -> None:
    found = read(SLOTS["order.placed_at"], value, formats={"formats.moments": spelt}, clock=SOFIA)
    assert found == datetime(2026, 2, 27, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        {"count": 3, "price": "8.00", "off": "2.40"},
        {"count": 3, "sum": "21.60"},
        {"count": 3, "sum": "21.60", "off": "2.40"},
        {"count": "3,000", "price": "8.00", "sum": "21.60"},
    ],
)
def test_a_line_costs_the_same_however_it_is_told(line: dict[str, Any]) -> None:
    mapping = {
        "order.external_id": "id",
        "order.placed_at": "at",
        "order.lines": "rows",
        "order.line.quantity": "count",
        "order.line.unit_price": "price",
        "order.line.amount": "sum",
        "order.line.discount_amount": "off",
    }
    told = {"id": 1, "at": "2026-02-27T18:05:00", "rows": [line, {"count": 0, "price": "1.00"}]}
    [order] = Reader(mapping=checked(mapping), clock=SOFIA).given(told)

    assert isinstance(order, OrderGiven) and order.person is None
    assert [one.computed_amount for one in order.lines] == [Decimal("21.60")]


BODY = b'{"id": 1}'


def signed_with(**slots: str) -> dict[str, str]:
    return {f"signature.{name}": value for name, value in slots.items()}


@pytest.mark.parametrize(
    ("mapping", "headers"),
    [
        ({}, {"x-veren-token": fake.SECRET}),
        (
            signed_with(scheme="token", header="Authorization", prefix="Bearer"),
            {"authorization": f"Bearer {fake.SECRET}"},
        ),
        (
            signed_with(scheme="basic"),
            {"authorization": "Basic " + base64.b64encode(f"lipa:{fake.SECRET}".encode()).decode()},
        ),
        (signed_with(scheme="hmac-hex", prefix="sha256="), {"x-signature": fake.signed(BODY)}),
        (
            signed_with(scheme="hmac-base64", header="X-Hmac"),
            {"x-hmac": base64.b64encode(bytes.fromhex(fake.signed(BODY)[7:])).decode()},
        ),
        (
            signed_with(scheme="hmac-hex", header="X-Sig", moment_header="X-Moment"),
            {"x-sig": fake.signed(b"1772208300." + BODY)[7:], "x-moment": "1772208300"},
        ),
        (
            signed_with(scheme="hmac-hex", header="X-Sig", moment_header="X-Sig", prefix="v1="),
            {"x-sig": f"t=1772208300,v1={fake.signed(b'1772208300.' + BODY)[7:]}"},
        ),
    ],
)
def test_each_scheme_proves_who_knows_the_secret_and_nobody_else(
    mapping: dict[str, str], headers: dict[str, str]
) -> None:
    signatures.prove(mapping, fake.SECRET, headers=headers, body=BODY)
    for wrong in (
        {},
        {name: value[:-2] + "A=" for name, value in headers.items()},
        dict.fromkeys(headers, ""),
    ):
        with pytest.raises(Unproved):
            signatures.prove(mapping, fake.SECRET, headers=wrong, body=BODY)


def test_of_500_forged_altered_and_replayed_deliveries_none_is_accepted(connection: Connection) -> None:
    assert knock(connection, "", fake.order()) == 200
    assert forgeries_accepted(connection, "", fake.order()) == 0
    assert knock(connection, "", fake.order()) == 200  # the same again: nothing new

    assert ConnectorDelivery.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "secret", "changeme-changeme-1"])
def test_empty_and_default_secrets_connect_nothing_and_prove_nothing(
    connection: Connection, secret: str
) -> None:
    with pytest.raises(connecting.UnusableSecrets):
        connecting.connect(shop=ShopFactory(), vendor="any-json", secrets={"webhook_secret": secret}, at=NOON)
    connection.keep_secrets({"webhook_secret": secret})
    connection.save()
    body = fake.spelt(fake.order())

    assert knock(connection, "", body, signature=fake.signed(body, secret=secret)) == 401


@given(
    name=some.sampled_from(sorted(fake.order()["order"])),
    value=JSON,
    spelt=some.sampled_from(["iso", "seconds"]),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused(name: str, value: Any, spelt: str) -> None:
    connector = AnyJson({**fake.MAPPING, "formats.moments": spelt}, clock=SOFIA)
    for payload in (fake.order(**{name: value}), fake.order(rows=[value]), value):
        with suppress(Unreadable):
            connector.read("json", json.dumps(payload).encode())
