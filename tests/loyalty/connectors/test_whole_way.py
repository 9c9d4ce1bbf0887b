"""From a code in a shop's own cart to its order, and back again: over the wire, with a ledger that is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crm.connectors import connecting, reconciling, rounds, tasks
from crm.models import Connection, Customer, Order, Return, Shop
from loyalty.models import Member, Programme
from loyalty.points import carting
from tests.crm.connectors.arriving import brought
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import shopify as shopify_fake
from tests.fakes import woocommerce as woo
from tests.fakes.shopify_shop import ShopifyShop
from tests.fakes.shopify_shop import a_shop as a_shopify_shop
from tests.fakes.woocommerce_shop import WooShop
from tests.fakes.woocommerce_shop import a_shop as a_woo_shop
from tests.loyalty.ledger_world import balances, earn, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right() -> Iterator[None]:
    yield
    assert wrong() == []


@pytest.fixture
def programme() -> Programme:
    """A point for each euro; a hundred are worth one."""
    programme = ProgrammeFactory()
    rule(programme)
    return programme


def connected(vendor: str, secret: str, open_: WooShop | ShopifyShop) -> Connection:
    secrets = {"webhook_secret": secret, **open_.access}
    return connecting.connect(
        shop=ShopFactory(), vendor=vendor, secrets=secrets, address=open_.address, at=NOON
    )


def a_member_of(shop: Shop, programme: Programme) -> Member:
    """The shop told of her before."""
    member = MemberFactory(programme=programme, customer=Customer.objects.get())
    earn(member, 1000)
    return member


def code_of(member: Member, connection: Connection, points: int) -> str:
    now = timezone.now()
    asked = carting.set_aside(member, points=points, connection=connection, key="cart", at=now)
    return carting.make(asked, at=now).code


class TestWooCommerce:
    @pytest.fixture
    def store(self) -> Iterator[WooShop]:
        with a_woo_shop() as open_:
            yield open_

    @pytest.fixture
    def connection(self, store: WooShop) -> Connection:
        found = connected("woocommerce", woo.SECRET, store)
        brought(found, ("customer.created", woo.customer()))
        return found

    def bought(self, member: Member, connection: Connection, store: WooShop) -> dict[str, Any]:
        """Three at 8.00, 5.00 of it with points."""
        code = code_of(member, connection, 500)
        store.use(code)
        whole = woo.item(subtotal="20.00", subtotal_tax="4.00", total="20.00", total_tax="4.00")
        order = woo.with_coupon(woo.order(line_items=[whole], total="30.00"), code, "5.00")
        brought(connection, ("order.updated", order))
        return order

    def refund(self, quantity: int, number: int = 741) -> dict[str, Any]:
        """The shop types what was paid in money for them: 19.00 for all three."""
        money = Decimal("19.00") * quantity / 3
        net, tax = f"-{money / Decimal('1.2'):.2f}", f"-{money - money / Decimal('1.2'):.2f}"
        back = woo.item(
            number + 1,
            quantity=-quantity,
            subtotal=net,
            subtotal_tax=tax,
            total=net,
            total_tax=tax,
            meta_data=[{"id": 9, "key": "_refunded_item_id", "value": "315"}],
        )
        return woo.refund(number, line_items=[back], amount=f"{money:.2f}")

    def test_points_pay_and_are_no_discount(
        self, store: WooShop, connection: Connection, programme: Programme
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        self.bought(maria, connection, store)

        assert Order.objects.get().goods_amount == Decimal("24.00")
        assert balances(maria)[2] == 0
        assert balances(maria)[0] + balances(maria)[1] == 500 + 19

    def test_all_of_it_comes_back_and_so_do_the_points(
        self, store: WooShop, connection: Connection, programme: Programme
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        self.bought(maria, connection, store)
        brought(connection, ("refund", self.refund(3)))

        assert (Return.objects.get().amount, balances(maria)) == (Decimal("24.00"), (1000, 0, 0, 0))

    def test_they_come_back_in_proportion_and_the_parts_add_up(
        self, store: WooShop, connection: Connection, programme: Programme
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        self.bought(maria, connection, store)
        brought(connection, ("refund", self.refund(1)))
        assert Return.objects.get().amount == Decimal("8.00")
        assert 500 + 166 <= sum(balances(maria)[:2]) <= 500 + 166 + 13

        brought(connection, ("refund", self.refund(1, 751)), ("refund", self.refund(1, 761)))
        assert sum(Return.objects.values_list("amount", flat=True)) == Decimal("24.00")
        assert balances(maria) == (1000, 0, 0, 0)

    def test_the_order_told_again_pays_nothing_twice(
        self, store: WooShop, connection: Connection, programme: Programme
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        order = self.bought(maria, connection, store)
        once = balances(maria)
        later = {"status": "completed", "date_modified_gmt": "2026-02-28T09:00:00"}
        brought(connection, ("order.updated", {**order, **later}), ("order.updated", order))

        assert balances(maria) == once

    def test_held_beside_the_shop_s_own_nothing_differs(
        self, store: WooShop, connection: Connection, programme: Programme
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        store.sell(self.bought(maria, connection, store))
        round_ = reconciling.begin(connection, at=timezone.now(), since=NOON - timedelta(days=30))
        rounds.walk(round_, tasks.TASKS[round_.purpose], clock=timezone.now)

        assert (round_.seen_count, round_.differences_count) == (1, 0)


class TestShopify:
    @pytest.fixture
    def store(self) -> Iterator[ShopifyShop]:
        with a_shopify_shop() as open_:
            yield open_

    @pytest.fixture
    def connection(self, store: ShopifyShop) -> Connection:
        found = connected("shopify", shopify_fake.SECRET, store)
        brought(found, ("customers/create", shopify_fake.customer()))
        return found

    def bought(self, code: str, **more: Any) -> dict[str, Any]:
        """Three at 8.00, 5.00 of it with points."""
        whole = shopify_fake.item(discount_allocations=[], tax_lines=shopify_fake.taxed("4.00"))
        return shopify_fake.with_code(shopify_fake.sent(line_items=[whole], **more), code, "5.00")

    def back(self, bought: dict[str, Any], quantity: int = 3) -> dict[str, Any]:
        """The refund as the order brings it, and by itself; it does not name the code."""
        [item] = bought["line_items"]
        tax = shopify_fake.money("3.17")
        refunded = shopify_fake.refunded_item(
            quantity, subtotal=19.0 * quantity / 3, total_tax_set=tax, line_item=item
        )
        return shopify_fake.refund(refund_line_items=[refunded], order=bought["id"])

    @pytest.mark.parametrize("alone_first", [True, False])
    def test_all_of_it_comes_back_and_so_do_the_points(
        self, store: ShopifyShop, connection: Connection, programme: Programme, alone_first: bool
    ) -> None:
        maria = a_member_of(connection.shop, programme)
        bought = self.bought(code_of(maria, connection, 500))
        brought(connection, ("orders/updated", bought))
        assert Order.objects.get().goods_amount == Decimal("24.00")
        assert sum(balances(maria)) == 500 + 19

        refund = self.back(bought)
        [item] = bought["line_items"]
        after = {
            "financial_status": "refunded",
            "line_items": [{**item, "current_quantity": 0}],
            "refunds": [refund],
            "updated_at": "2026-03-01T12:00:00+02:00",
        }
        news = [("refunds/create", refund), ("orders/updated", {**bought, **after})]
        brought(connection, *(news if alone_first else reversed(news)))

        assert (Return.objects.get().amount, balances(maria)) == (Decimal("24.00"), (1000, 0, 0, 0))
