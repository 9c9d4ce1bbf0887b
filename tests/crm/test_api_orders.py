from __future__ import annotations

from typing import Any

import pytest

from crm.models import Customer, Order, TimelineEntry
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def an_order(external_id: str = "100234", **more: Any) -> dict[str, Any]:
    return {
        "external_id": external_id,
        "customer": {"external_id": "c-1", "given_name": "Елена"},
        "lines": [
            {"external_id": "1", "name": "Липов чай", "quantity": "2", "unit_price": "4.90"},
            {
                "external_id": "2",
                "name": "Gift wrap",
                "quantity": "1",
                "unit_price": "1.5",
                "discount_amount": "0.5",
            },
        ],
        "goods_amount": "10.80",
        "placed_at": "2026-03-02T12:00:00+02:00",
        **more,
    }


def test_an_order_is_told_and_read_back(api: ShopSystem):
    told = api.post("orders/", an_order())
    read = api.get(f"orders/{told.body['id']}/")

    assert (told.status, read.status) == (201, 200)
    assert read.body == {**told.body, "shipments": [], "returns": [], "amendments": []}
    assert told.body["customer"] == Customer.objects.get(given_name="Елена").pk
    assert told.body["placed_at"] == "2026-03-02T10:00:00Z"
    assert [line["amount"] for line in told.body["lines"]] == ["9.80", "1.00"]


def test_the_same_order_told_again_under_another_key_gives_the_same_answer(api: ShopSystem):
    assert api.post("orders/", an_order()).body == api.post("orders/", an_order()).body
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "customer", [None, {"identities": [{"kind": "email", "value": "a@mail.example"}]}, {"given_name": "Eva"}]
)
def test_told_again_without_proof_of_who_it_was_it_is_still_the_same(api: ShopSystem, customer: Any):
    first = api.post("orders/", an_order(customer=customer))

    assert api.post("orders/", an_order(customer=customer)).body == first.body
    assert Customer.objects.count() == (customer is not None)


def test_an_order_moves_as_the_shop_tells(api: ShopSystem):
    order = api.post("orders/", an_order()).body
    for moment in ("delivered", "paid", "paid"):
        told = api.post(
            f"orders/{order['id']}/events/", {"type": moment, "occurred_at": "2026-03-02T12:05:00Z"}
        )

    assert told.status == 201
    assert (told.body["progress"], told.body["paid_at"]) == ("delivered", "2026-03-02T12:05:00Z")
    assert TimelineEntry.objects.filter(kind="crm.order_paid").count() == 1


def test_a_parcel_is_told_moved_and_seen_on_the_order(api: ShopSystem):
    order = api.post("orders/", an_order()).body
    parcel = {"external_id": "p-1", "carrier": "Speedy", "promised_on": "2026-03-05"}
    told = api.post(f"orders/{order['id']}/shipments/", parcel)
    moved = api.patch(f"orders/{order['id']}/shipments/{told.body['id']}/", {"promised_on": "2026-03-09"})

    assert (told.status, moved.status) == (201, 200)
    assert (moved.body["carrier"], moved.body["promised_on"]) == ("Speedy", "2026-03-09")
    assert api.get(f"orders/{order['id']}/").body["shipments"] == [moved.body]
    assert TimelineEntry.objects.filter(kind="crm.parcel_promised").count() == 2


def test_goods_come_back_and_the_refund_is_said(api: ShopSystem):
    order = api.post("orders/", an_order()).body
    goods = {
        "external_id": "r-1",
        "returned_at": "2026-03-08T09:00:00Z",
        "lines": [{"line": "1", "quantity": "1"}],
    }
    told = api.post(f"orders/{order['id']}/returns/", goods)

    assert (told.status, told.body["amount"]) == (201, "4.90")
    read = api.get(f"orders/{order['id']}/").body
    assert read["returns"] == [told.body]
    assert read["lines"][0]["returned_quantity"] == "1.000"


