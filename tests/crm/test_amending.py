"""The shop changes an order that stands: the newest word stands, and what was said before is kept."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from crm import relay
from crm.errors import LessThanReturned, NotPlausible, OrderCurrencyDiffers, RepeatedLine
from crm.models import CustomerFigures, Order, OrderAmendment, StaleDay, TimelineEntry
from crm.people.erasure import erase
from crm.purchases.amending import amend_order
from crm.purchases.ordering import LineGiven, advance_order
from crm.purchases.returning import LineReturned, register_return
from tests.api_client import ShopSystem
from tests.factories.catalogue import ProductFactory
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, UserFactory

LATER = NOON + timedelta(hours=3)

pytestmark = pytest.mark.django_db


def amended(order: Order, *lines: LineGiven, hours: int = 3, delivery: str = "0", **more: object) -> Order:
    told = {"delivery_amount": Decimal(delivery), "as_of": NOON + timedelta(hours=hours), **more}
    return amend_order(order, lines=lines, source="api:x", at=NOON + timedelta(days=1), **told)  # type: ignore[arg-type]


def give_back(order: Order, external_id: str, line: str, quantity: str) -> None:
    register_return(
        order,
        external_id=external_id,
        lines=[LineReturned(line=line, quantity=Decimal(quantity))],
        returned_at=LATER,
        source="api:x",
        at=LATER,
    )


def heard() -> None:
    while relay.pump():
        pass


def said(order: Order) -> list[tuple[str, Decimal, Decimal]]:
    return list(Order.objects.get(pk=order.pk).lines.values_list("external_id", "quantity", "amount"))


def test_an_order_says_what_the_shop_says_and_remembers_what_it_said() -> None:
    order = placed_order(lines=[line("1"), line("2", name="Чаша", quantity="1", unit_price="12")])

    amended(order, line("3", quantity="1", unit_price="3"), line("1", quantity="3"), delivery="4.50")

    order.refresh_from_db()
    assert (order.goods_amount, order.delivery_amount) == (Decimal("17.70"), Decimal("4.50"))
    assert said(order) == [("3", 1, Decimal("3.00")), ("1", 3, Decimal("14.70"))]
    before = OrderAmendment.objects.get().before
    assert (before["goods_amount"], before["delivery_amount"]) == ("21.80", "0.00")
    assert [(one["external_id"], one["name"], one["amount"]) for one in before["lines"]] == [
        ("1", "Липов чай", "9.80"),
        ("2", "Чаша", "12.00"),
    ]
    entry = TimelineEntry.objects.get(kind="crm.order_amended")
    assert entry.fact.aloud("en") == "Order o-1 changed: €22.20 instead of €21.80"
    assert (entry.occurred_at, entry.subject_id) == (LATER, order.pk)


def test_what_stands_already_changes_nothing() -> None:
    order = placed_order()
    amended(order, line("1", quantity="5"))
    amended(order, line("1", quantity="5"))
    amended(order, line("1", quantity="5"), hours=9)

    assert OrderAmendment.objects.count() == 1
    assert TimelineEntry.objects.filter(kind="crm.order_amended").count() == 1


@pytest.mark.parametrize("turns", list(itertools.permutations([1, 2, 3])))
def test_the_newest_word_stands_in_whatever_order_words_come(turns: tuple[int, ...]) -> None:
    order = placed_order()
    for turn in turns:
        amended(order, line("1", quantity=str(turn)), hours=turn)

    assert said(order) == [("1", 3, Decimal("14.70"))]


def test_goods_keep_the_name_and_the_cost_of_the_day_of_the_sale() -> None:
    tea = ProductFactory(sku="TEA", name="Чай", unit_cost="2.0000", unit_cost_currency="EUR")
    cup = ProductFactory(sku="CUP", name="Чаша", unit_cost="5.0000", unit_cost_currency="EUR")
    order = placed_order(lines=[line("1", sku="TEA", name="")])
    tea.name, tea.unit_cost = "Друг чай", Decimal(9)
    tea.save()

    amended(order, line("1", sku="TEA", name="Чай от липа", quantity="1"), line("2", sku="CUP", name=""))

    kept = {
        one.sku: (one.name, one.unit_cost, one.product_id)
        for one in Order.objects.get(pk=order.pk).lines.all()
    }
    assert kept == {"TEA": ("Чай", 2, tea.pk), "CUP": ("Чаша", 5, cup.pk)}


def test_a_line_that_comes_back_in_part_goes_on_and_keeps_it() -> None:
    order = placed_order(lines=[line("1", quantity="3"), line("2")])
    give_back(order, "r-1", "1", "1")

    amended(order, line("1", quantity="2"))

    assert order.lines.values_list("quantity", "returned_quantity").get() == (2, 1)


@pytest.mark.parametrize(
    "lines",
    [
        [line("1", quantity="1"), line("2")],
        [line("2")],
        [line("1", unit_price="0.10"), line("2")],
    ],
)
def test_of_no_line_less_is_left_than_came_back(lines: list[LineGiven]) -> None:
    order = placed_order(lines=[line("1"), line("2")])
    give_back(order, "r-1", "1", "2")

    with pytest.raises(LessThanReturned) as refused:
        amended(order, *lines)

    assert len(refused.value.faults) == 1
    assert said(order) == [("1", 2, Decimal("9.80")), ("2", 2, Decimal("9.80"))]


def test_what_cannot_be_is_refused() -> None:
    order = placed_order()
    with pytest.raises(OrderCurrencyDiffers):
        amended(order, line("1", quantity="4"), currency="USD")
    with pytest.raises(RepeatedLine):
        amended(order, line("1"), line("1"))
    with pytest.raises(NotPlausible):
        amended(order, line("1", quantity="4"), hours=24 * 9)

    assert not OrderAmendment.objects.exists()


def test_a_cancelled_order_is_amended_and_stays_cancelled() -> None:
    order = placed_order()
    advance_order(order, moment="cancelled", occurred_at=LATER, source="api:x", at=LATER)

    amended(order, line("1", quantity="4"))

    order.refresh_from_db()
    assert (order.progress, order.goods_amount) == ("cancelled", Decimal("19.60"))


def test_an_order_of_somebody_who_was_erased_is_amended() -> None:
    order = placed_order(customer=CustomerFactory())
    erase(order.customer, reason="asked", by=UserFactory(), at=LATER)

    amended(order, line("1", quantity="4"))

    assert said(order) == [("1", 4, Decimal("19.60"))]


def test_figures_of_the_customer_and_of_the_day_follow() -> None:
    order = placed_order(customer=CustomerFactory())
    heard()
    StaleDay.objects.all().delete()

    amended(order, line("1", quantity="4"))
    heard()

    assert CustomerFigures.objects.get().net_revenue == Decimal("19.60")
    assert NOON.date() in StaleDay.objects.filter(rollup="sales").values_list("on", flat=True)


def test_a_colleague_sees_what_an_order_said_before_and_nothing_where_it_never_changed(
    client: Client,
) -> None:
    changed, plain = placed_order(), placed_order("o-2")
    amended(changed, line("1", quantity="3"), delivery="4.50")
    client.force_login(UserFactory(is_superuser=True, language="en"))

    said = client.get(reverse("admin:crm_order_change", args=[changed.pk])).content.decode()
    quiet = client.get(reverse("admin:crm_order_change", args=[plain.pk])).content.decode()

    heading = "What the order said before it was changed"
    assert heading in said
    assert heading not in quiet
    assert "Липов чай × 2: €9.80" in said


@pytest.fixture
def api() -> ShopSystem:
    return ShopSystem()


def told(*quantities: str, as_of: str = "2026-03-02T15:00:00Z", **more: object) -> dict[str, object]:
    lines = [
        {"external_id": str(place), "name": "Чай", "quantity": quantity, "unit_price": "4.90"}
        for place, quantity in enumerate(quantities, 1)
    ]
    return {"as_of": as_of, "lines": lines, **more}


def test_a_shop_tells_what_an_order_holds_now(api: ShopSystem) -> None:
    order = placed_order(shop=api.shop, delivery_amount=Decimal("3.00"))

    answer = api.patch(f"/api/v1/orders/{order.pk}/", told("3", "1"))
    older = api.patch(f"/api/v1/orders/{order.pk}/", told("9", as_of="2026-03-02T14:00:00Z"))

    assert (answer.status, older.status) == (200, 200)
    shown = answer.body
    assert (shown["goods_amount"], shown["delivery_amount"]) == ("19.60", "3.00")
    (before,) = shown["amendments"]
    assert (before["goods_amount"], before["lines"][0]["quantity"]) == ("9.80", "2.000")
    assert older.body == shown == api.get(f"/api/v1/orders/{order.pk}/").body


def test_what_a_shop_may_not_change_is_said_with_its_place(api: ShopSystem) -> None:
    order = placed_order(shop=api.shop)
    give_back(order, "r-1", "1", "2")
    elsewhere = placed_order("o-2")

    less = api.patch(f"/api/v1/orders/{order.pk}/", told("1"))
    money = api.patch(f"/api/v1/orders/{order.pk}/", told("3", currency="USD"))

    assert (less.status, less.pointers) == (409, ["/lines/0"])
    assert "2.000" in less.body["errors"][0]["detail"]
    assert money.problem == (409, "order-currency-differs")
    assert api.patch(f"/api/v1/orders/{elsewhere.pk}/", told("3")).status == 404
