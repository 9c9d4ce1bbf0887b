from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import (
    MoreReturnedThanBought,
    NotPlausible,
    OrderDiffers,
    RefundExceedsLine,
    Refusal,
    RepeatedLine,
    ReturnDiffers,
    TotalsDisagree,
    UnknownLine,
)
from crm.models import Order, OrderLine, Return, Shipment, TimelineEntry
from crm.purchases.order_progress import Progress
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, in_proportion, register_return
from crm.purchases.shipping import note_shipment
from tests.factories.catalogue import ProductFactory
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def kinds(order: Order) -> list[str]:
    return list(
        TimelineEntry.objects.filter(customer=order.customer_id).order_by("id").values_list("kind", flat=True)
    )


def advance(order: Order, moment: str, **more: object) -> Order:
    told = {"occurred_at": NOON + HOUR, "at": NOON + HOUR, "source": "api:x", **more}
    return advance_order(order, moment=moment, **told)  # type: ignore[arg-type]


def give_back(order: Order, *lines: LineReturned, external_id: str = "r-1", **more: object) -> Return:
    told = {"returned_at": NOON + HOUR, "at": NOON + HOUR, "source": "api:x", **more}
    return register_return(order, external_id=external_id, lines=lines, **told)  # type: ignore[arg-type]


def some(quantity: str, *, of: str = "1", amount: str | None = None) -> LineReturned:
    return LineReturned(line=of, quantity=Decimal(quantity), amount=Decimal(amount) if amount else None)


# ── placing ──────────────────────────────────────────────────────────────────
def test_a_line_costs_quantity_times_price_less_discount_rounded_half_up():
    order = placed_order(lines=[line(quantity="3", unit_price="1.115", discount_amount=Decimal("0.01"))])

    assert order.lines.get().amount == Decimal("3.34")
    assert order.goods_amount == Decimal("3.34")


def test_cost_and_name_are_frozen_from_the_catalogue():
    product = ProductFactory(sku="TEA", name="Липов чай", unit_cost=Decimal("2.1"))
    order = placed_order(lines=[line(sku="TEA", name=""), line("2", sku="unknown", name="Подарък")])
    product.unit_cost = Decimal(9)
    product.save()

    known, free = order.lines.order_by("id")
    assert (known.product, known.name, known.unit_cost) == (product, "Липов чай", Decimal("2.1"))
    assert (free.product, free.name, free.unit_cost) == (None, "Подарък", None)


def test_a_cost_in_another_currency_is_not_a_cost():
    ProductFactory(sku="TEA", unit_cost=Decimal("2.1"), unit_cost_currency="RUB")

    assert placed_order(lines=[line(sku="TEA")]).lines.get().unit_cost is None


def test_an_order_may_arrive_with_moments_that_have_passed():
    order = placed_order(customer=CustomerFactory(), moments={"paid": NOON, "completed": NOON})

    assert order.progress == Progress.COMPLETED
    assert kinds(order) == ["crm.order_placed", "crm.order_paid", "crm.order_completed"]


def test_an_order_says_what_it_is_about():
    order = placed_order(customer=CustomerFactory(), lines=[line(str(n), name=f"Чай {n}") for n in range(5)])

    fact = TimelineEntry.objects.get(customer=order.customer).fact
    assert (fact.goods, fact.lines_count, fact.amount) == ("Чай 0, Чай 1, Чай 2", 5, Decimal("49.00"))  # type: ignore[attr-defined]


def test_an_order_without_a_customer_is_a_fact_on_nobodys_timeline():
    placed_order()

    assert TimelineEntry.objects.get().customer_id is None


def test_the_same_order_told_again_changes_nothing():
    shop = ShopFactory()
    first = placed_order(shop=shop)
    advance(first, "paid")

    assert placed_order(shop=shop).pk == first.pk
    assert (Order.objects.count(), TimelineEntry.objects.count()) == (1, 2)