def test_more_than_was_bought_does_not_come_back_and_the_answer_says_how_much_is_left(api: ShopSystem):
    order = api.post("orders/", an_order()).body
    goods = {
        "external_id": "r-1",
        "returned_at": "2026-03-08T09:00:00Z",
        "lines": [{"line": "1", "quantity": "3"}],
    }
    refused = api.post(f"orders/{order['id']}/returns/", goods)

    assert refused.problem == (409, "more-returned-than-bought")
    assert refused.body["remaining"] == {"1": "2.000"}
    assert refused.pointers == ["/lines/0/quantity"]


@pytest.mark.parametrize(
    ("wrong", "problem", "pointers"),
    [
        ({"lines": []}, "invalid-body", ["/lines"]),
        ({"lines": "none"}, "invalid-body", ["/lines"]),
        ({"lines": [1]}, "invalid-body", ["/lines/0"]),
        ({"discount": "1"}, "invalid-body", ["/discount"]),
        ({"a/b~c": 1}, "invalid-body", ["/a~1b~0c"]),
        ({"placed_at": "2026-03-02T12:00:00"}, "invalid-body", ["/placed_at"]),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "invalid-body", ["/placed_at"]),
        ({"placed_at": "9999-12-31T23:59:59-14:00"}, "invalid-body", ["/placed_at"]),
        ({"placed_at": "2026-13-02T12:00:00Z"}, "invalid-body", ["/placed_at"]),
        ({"placed_at": "9999-01-01T00:00:00Z"}, "not-plausible", ["/placed_at"]),
        ({"placed_at": "1969-12-31T23:59:59Z"}, "not-plausible", ["/placed_at"]),
        ({"goods_amount": 10.8}, "invalid-body", ["/goods_amount"]),
        ({"goods_amount": "1e1"}, "invalid-body", ["/goods_amount"]),
        ({"goods_amount": "10.81"}, "totals-disagree", ["/goods_amount"]),
        ({"delivery_amount": "-1"}, "invalid-body", ["/delivery_amount"]),
        ({"currency": "euro"}, "invalid-body", ["/currency"]),
        ({"currency": "EUR\n"}, "invalid-body", None),
        ({"external_id": "x" * 65}, "invalid-body", ["/external_id"]),
        ({"external_id": ""}, "invalid-body", ["/external_id"]),
        ({"external_id": 5}, "invalid-body", ["/external_id"]),
        ({"external_id": None}, "invalid-body", ["/external_id"]),
        ({"channel": ["online"]}, "invalid-body", ["/channel"]),
        ({"customer": {}}, "invalid-body", ["/customer"]),
        ({"customer": {"id": 999999}}, "unknown-customer", ["/customer"]),
        ({"customer": {"id": 10**30}}, "invalid-body", ["/customer/id"]),
        ({"customer": {"id": -1}}, "invalid-body", ["/customer/id"]),
        ({"customer": {"id": True}}, "invalid-body", ["/customer/id"]),
        ({"customer": {"identities": [{"kind": "phone", "value": "x"}]}}, "unreadable-identity", None),
        ({"customer": {"birthday": "2026-02-30"}}, "invalid-body", ["/customer/birthday"]),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_a_pointer_to_what_is_wrong(
    api: ShopSystem, wrong: dict[str, Any], problem: str, pointers: list[str] | None
):
    answer = api.post("orders/", an_order(**wrong))
    if (wrong.get("currency") or "").endswith("\n"):  # white space around a text is no mistake
        assert answer.status == 201
        return

    assert answer.problem == (422, problem)
    if pointers:
        assert answer.pointers == pointers
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"quantity": "0"}, "/lines/0/quantity"),
        ({"quantity": "-1"}, "/lines/0/quantity"),
        ({"quantity": "1e30"}, "/lines/0/quantity"),
        ({"quantity": "1" * 31}, "/lines/0/quantity"),
        ({"quantity": 2}, "/lines/0/quantity"),
        ({"quantity": "NaN"}, "/lines/0/quantity"),
        ({"quantity": "٢"}, "/lines/0/quantity"),
        ({"unit_price": "1.23456"}, "/lines/0/unit_price"),
        ({"unit_price": "9999999999", "quantity": "999999999"}, "/lines/0"),
        ({"discount_amount": "9.81"}, "/lines/0"),
        ({"amount": "9.81"}, "/lines/0/amount"),
        ({"external_id": "2"}, "/lines/1/external_id"),
        ({"external_id": "1\0"}, None),
        ({"name": None}, "/lines/0/name"),
        ({"tax": "0.2"}, "/lines/0/tax"),
    ],
)
def test_a_line_that_cannot_be_is_pointed_at(api: ShopSystem, wrong: dict[str, Any], pointer: str | None):
    order = an_order()
    order["lines"][0] |= wrong
    answer = api.post("orders/", order)

    if pointer is None:
        assert answer.problem == (400, "malformed-body")
    else:
        assert answer.status == 422
        assert answer.problem
        assert answer.pointers == [pointer]
    assert not Order.objects.exists()


