"""What lands is the same in any order: when an order was cancelled, what is sold still, each thing of a batch."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crm.connectors import agreeing, inbox, landing
from crm.connectors.base import OrderGiven, Parcel
from crm.connectors.landing.news import news_of
from crm.connectors.landing.orders import land_order
from crm.models import Connection, ConnectorDelivery, Offering, Order, Product
from crm.purchases.ordering import LineGiven
from loyalty.models import CartCode, Member
from loyalty.points import carting
from tests.crm.connectors.arriving import News, brought, connected, doubled
from tests.factories.loyalty_rules import rule
from tests.factories.shops import NOON, UserFactory
from tests.fakes import any_json, shopify
from tests.fakes import woocommerce as woo
from tests.loyalty.ledger_world import a_member, balances, wrong

pytestmark = pytest.mark.django_db


# ── When it was cancelled ────────────────────────────────────────────────────
def test_of_several_moments_of_a_cancellation_the_earliest_counts_in_any_order() -> None:
    news = [
        woo.order(),
        woo.order(status="cancelled", date_modified_gmt="2026-02-28T10:00:00"),
        woo.order(status="cancelled", date_modified_gmt="2026-03-01T10:00:00", shipping_total="0.00"),
    ]
    ends = set()
    for told in itertools.permutations(news):
        connection = connected("woocommerce")
        brought(connection, *(("order.updated", one) for one in told), ("order.deleted", {"id": 727}))
        ends.add(Order.objects.get(shop=connection.shop).cancelled_at)

    assert ends == {datetime(2026, 2, 28, 10, tzinfo=UTC)}


def test_a_deletion_that_is_heard_first_does_not_date_the_cancellation() -> None:
    connection = connected("woocommerce")
    gone = woo.order(status="cancelled", date_modified_gmt="2026-02-28T10:00:00")
    brought(connection, ("order.created", woo.pending()), ("order.deleted", {"id": 727}))
    brought(connection, ("order.updated", gone))

    assert Order.objects.get().cancelled_at == datetime(2026, 2, 28, 10, tzinfo=UTC)


# ── What is sold still ───────────────────────────────────────────────────────
SMALL, LARGE = shopify.variant("TEA-50"), shopify.variant("TEA-100", title="100 г")


def product(day: int, *variants: dict[str, Any], number: int = 8_061_536_829_001) -> News:
    told = shopify.product(number, variants=list(variants), updated_at=f"2026-02-{day:02}T10:00:00+02:00")
    return "products/update", told


def sold() -> set[str]:
    return set(Product.objects.filter(is_active=True).values_list("sku", flat=True))


@pytest.mark.parametrize("seed", range(6))
def test_a_variant_that_the_shop_dropped_is_no_longer_sold_in_any_order(seed: int) -> None:
    brought(
        connected("shopify"),
        *doubled([product(1, SMALL, LARGE), product(2, SMALL), product(3, SMALL)], seed=seed),
    )

    assert sold() == {"TEA-50"}


def test_a_variant_that_comes_back_is_sold_again() -> None:
    brought(connected("shopify"), product(1, SMALL, LARGE), product(2, SMALL), product(3, LARGE, SMALL))

    assert sold() == {"TEA-50", "TEA-100"}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_variant_that_moved_to_another_product_is_sold_as_that(is_reversed: bool) -> None:
    connection = connected("shopify")
    brought(connection, product(1, SMALL, LARGE))
    moved = [product(2, LARGE, number=9), product(2, SMALL)]
    brought(connection, *(reversed(moved) if is_reversed else moved))

    assert sold() == {"TEA-50", "TEA-100"}


def test_all_variants_go_with_their_product_also_when_what_was_brought_is_forgotten() -> None:
    connection = connected("shopify")
    brought(connection, product(1, SMALL, LARGE))
    inbox.forget_bodies(at=timezone.now() + timedelta(days=40))
    brought(connection, ("products/delete", {"id": 8_061_536_829_001}))

    assert sold() == set()


# ── Each thing of a batch ────────────────────────────────────────────────────
def batch(changed: str, **prices: str) -> News:
    return "", {
        "goods": [
            {"code": code, "title": code, "price": price, "left": "1", "hidden": False, "changed": changed}
            for code, price in prices.items()
        ]
    }


@pytest.mark.parametrize("seed", range(4))
def test_no_thing_of_a_batch_gives_way_to_older_news(seed: int) -> None:
    connection = connected("any-json")
    history = [
        batch("01.02.2026 10:00", tea="1,00", mint="1,00", rose="1,00"),
        batch("02.02.2026 10:00", mint="2,00", tea="2,00"),
        batch("03.02.2026 10:00", rose="3,00", mint="3,00"),
    ]
    agreeing.agree(
        connection,
        told={**any_json.MAPPING, "product.changed_at": "changed"},
        sample=json.dumps(history[0][1]),
        at=NOON,
        by=UserFactory(is_superuser=True),
    )
    brought(connection, *doubled(history, seed=seed))

    assert dict(Offering.objects.values_list("product__sku", "price")) == {"tea": 2, "mint": 3, "rose": 3}


def test_what_did_not_land_whole_is_said_of_any_thing_of_a_batch_also_when_it_is_tried_again() -> None:
    connection = connected("any-json")
    agreeing.agree(
        connection, told=any_json.MAPPING, sample=json.dumps(any_json.order()), at=NOON, by=UserFactory()
    )
    brought(connection, *(("", any_json.order(id=number)) for number in ("A-17", "A-18")))
    brought(connection, ("", any_json.back(order="A-18")))
    other = [{"no": 2, "code": "TEA-MINT", "title": "Мента", "count": 1, "sum": "5,00"}]
    later = {"changed": "28.02.2026 10:00:00", "rows": other}
    brought(connection, ("", [any_json.order(id=number, **later) for number in ("A-17", "A-18")]))

    assert ConnectorDelivery.objects.failed().get().failure_code == "less-than-returned"
    assert landing.replay(ConnectorDelivery.objects.failed().get(), at=timezone.now())
    assert ConnectorDelivery.objects.failed().get().failure_code == "less-than-returned"
    assert sorted(Order.objects.values_list("external_id", "lines__sku")) == [
        ("A-17", "TEA-MINT"),
        ("A-18", "TEA-LINDEN-50"),
    ]


# ── Codes that were typed in the cart ────────────────────────────────────────
@pytest.fixture
def maria() -> Member:
    member = a_member(1000)
    rule(member.programme)
    return member


def order_with(codes: dict[str, Decimal], *, changed: datetime = NOON, **more: Any) -> OrderGiven:
    told = LineGiven(external_id="1", quantity=Decimal(1), unit_price=Decimal("10.00"))
    return OrderGiven(
        thing="order:1",
        external_id="1",
        number="1",
        placed_at=NOON,
        lines=[told],
        as_of=changed,
        codes=codes,
        **more,
    )


def landed(connection: Connection, given: OrderGiven) -> None:
    body = str(given.as_of).encode()
    row = inbox.keep(
        connection, Parcel(delivery_id=body.decode(), topic="test", body=body), at=timezone.now()
    )
    assert row
    land_order(given, news_of(row, given, at=timezone.now()))


def code_of(member: Member, connection: Connection) -> CartCode:
    return carting.set_aside(member, points=300, connection=connection, key="one", at=timezone.now())


def test_codes_of_a_new_order_pay_before_it_earns(maria: Member) -> None:
    connection = connected("woocommerce")
    code = code_of(maria, connection)
    landed(
        connection,
        order_with({code.code.lower(): Decimal("3.00"), "SUMMER": Decimal(1)}, moments={"paid": NOON}),
    )

    code.refresh_from_db()
    assert code.paid_at and code.order == Order.objects.get()
    told = Order.objects.get().points_transactions.order_by("pk").values_list("kind", flat=True)
    assert next(iter(told)) == "capture" and wrong() == []


def test_codes_that_come_with_a_change_pay_and_those_of_older_news_do_not(maria: Member) -> None:
    connection = connected("woocommerce")
    codes = {code_of(maria, connection).code: Decimal("3.00")}
    landed(connection, order_with({}, moments={"paid": NOON}))
    landed(connection, order_with(codes, changed=NOON - timedelta(hours=1)))
    assert balances(maria)[0] == 700 and not CartCode.objects.exclude(paid_at=None).exists()

    landed(connection, order_with(codes, changed=NOON + timedelta(hours=1)))
    assert CartCode.objects.get().paid_at and wrong() == []