def test_a_different_order_under_a_known_id_is_refused():
    shop = ShopFactory()
    placed_order(shop=shop)

    with pytest.raises(OrderDiffers):
        placed_order(shop=shop, lines=[line(quantity="3")])


def test_two_shops_may_use_one_number():
    assert placed_order("7").pk != placed_order("7").pk


@pytest.mark.parametrize(
    ("refusal", "wrong", "pointer"),
    [
        (RepeatedLine, {"lines": [line(), line()]}, "/lines/1/external_id"),
        (TotalsDisagree, {"lines": [line(amount=Decimal("9.81"))]}, "/lines/0/amount"),
        (TotalsDisagree, {"goods_amount": Decimal("9.81")}, "/goods_amount"),
        (NotPlausible, {"lines": [line(discount_amount=Decimal(10))]}, "/lines/0"),
        (NotPlausible, {"lines": [line(unit_price="9999999999", quantity="999999999")]}, "/lines/0"),
        (
            NotPlausible,
            {"lines": [line(str(n), unit_price="9999999999", quantity="99") for n in range(3)]},
            "/lines",
        ),
        (NotPlausible, {"placed_at": NOON + timedelta(days=1, seconds=1)}, "/placed_at"),
        (NotPlausible, {"placed_at": NOON.replace(year=1969)}, "/placed_at"),
        (NotPlausible, {"moments": {"paid": NOON + timedelta(days=2)}}, "/paid_at"),
    ],
)
def test_an_order_that_cannot_be_true_is_refused_whole(
    refusal: type[Refusal], wrong: dict[str, object], pointer: str
):
    with pytest.raises(refusal) as refused:
        placed_order(**wrong)

    assert refused.value.faults[0].pointer == pointer
    assert not Order.objects.exists()
    assert not TimelineEntry.objects.exists()


# ── moving ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("news", list(permutations(["paid", "shipped", "delivered"])))
def test_an_order_ends_where_it_is_in_whatever_order_the_news_comes(news: tuple[str, ...]):
    order = placed_order(customer=CustomerFactory())
    for moment in news:
        order = advance(order, moment)

    assert order.progress == Progress.DELIVERED
    assert sorted(kinds(order)) == [
        "crm.order_delivered",
        "crm.order_paid",
        "crm.order_placed",
        "crm.order_shipped",
    ]


def test_the_first_telling_of_a_moment_counts():
    order = placed_order(customer=CustomerFactory())
    advance(order, "paid", occurred_at=NOON)
    again = advance(order, "paid", occurred_at=NOON + HOUR, source="import:other")

    assert again.paid_at == NOON
    assert kinds(order).count("crm.order_paid") == 1


def test_a_cancelled_order_stays_cancelled_and_says_why():
    order = advance(placed_order(customer=CustomerFactory()), "cancelled", reason="Out of stock")
    order = advance(order, "delivered")

    assert order.progress == Progress.CANCELLED
    assert TimelineEntry.objects.get(kind="crm.order_cancelled").fact.aloud_more() == "Out of stock"


# ── parcels ──────────────────────────────────────────────────────────────────
def ship(order: Order, external_id: str = "p-1", **details: object) -> Shipment:
    at = details.pop("at", NOON)
    return note_shipment(order, external_id=external_id, details=details, source="api:x", at=at)  # type: ignore[arg-type]


def test_each_new_promise_is_a_fact_and_a_repeated_one_is_not():
    order = placed_order(customer=CustomerFactory())
    for hour, day in enumerate([5, 5, 9, 5]):
        ship(order, promised_on=date(2026, 3, day), at=NOON + hour * HOUR)

    promises = TimelineEntry.objects.filter(kind="crm.parcel_promised").order_by("id")
    assert [entry.fact.promised_on.day for entry in promises] == [5, 9, 5]  # type: ignore[attr-defined]


