"""WooCommerce asked over the wire: page by page, in the bytes of its webhooks, and refused in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crm.connectors.base import (
    AskedTooOften,
    MissingPermission,
    NotAnswering,
    NotThatSystem,
    WrongSecret,
)
from crm.connectors.woocommerce import WooCommerce, asking, parcel
from crm.errors import Refusal
from tests.crm.connectors.asked import (
    NO_ANSWER,
    cannot_be_asked_without_keys,
    look_around_finds,
    pages_of,
    refuses,
    things_in,
)
from tests.fakes import woocommerce as woo
from tests.fakes.rest_shop import Said
from tests.fakes.woocommerce_shop import WooShop, a_shop, refusal

WOO = WooCommerce()


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with a_shop() as open_:
        yield open_


def test_everything_is_read_page_by_page(shop: WooShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    shop.sell(*(woo.order(number) for number in range(1, 6)))
    pages = pages_of(WOO, shop, kind="order")

    assert [one.body for page in pages for one in page.parcels] == [
        woo.spelt(woo.order(number)) for number in range(1, 6)
    ]
    assert [page.total for page in pages] == [5, 5, 5]
    assert len(shop.asked) == 3


def test_what_a_webhook_brought_is_the_same_parcel_when_it_is_asked_for(shop: WooShop) -> None:
    shop.sell(woo.order())
    page = WOO.ask(shop.address, shop.access, kind="order", since=None, turn="")

    assert page.parcels[0].delivery_id == parcel("order.updated", woo.spelt(woo.order())).delivery_id


def test_with_an_order_come_its_refunds_which_name_it(shop: WooShop) -> None:
    shop.sell(woo.order(727), woo.order(728))
    shop.take_back(woo.refund(741, order=727))
    page = WOO.ask(shop.address, shop.access, kind="order", since=None, turn="")

    assert things_in(WOO, page.parcels) == ["order:727", "refund:741", "order:728"]


def test_only_what_changed_since_is_asked_for(shop: WooShop) -> None:
    shop.sell(woo.order(1), woo.completed(2))
    page = WOO.ask(shop.address, shop.access, kind="order", since=datetime(2026, 2, 28, tzinfo=UTC), turn="")

    assert things_in(WOO, page.parcels) == ["order:2"]


def test_one_order_is_asked_for_by_its_number(shop: WooShop) -> None:
    shop.sell(woo.order(727))
    shop.take_back(woo.refund(741, order=727))

    assert len(WOO.ask_about(shop.address, shop.access, thing="order:727")) == 2
    assert WOO.ask_about(shop.address, shop.access, thing="order:999") == []
    assert WOO.ask_about(shop.address, shop.access, thing="order:../users") == []


REFUSALS: list[tuple[Said, type[Refusal]]] = [
    *NO_ANSWER,
    (refusal(401, "woocommerce_rest_authentication_error"), WrongSecret),
    (refusal(403, "woocommerce_rest_cannot_view"), MissingPermission),
    (refusal(401, "woocommerce_rest_cannot_view"), MissingPermission),
    (refusal(404, "rest_no_route"), NotThatSystem),
    (Said(status=200, body=b'[{"id": 1}, nonsense'), NotThatSystem),
    (refusal(429, "too_many_requests"), AskedTooOften),
    (refusal(503, "maintenance"), NotAnswering),
]


@pytest.mark.parametrize(("said", "refused"), REFUSALS)
def test_whatever_stands_in_the_way_has_a_sentence_of_its_own(
    shop: WooShop, said: Said, refused: type[Refusal]
) -> None:
    refuses(WOO, shop, refused, said)


def test_it_waits_as_long_as_the_shop_asks_for_and_no_longer_than_an_hour(shop: WooShop) -> None:
    for asked, waits in (("7", 7), ("86400", 3600), ("soon", 60)):
        busy = refusal(429, "too_many_requests", **{"Retry-After": asked})
        assert refuses(WOO, shop, AskedTooOften, busy).figures["seconds"] == waits


def test_all_missing_permissions_are_named_at_once_and_a_wrong_key_once(shop: WooShop) -> None:
    wrong = {**shop.access, "consumer_secret": "cs_other"}
    look_around_finds(WOO, shop, missing=["customers", "orders"], wrong=wrong)


def test_without_keys_nobody_is_asked(shop: WooShop) -> None:
    cannot_be_asked_without_keys(WOO, shop)