def test_a_line_needs_a_code_or_a_name(api: ShopSystem):
    order = an_order()
    del order["lines"][1]["name"]

    assert api.post("orders/", order).pointers == ["/lines/1/name"]


@pytest.mark.parametrize("address", ["", "events/", "shipments/", "returns/", "shipments/1/"])
def test_another_shops_order_is_not_there(api: ShopSystem, address: str):
    theirs = placed_order()
    bodies = {
        "events/": {"type": "paid", "occurred_at": "2026-03-02T12:00:00Z"},
        "shipments/": {"external_id": "p"},
        "returns/": {
            "external_id": "r",
            "returned_at": "2026-03-08T09:00:00Z",
            "lines": [{"line": "1", "quantity": "1"}],
        },
    }
    path = f"orders/{theirs.pk}/{address}"
    answer = (
        api.get(path)
        if not address
        else api.patch(path, {})
        if address == "shipments/1/"
        else api.post(path, bodies[address])
    )

    assert answer.problem == (404, "not-found")
    assert theirs.shop.pk != api.shop.pk
    assert api.get("orders/").body["items"] == []


@pytest.mark.parametrize("pk", ["0", "999999999", "9" * 40])
def test_an_order_that_does_not_exist_is_not_there(api: ShopSystem, pk: str):
    assert api.get(f"orders/{pk}/").problem == (404, "not-found")


def test_orders_are_listed_by_key_and_filtered(api: ShopSystem):
    customer = CustomerFactory()
    for n in range(5):
        placed_order(f"o-{n}", shop=api.shop, customer=customer if n < 2 else None)
    first = api.get("orders/?limit=2").body
    second = api.get(f"orders/?limit=2&cursor={first['next_cursor']}").body
    third = api.get(f"orders/?limit=2&cursor={second['next_cursor']}").body

    listed = [item["external_id"] for page in (first, second, third) for item in page["items"]]
    assert listed == [f"o-{n}" for n in range(5)]
    assert third["next_cursor"] is None
    assert len(api.get(f"orders/?customer={customer.pk}").body["items"]) == 2
    assert len(api.get("orders/?external_id=o-3&progress=placed").body["items"]) == 1
    assert api.get("orders/?placed_before=2026-01-01T00:00:00Z").body["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=x", "limit=1e3", "limit=٣", "cursor=x", "limit=1&limit=2", "size=5",
        "progress=lost", "placed_since=yesterday", "customer=%00", "external_id=%00", "customer=-1",
        "customer=99999999999999999999",
    ],
)  # fmt: skip
def test_a_list_asked_wrongly_is_refused(api: ShopSystem, query: str):
    answer = api.get(f"orders/?{query}")

    assert answer.problem == (400, "invalid-query")
    assert answer.body["parameters"][0]["parameter"] == query.partition("=")[0]


def test_a_list_of_orders_takes_the_same_queries_however_long(api: ShopSystem, django_assert_num_queries):
    for n in range(3):
        placed_order(f"o-{n}", shop=api.shop)
    api.warm("orders/")
    with django_assert_num_queries(2):
        api.get("orders/")


def test_telling_of_an_order_takes_few_queries(api: ShopSystem, django_assert_max_num_queries):
    api.post("orders/", an_order("first"))
    with django_assert_max_num_queries(14):
        assert api.post("orders/", an_order("second")).status == 201
