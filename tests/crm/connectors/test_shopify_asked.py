"""Shopify asked over the wire: page by page, in the bytes of its webhooks, and refused in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.connectors import backfill, connecting, reconciling
from crm.connectors.base import (
    AskedTooOften,
    MissingPermission,
    NotAnswering,
    NotThatSystem,
    WrongSecret,
)
from crm.connectors.shopify import Shopify, asking, parcel
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery, Order
from tests.crm.connectors.asked import (
    NO_ANSWER,
    cannot_be_asked_without_keys,
    look_around_finds,
    pages_of,
    refuses,
    things_in,
    walked,
)
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import shopify as fake
from tests.fakes.rest_shop import Said
from tests.fakes.shopify_shop import ShopifyShop, a_shop, refusal

SHOPIFY = Shopify()


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with a_shop() as open_:
        yield open_


def test_everything_is_read_page_by_page_and_closed_orders_too(
    shop: ShopifyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    shop.keep("orders", *(fake.sent(number) for number in range(1, 6)))
    pages = pages_of(SHOPIFY, shop, kind="order")

    assert [one.body for page in pages for one in page.parcels] == [
        fake.spelt(fake.sent(number)) for number in range(1, 6)
    ]
    assert [page.total for page in pages] == [5, None, None]


def test_a_page_that_was_read_may_be_asked_for_again(shop: ShopifyShop) -> None:
    shop.keep("orders", *(fake.order(number) for number in (1, 2, 3)))
    page = SHOPIFY.ask(shop.address, shop.access, kind="order", since=None, turn="2")

    assert things_in(SHOPIFY, page.parcels) == ["order:3"]


def test_what_a_webhook_brought_is_the_same_parcel_when_it_is_asked_for(shop: ShopifyShop) -> None:
    shop.keep("orders", fake.order())
    page = SHOPIFY.ask(shop.address, shop.access, kind="order", since=None, turn="")

    assert page.parcels[0].delivery_id == parcel("orders/updated", fake.spelt(fake.order())).delivery_id


def test_with_an_order_come_its_refunds(shop: ShopifyShop) -> None:
    shop.keep("orders", fake.refunded(727))
    sent = SHOPIFY.ask_about(shop.address, shop.access, thing="order:727")

    assert len(sent) == 1 and things_in(SHOPIFY, sent) == ["order:727", "refund:929361001"]
    assert SHOPIFY.ask_about(shop.address, shop.access, thing="order:999") == []
    assert SHOPIFY.ask_about(shop.address, shop.access, thing="order:../users") == []


@pytest.mark.parametrize(
    ("kind", "path", "thing"),
    [
        ("product", "products", fake.product(5)),
        ("customer", "customers", fake.customer(5)),
        ("order", "orders", fake.order(5)),
    ],
)
def test_only_what_changed_since_is_asked_for(
    shop: ShopifyShop, kind: str, path: str, thing: dict[str, object]
) -> None:
    shop.keep(path, thing, {**thing, "id": 6, "updated_at": "2026-03-05T10:00:00+02:00"})
    page = SHOPIFY.ask(shop.address, shop.access, kind=kind, since=datetime(2026, 3, 4, tzinfo=UTC), turn="")

    assert (set(things_in(SHOPIFY, page.parcels)), page.total) == ({f"{kind}:6"}, 1)


REFUSALS: list[tuple[Said, type[Refusal]]] = [
    *NO_ANSWER,
    (refusal(401, "[API] Invalid API key or access token"), WrongSecret),
    (refusal(403, "[API] This action requires merchant approval for read_orders scope."), MissingPermission),
    (refusal(404, "Not Found"), NotThatSystem),
    (Said(status=403, body=b"<html>blocked</html>"), NotThatSystem),
    (Said(status=200, body=b'{"orders": [{"id": 1}, nonsense'), NotThatSystem),
    (Said(status=200, body=b'{"orders": [{"id": 1}'), NotThatSystem),
    (Said(status=200, body=b'{"products": []}'), NotThatSystem),
    (Said(status=200, body=b'{"orders": [1, 2]}'), NotThatSystem),
    (Said(status=200, body=b'{"orders": ' + b"[" * 100_000), NotThatSystem),
    (refusal(402, "Unavailable Shop"), NotAnswering),
    (refusal(423, "Locked"), NotAnswering),
    (refusal(429, "Exceeded 2 calls per second for api client."), AskedTooOften),
]


@pytest.mark.parametrize(("said", "refused"), REFUSALS)
def test_whatever_stands_in_the_way_has_a_sentence_of_its_own(
    shop: ShopifyShop, said: Said, refused: type[Refusal]
) -> None:
    refuses(SHOPIFY, shop, refused, said)


def test_it_waits_as_long_as_the_shop_asks_for(shop: ShopifyShop) -> None:
    busy = refusal(429, "Exceeded 2 calls per second for api client.", **{"Retry-After": "2.0"})
    assert refuses(SHOPIFY, shop, AskedTooOften, busy).figures["seconds"] == 2


def test_all_missing_scopes_are_named_at_once_and_a_wrong_token_once(shop: ShopifyShop) -> None:
    look_around_finds(
        SHOPIFY, shop, missing=["read_customers", "read_orders"], wrong={"access_token": "shpat_other"}
    )


def test_without_a_token_nobody_is_asked(shop: ShopifyShop) -> None:
    cannot_be_asked_without_keys(SHOPIFY, shop)


# ── The past, and what differs ───────────────────────────────────────────────
@pytest.fixture
def connection(shop: ShopifyShop, db: None) -> Connection:
    secrets = {"webhook_secret": fake.SECRET, **shop.access}
    return connecting.connect(
        shop=ShopFactory(), vendor="shopify", secrets=secrets, address=shop.address, at=NOON
    )


def a_mixed_past() -> list[dict[str, object]]:
    """Paid, returned in part, cancelled, tried out, made smaller before it was sent, free, and money alone."""
    gone = fake.refund(1, refund_line_items=[fake.refunded_item(restock_type="cancel")])
    beyond = {"id": 2, "kind": "refund_discrepancy", "amount": "-4.00", "tax_amount": "0.00"}
    money = fake.refund(3, refund_line_items=[], order_adjustments=[beyond])
    free = fake.item(price_set=fake.money("0.00"), discount_allocations=[], tax_lines=[])
    return [
        fake.sent(1),
        fake.refunded(2),
        fake.order(3, cancelled_at="2026-02-27T19:00:00+02:00"),
        fake.order(4, test=True),
        fake.order(5, line_items=[fake.item(current_quantity=2)], refunds=[gone]),
        fake.order(6, line_items=[free], shipping_lines=[]),
        fake.sent(7, refunds=[money]),
    ]


def test_the_past_is_brought_in_and_then_nothing_differs(shop: ShopifyShop, connection: Connection) -> None:
    shop.keep("products", fake.product())
    shop.keep("customers", fake.customer())
    shop.keep("orders", *a_mixed_past())
    done = walked(backfill.begin(connection, at=NOON))

    assert done.finished_at and done.seen_count == 9
    assert not ConnectorDelivery.objects.failed().exists()
    assert sorted(Order.objects.values_list("external_id", "progress", "goods_amount")) == [
        ("1", "completed", Decimal("21.60")),
        ("2", "completed", Decimal("21.60")),
        ("3", "cancelled", Decimal("21.60")),
        ("5", "paid", Decimal("14.40")),
        ("6", "paid", Decimal("0.00")),
        ("7", "completed", Decimal("21.60")),
    ]
    compared = walked(reconciling.begin(connection, at=timezone.now()))
    assert (compared.new_count, compared.differences_count) == (0, 0)


def test_what_was_missed_is_brought_by_the_next_comparison(shop: ShopifyShop, connection: Connection) -> None:
    lately = (timezone.now() - timedelta(hours=5)).isoformat()
    shop.keep("orders", fake.order(1, processed_at=lately, created_at=lately, updated_at=lately))
    compared = walked(reconciling.begin(connection, at=timezone.now()))

    assert (compared.differences_count, Order.objects.get().external_id) == (1, "1")
    assert walked(reconciling.begin(connection, at=timezone.now())).differences_count == 0
