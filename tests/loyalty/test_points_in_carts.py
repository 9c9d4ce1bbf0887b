"""Points in the cart of a shop's own system: a code there, backed by a hold here, that pays the order it comes with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.connectors import connecting
from crm.connectors.base import NotAnswering
from crm.models import Connection, Order
from crm.people.identification import Hint, add_identities
from crm.purchases.ordering import advance_order
from loyalty.connectors import MayNotMakeCodes
from loyalty.errors import NotEnoughPoints
from loyalty.members import cards
from loyalty.models import CartCode, Member
from loyalty.points import carting, holds, settling
from loyalty.points.spending import OtherCurrency
from tests.api_client import ShopSystem
from tests.crm.connectors import arriving
from tests.factories.loyalty_rules import rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import woocommerce as woo
from tests.fakes.woocommerce_shop import WooShop, a_shop, refusal
from tests.loyalty.ledger_world import a_member, balances, wrong

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=31)
TOLD_BY = "connector:woocommerce"


@pytest.fixture(autouse=True)
def the_ledger_is_right() -> Iterator[None]:
    yield
    assert wrong() == []


@pytest.fixture
def store() -> Iterator[WooShop]:
    with a_shop() as open_:
        yield open_


@pytest.fixture
def cart(store: WooShop) -> Connection:
    return connecting.connect(
        shop=ShopFactory(),
        vendor="woocommerce",
        secrets={"webhook_secret": woo.SECRET, **store.access},
        address=store.address,
        at=NOON,
    )


def code_for(
    member: Member, cart: Connection, points: int = 300, *, key: str = "one", at: Any = NOON
) -> CartCode:
    return carting.make(carting.set_aside(member, points=points, connection=cart, key=key, at=at), at=at)


def ordered(member: Member, code: CartCode, *, off: str = "3.00", paid: bool = False, **more: Any) -> Order:
    """As the connector places it: with what its code took off."""
    codes = {code.code.lower(): Decimal(off)}
    return placed_order(
        shop=code.connection.shop,
        customer=member.customer,
        moments={"paid": NOON} if paid else {},
        settle=lambda order: carting.use_codes(order, codes=codes, source="test", at=NOON),
        **more,
    )


def paid(order: Order) -> None:
    advance_order(order, moment="paid", occurred_at=NOON, source=TOLD_BY, at=NOON)


def cancelled(order: Order) -> None:
    advance_order(order, moment="cancelled", occurred_at=NOON, source=TOLD_BY, at=NOON)


class TestTheCode:
    def test_points_are_set_aside_and_a_code_of_one_use_is_made_in_the_shop(
        self, store: WooShop, cart: Connection
    ) -> None:
        maria = a_member(1000)

        code = code_for(maria, cart)

        (coupon,) = store.coupons.values()
        assert balances(maria) == (700, 0, 300, 0)
        assert (code.state, code.amount, code.currency) == ("usable", Decimal("3.00"), "EUR")
        assert (coupon["code"], coupon["amount"], coupon["usage_limit"]) == (code.code.lower(), "3.00", 1)

    def test_it_ends_before_its_points_go_back(self, cart: Connection) -> None:
        code = code_for(a_member(1000), cart)

        assert code.usable_until == NOON + timedelta(minutes=30)
        assert code.hold.expires_at > code.usable_until + timedelta(hours=23)

    def test_the_same_key_gives_the_same_code(self, store: WooShop, cart: Connection) -> None:
        maria = a_member(1000)

        assert code_for(maria, cart).pk == code_for(maria, cart).pk
        assert balances(maria) == (700, 0, 300, 0)
        assert len(store.coupons) == 1

    def test_where_veren_may_not_make_codes_the_points_are_back_and_the_cure_is_said(
        self, store: WooShop, cart: Connection
    ) -> None:
        maria = a_member(1000)
        store.forbidden.add("coupons")

        with pytest.raises(MayNotMakeCodes):
            code_for(maria, cart)
        assert balances(maria) == (1000, 0, 0, 0)
        with pytest.raises(carting.CodeWasRefused):
            code_for(maria, cart)

    def test_a_shop_that_does_not_answer_is_asked_again_by_the_same_key(
        self, store: WooShop, cart: Connection
    ) -> None:
        maria = a_member(1000)
        store.bad_days.append(refusal(503, "busy"))

        with pytest.raises(NotAnswering):
            code_for(maria, cart)
        assert balances(maria) == (700, 0, 300, 0)
        assert code_for(maria, cart).state == "usable"
        assert balances(maria) == (700, 0, 300, 0)

    def test_of_unused_codes_a_member_has_a_few_at_most(self, cart: Connection) -> None:
        maria = a_member(1000)
        for number in range(carting.MOST_UNUSED):
            code_for(maria, cart, 10, key=str(number))

        with pytest.raises(carting.TooManyUnusedCodes):
            code_for(maria, cart, 10, key="one more")
        assert balances(maria) == (950, 0, 50, 0)

    def test_a_shop_in_another_currency_takes_no_points(self, cart: Connection) -> None:
        cart.shop.currency = "BGN"
        cart.shop.save()

        with pytest.raises(OtherCurrency):
            code_for(a_member(1000), cart)


class TestTheOrder:
    def test_the_points_pay_when_the_order_is_paid(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)

        order = ordered(maria, code)
        assert balances(maria) == (700, 0, 300, 0)
        paid(order)
        paid(order)

        assert balances(maria) == (700, 0, 0, 0)
        code.refresh_from_db()
        assert (code.state, code.order) == ("paid", order)

    def test_an_order_that_is_paid_at_once_is_paid_with_its_points(self, cart: Connection) -> None:
        maria = a_member(1000)

        ordered(maria, code_for(maria, cart), paid=True)

        assert balances(maria) == (700, 0, 0, 0)

    def test_a_payment_that_somebody_else_tells_is_settled_by_the_connection_s_next_news(
        self, cart: Connection
    ) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        order = ordered(maria, code)
        advance_order(order, moment="paid", occurred_at=NOON, source="api:lipa", at=NOON)

        again = Order.objects.get(pk=order.pk)
        carting.use_codes(again, codes={code.code: Decimal(3)}, source=TOLD_BY, at=NOON)

        assert balances(maria) == (700, 0, 0, 0)

    def test_a_cart_smaller_than_the_code_costs_no_more_points_than_it_took_off(
        self, cart: Connection
    ) -> None:
        maria = a_member(1000)

        ordered(maria, code_for(maria, cart), off="1.20", paid=True)

        assert balances(maria) == (880, 0, 0, 0)

    def test_an_order_that_is_cancelled_before_it_is_paid_gives_them_back(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)

        cancelled(ordered(maria, code))

        assert balances(maria) == (1000, 0, 0, 0)
        code.refresh_from_db()
        assert code.state == "over"

    def test_an_order_that_is_cancelled_after_it_was_paid_gives_them_back_as_well(
        self, cart: Connection
    ) -> None:
        maria = a_member(1000)
        order = ordered(maria, code_for(maria, cart), paid=True)

        cancelled(order)

        assert balances(maria) == (1000, 0, 0, 0)

    def test_an_order_may_be_paid_weeks_later(self, cart: Connection) -> None:
        maria = a_member(1000)
        order = ordered(maria, code_for(maria, cart))

        holds.release_abandoned(at=NOON + timedelta(days=60))
        carting.sweep(at=NOON + timedelta(days=60))
        paid(order)

        assert balances(maria) == (700, 0, 0, 0)

    def test_one_that_nobody_pays_gives_them_back_in_the_end(self, cart: Connection) -> None:
        maria = a_member(1000)
        ordered(maria, code_for(maria, cart))

        holds.release_abandoned(at=NOON + carting.PAID_WITHIN)

        assert balances(maria) == (1000, 0, 0, 0)

    def test_an_order_that_comes_days_late_takes_the_points_again(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        holds.release_abandoned(at=NOON + timedelta(days=2))
        carting.sweep(at=NOON + timedelta(days=2))

        ordered(maria, code, paid=True)

        assert balances(maria) == (700, 0, 0, 0)

    def test_what_points_paid_is_back_when_all_of_it_comes_back(self, cart: Connection) -> None:
        maria = a_member(1000)
        order = ordered(maria, code_for(maria, cart), paid=True, lines=[line(quantity="1", unit_price="20")])

        cancelled(order)

        assert balances(maria) == (1000, 0, 0, 0)

    def test_a_second_order_with_the_same_code_is_not_paid_by_it(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        ordered(maria, code, paid=True)

        ordered(maria, code, paid=True, external_id="another")

        assert balances(maria) == (700, 0, 0, 0)

    def test_a_code_of_another_shop_pays_nothing_here(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        elsewhere = placed_order(customer=maria.customer, moments={"paid": NOON})

        carting.use_codes(elsewhere, codes={code.code: Decimal(3)}, source="test", at=NOON)

        assert balances(maria) == (700, 0, 300, 0)

    def test_whose_code_it_is_says_who_bought(self, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)

        assert carting.whose({code.code.lower(): Decimal(3)}, shop=cart.shop) == maria.customer
        assert carting.whose({"SUMMER": Decimal(3)}, shop=cart.shop) is None
        assert carting.whose({code.code: Decimal(3)}, shop=ShopFactory()) is None


class TestAbandoned:
    def test_an_abandoned_cart_gives_them_back_and_its_code_is_gone(
        self, store: WooShop, cart: Connection
    ) -> None:
        maria = a_member(1000)
        code_for(maria, cart)

        assert carting.sweep(at=NOON + timedelta(minutes=29)) == 0
        assert carting.sweep(at=NOON + LATER) == 1

        assert balances(maria) == (1000, 0, 0, 0)
        assert store.coupons == {}

    def test_one_that_was_used_waits_for_its_order(self, store: WooShop, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        store.use(code.code)

        assert carting.sweep(at=NOON + LATER) == 0
        assert balances(maria) == (700, 0, 300, 0)
        ordered(maria, code, paid=True)
        assert balances(maria) == (700, 0, 0, 0)

    def test_a_shop_that_is_gone_keeps_nobodys_points(self, store: WooShop, cart: Connection) -> None:
        maria = a_member(1000)
        code_for(maria, cart)
        store.bad_days.extend([refusal(503, "busy")] * 3)

        assert carting.sweep(at=NOON + LATER) == 0
        holds.release_abandoned(at=NOON + timedelta(days=2))

        assert balances(maria) == (1000, 0, 0, 0)
        assert carting.sweep(at=NOON + timedelta(days=2)) == 1

    def test_a_member_takes_a_code_back_at_once(self, store: WooShop, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)

        assert carting.take_back(code, at=NOON).state == "over"
        assert balances(maria) == (1000, 0, 0, 0)
        assert store.coupons == {}

    def test_but_not_one_that_was_used(self, store: WooShop, cart: Connection) -> None:
        maria = a_member(1000)
        code = code_for(maria, cart)
        store.use(code.code)

        with pytest.raises(carting.CodeIsUsed):
            carting.take_back(code, at=NOON)
        assert balances(maria) == (700, 0, 300, 0)


@pytest.mark.django_db(transaction=True)
def test_fifty_carts_race_for_one_balance(store: WooShop, cart: Connection) -> None:
    """Enough for three: three codes are made, forty-seven carts hear why not, and no point is spent twice."""
    maria = a_member(1000)

    def fill(number: int) -> bool:
        try:
            code_for(Member.objects.get(pk=maria.pk), cart, key=str(number), at=timezone.now())
        except NotEnoughPoints:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(fill, range(50))) == 3
    assert balances(maria) == (100, 0, 900, 0)
    assert len(store.coupons) == CartCode.objects.count() == 3

    def buy(code: CartCode) -> None:
        try:
            ordered(maria, code, paid=True, external_id=code.code)
        finally:
            database.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(buy, CartCode.objects.select_related("connection__shop")))
    assert balances(maria) == (100, 0, 0, 0)


class TestTheApi:
    @pytest.fixture
    def api(self, cart: Connection) -> ShopSystem:
        return ShopSystem(shop=cart.shop)

    def test_a_shop_asks_for_a_code_and_takes_it_back(self, api: ShopSystem, store: WooShop) -> None:
        maria = a_member(1000)

        made = api.post("cart-codes/", {"member": maria.pk, "points": 300})
        assert (made.status, made.body["state"], made.body["amount"]) == (201, "usable", "3.00")
        assert made.body["balances"] == {"available": 700, "pending": 0, "held": 300, "debt": 0}
        back = api.post(f"cart-codes/{made.body['id']}/withdrawals/", {})

        assert (back.status, back.body["state"]) == (201, "over")
        assert api.get(f"cart-codes/{made.body['id']}/").body == back.body
        assert store.coupons == {}

    def test_the_same_key_gives_the_same_code(self, api: ShopSystem, store: WooShop) -> None:
        maria = a_member(1000)
        asked = {"member": maria.pk, "points": 300}

        first = api.post("cart-codes/", asked, idempotency_key="k-1")
        again = api.post("cart-codes/", asked, idempotency_key="k-1")

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(store.coupons) == 1

    def test_it_can_be_tried(self, api: ShopSystem, store: WooShop) -> None:
        maria = a_member(1000)

        tried = api.post("cart-codes/?dry_run=1", {"member": maria.pk, "points": 300})

        assert (tried.status, tried.body["id"], tried.body["code"]) == (201, None, "")
        assert balances(maria) == (1000, 0, 0, 0)
        assert store.coupons == {}

    def test_a_shop_without_such_a_system_hears_so(self, db: None) -> None:
        answer = ShopSystem().post("cart-codes/", {"member": a_member(1000).pk, "points": 300})

        assert answer.problem == (422, "no-cart-there")

    def test_codes_of_other_shops_are_not_there(self, api: ShopSystem, cart: Connection) -> None:
        code = code_for(a_member(1000), cart)
        elsewhere = ShopSystem(shop=ShopFactory())

        assert elsewhere.get(f"cart-codes/{code.pk}/").status == 404
        assert elsewhere.post(f"cart-codes/{code.pk}/withdrawals/", {}).status == 404


class TestTheCard:
    @pytest.fixture
    def maria(self) -> Member:
        return a_member(1000)

    @pytest.fixture
    def address(self, maria: Member) -> str:
        return reverse("card-carts", args=[cards.token_of(cards.link_of(maria, at=NOON))])

    def test_the_card_offers_it_where_a_cart_takes_codes(
        self, maria: Member, address: str, cart: Connection
    ) -> None:
        card = address.removesuffix("carts/")

        assert address in Client().get(card).text
        connecting.close(cart, at=NOON)
        assert address not in Client().get(card).text
        assert Client().get(address).status_code == 404

    def test_a_member_makes_a_code_and_takes_it_back(
        self, maria: Member, address: str, cart: Connection, store: WooShop
    ) -> None:
        browser = Client()
        page = browser.get(address)
        form = page.context["form"]
        told = {"points": "300", "cart": str(cart.pk), "once": str(form["once"].value())}

        for _pressed_twice in range(2):
            assert browser.post(address, told).status_code == 302
        (code,) = CartCode.objects.all()
        assert code.code in browser.get(address).text
        assert balances(maria) == (700, 0, 300, 0)
        browser.post(reverse("card-cart-back", args=[address.split("/")[-3], code.pk]))

        assert code.code not in browser.get(address).text
        assert balances(maria) == (1000, 0, 0, 0)

    @pytest.mark.parametrize("points", ["0", "1001", "many", ""])
    def test_what_cannot_be_is_said_in_the_form(
        self, maria: Member, address: str, cart: Connection, points: str
    ) -> None:
        once = "9b2f4f0e-5c44-4a63-8c6f-0d5c6f1f9b11"
        answer = Client().post(address, {"points": points, "cart": str(cart.pk), "once": once})

        assert answer.status_code == 422
        assert 'class="error"' in answer.text
        assert balances(maria) == (1000, 0, 0, 0)

    def test_nobody_takes_back_the_code_of_another(
        self, maria: Member, address: str, cart: Connection
    ) -> None:
        code = code_for(a_member(500), cart)

        Client().post(reverse("card-cart-back", args=[address.split("/")[-3], code.pk]))

        code.refresh_from_db()
        assert code.state == "usable"


class TestThroughWooCommerce:
    """The whole way: a code made over REST, typed in the cart, and the order told by webhooks."""

    @pytest.fixture
    def maria(self, cart: Connection) -> Member:
        """Known to the shop by her number there; a euro earns ten points, not for what points pay."""
        maria = a_member(1000)
        add_identities(
            maria.customer, hints=[Hint(kind="external", value="26")], shop=cart.shop, source="test", at=NOON
        )
        rule(maria.programme)
        return maria

    def history(self, code: CartCode, *, off: str = "3.00") -> list[tuple[str, Any]]:
        steps = (woo.pending(), woo.order(), woo.completed())
        return [("order.updated", woo.with_coupon(step, code.code, off)) for step in steps]

    @pytest.mark.parametrize("seed", range(8))
    def test_news_in_any_order_and_doubled_ends_the_same(
        self, maria: Member, cart: Connection, seed: int
    ) -> None:
        code = code_for(maria, cart, at=timezone.now())

        arriving.brought(cart, *arriving.doubled(self.history(code), seed=seed))

        order = Order.objects.get()
        assert (order.goods_amount, order.customer) == (Decimal("21.60"), maria.customer)
        assert balances(maria) == (700, 18, 0, 0)

    def test_it_ends_as_if_the_points_had_paid_at_the_till(self, maria: Member, cart: Connection) -> None:
        code = code_for(maria, cart, at=timezone.now())
        arriving.brought(cart, *self.history(code))
        with_code = balances(maria)
        assert with_code[1] > 0
        ivan = a_member(1000)
        hold = holds.hold(ivan, points=300, key="till", at=NOON)
        placed_order(
            "till",
            shop=cart.shop,
            customer=ivan.customer,
            lines=[line(quantity="1", unit_price="21.60")],
            delivery_amount=Decimal("6.00"),
            moments={"paid": NOON},
            settle=lambda order: settling.settle(
                order, holds=[hold.hold_id or 0], coupons=(), source="t", at=NOON
            ),
        )

        assert balances(ivan) == with_code

    def test_an_order_of_nobody_in_particular_is_theirs_whose_points_pay(
        self, maria: Member, cart: Connection
    ) -> None:
        code = code_for(maria, cart, at=timezone.now())
        nobody = {"customer_id": 0, "billing": dict.fromkeys(woo.address(), "")}
        guest = woo.with_coupon(woo.order(**nobody), code.code, "3.00")

        arriving.brought(cart, ("order.created", guest))

        assert Order.objects.get().customer == maria.customer
        assert balances(maria)[0] == 700

    def test_a_cancelled_cart_order_gives_the_points_back(self, maria: Member, cart: Connection) -> None:
        code = code_for(maria, cart, at=timezone.now())
        told = woo.with_coupon(woo.pending(), code.code, "3.00")
        gone = {**told, "status": "cancelled", "date_modified_gmt": "2026-02-27T17:00:00"}

        arriving.brought(cart, ("order.created", told), ("order.updated", gone))

        assert balances(maria) == (1000, 0, 0, 0)