def test_an_order_is_shipped_with_its_first_parcel_and_delivered_with_its_last():
    order = placed_order(customer=CustomerFactory())
    ship(order, "p-1", shipped_at=NOON)
    ship(order, "p-2")
    ship(order, "p-1", delivered_at=NOON)
    order.refresh_from_db()
    assert order.progress == Progress.SHIPPED

    ship(order, "p-2", shipped_at=NOON, delivered_at=NOON)
    order.refresh_from_db()
    assert order.progress == Progress.DELIVERED


def test_what_is_not_said_of_a_parcel_stays():
    order = placed_order()
    ship(order, carrier="Speedy", tracking_number="1")
    parcel = ship(order, tracking_number="2")

    assert (parcel.carrier, parcel.tracking_number) == ("Speedy", "2")


# ── returning ────────────────────────────────────────────────────────────────
def test_a_return_gives_back_in_proportion():
    order = placed_order(customer=CustomerFactory())
    goods_return = give_back(order, some("1"))

    assert goods_return.amount == Decimal("4.90")
    assert order.lines.get().returned_quantity == 1
    assert kinds(order)[-1] == "crm.goods_returned"


def test_never_more_comes_back_than_was_bought():
    order = placed_order()
    give_back(order, some("1.5"))

    with pytest.raises(MoreReturnedThanBought) as refused:
        give_back(order, some("0.501"), external_id="r-2")
    assert refused.value.figures == {"remaining": {"1": "0.500"}}
    assert Return.objects.count() == 1


def test_a_given_refund_is_taken_as_it_is_up_to_what_the_line_cost():
    order = placed_order()
    assert give_back(order, some("1", amount="9.80")).amount == Decimal("9.80")

    with pytest.raises(RefundExceedsLine):
        give_back(order, some("1", amount="0.01"), external_id="r-2")
    assert give_back(order, some("1"), external_id="r-3").amount == 0


def test_a_return_told_again_changes_nothing():
    order = placed_order()

    assert give_back(order, some("1")).pk == give_back(order, some("1")).pk
    assert order.lines.get().returned_quantity == 1
    with pytest.raises(ReturnDiffers):
        give_back(order, some("2"))


@pytest.mark.parametrize(
    ("refusal", "lines"), [(UnknownLine, [some("1", of="9")]), (RepeatedLine, [some("1"), some("1")])]
)
def test_a_return_of_lines_that_are_not_there_is_refused(refusal: type[Refusal], lines: list[LineReturned]):
    order = placed_order()

    with pytest.raises(refusal):
        give_back(order, *lines)
    assert not Return.objects.exists()


@given(amount=st.decimals(0, 1000, places=2), parts=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_refunds_in_parts_add_up_to_what_the_line_cost(amount: Decimal, parts: list[int]):
    sold = OrderLine(amount=amount, quantity=Decimal(sum(parts)), returned_quantity=Decimal(0))
    refunds = []
    for part in parts:
        refunds.append(in_proportion(sold, Decimal(part)))
        sold.returned_quantity += part

    assert sum(refunds) == amount
    assert min(refunds) >= 0


@pytest.mark.django_db(transaction=True)
def test_of_ten_returns_at_once_only_as_many_succeed_as_were_bought():
    order = placed_order(customer=CustomerFactory(), lines=[line(quantity="3")])

    def try_once(number: int) -> bool:
        try:
            give_back(Order.objects.get(pk=order.pk), some("1"), external_id=f"r-{number}")
        except MoreReturnedThanBought:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(try_once, range(10))) == 3
    assert order.lines.get().returned_quantity == 3


@pytest.mark.django_db(transaction=True)
def test_ten_tellings_of_one_order_at_once_make_one_order():
    shop, customer = ShopFactory(), CustomerFactory()

    def tell(_: int) -> int:
        try:
            return placed_order("o-9", shop=shop, customer=customer).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        assert len(set(threads.map(tell, range(10)))) == 1
    assert TimelineEntry.objects.count() == 1
