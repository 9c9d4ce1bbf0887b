"""What customers are worth, counted in one night and told the same however often it is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.db.models import Sum

from crm.models import (
    Customer,
    CustomerWorth,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    RfmCutPoints,
    Shop,
    StageTransition,
    Valuation,
)
from crm.people import merging
from crm.purchases import figures
from crm.worth import valuing
from crm.worth.categories import Category
from crm.worth.counting import Asked
from crm.worth.stages import Stage
from tests.factories.customers import CustomerFactory
from tests.factories.purchases import buys, every, returns
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
HORIZON = 90


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(time_zone="Europe/Sofia")


def person() -> Customer:
    return CustomerFactory(created_at=datetime(2024, 1, 1, tzinfo=UTC))


def asked(on: date = TODAY, *, by_margin: bool = False) -> Asked:
    return Asked(as_of=on, clock="Europe/Sofia", horizon_days=HORIZON, by_margin=by_margin)


def night(on: date = TODAY, *, by_margin: bool = False) -> Valuation | None:
    at = datetime.combine(on + timedelta(days=1), time(3), tzinfo=UTC)
    return valuing.value_everybody(asked=asked(on, by_margin=by_margin), at=at)


def worth_of(customer: Customer) -> CustomerWorth:
    return CustomerWorth.objects.get(customer=customer)


def crowd(shop: Shop, many: int, seed: int = 5) -> list[Customer]:
    """People with different rhythms: some buy once, some every week."""
    draw = Random(seed)
    people = [person() for _ in range(many)]
    for one in people:
        times, gap = draw.choice([1, 1, 2, 3, 5, 8, 12]), draw.randint(5, 60)
        last = TODAY - timedelta(days=draw.randint(0, 100))
        buys(one, shop, every(gap, times, until=last), amount=str(draw.randint(5, 80)))
    return people


def test_what_was_bought_is_counted_by_days_and_net_of_refunds(shop: Shop) -> None:
    maria = person()
    buys(maria, shop, [TODAY - timedelta(days=n) for n in (200, 120, 120, 30, 10)], amount="10.00")
    returns(maria, shop, TODAY, amount="4.00")

    night()
    its = worth_of(maria)

    assert (its.orders, its.purchase_days, its.days_lately, its.days_earlier) == (5, 4, 2, 1)
    assert (its.first_on, its.last_on) == (TODAY - timedelta(days=200), TODAY - timedelta(days=10))
    assert its.last_on_before == TODAY - timedelta(days=120)
    assert (its.historic_value, its.currency, its.repeat_mean) == (Decimal("46.00"), "EUR", Decimal("13.33"))


def test_what_comes_after_the_day_is_not_counted(shop: Shop) -> None:
    maria = person()
    buys(maria, shop, [TODAY, TODAY + timedelta(days=1)])

    night()

    assert worth_of(maria).purchase_days == 1


def test_a_merged_person_is_counted_once(shop: Shop) -> None:
    maria, other = person(), person()
    buys(maria, shop, [TODAY - timedelta(days=5)])
    buys(other, shop, [TODAY - timedelta(days=2)])
    night(TODAY - timedelta(days=1))
    merging.merge(maria, other=other, by=None, at=datetime(2026, 11, 20, tzinfo=UTC))
    figures.recount({maria.pk})

    night()

    assert worth_of(maria).purchase_days == 2
    assert not CustomerWorth.objects.filter(customer=other).exists()


def with_cost(orders: list[Order], cost: str | None) -> list[OrderLine]:
    lines = [
        OrderLine(
            order=order,
            external_id="1",
            quantity=2,
            unit_price=order.goods_amount / 2,
            amount=order.goods_amount,
            unit_cost=None if cost is None else Decimal(cost),
        )
        for order in orders
    ]
    return OrderLine.objects.bulk_create(lines)


def brought_back(line: OrderLine, quantity: int, *, amount: str) -> None:
    customer, shop = line.order.customer, line.order.shop
    assert customer
    returns(customer, shop, TODAY, amount=amount)
    whole = Return.objects.get(customer=customer)
    ReturnLine.objects.create(goods_return=whole, order_line=line, quantity=quantity, amount=Decimal(amount))


def test_margin_is_revenue_less_the_cost_of_what_was_kept(shop: Shop) -> None:
    maria = person()
    line, _other = with_cost(buys(maria, shop, every(7, 2, until=TODAY), amount="20.00"), "6.5050")
    brought_back(line, 1, amount="10.00")

    night(by_margin=True)

    assert worth_of(maria).historic_value == Decimal("30.00")
    assert worth_of(maria).margin == Decimal("10.49")  # 30 − 4 × 6.505 + 6.505, half up


def test_the_margin_of_whoever_bought_something_of_unknown_cost_is_not_known(shop: Shop) -> None:
    maria, ivan, anna = person(), person(), person()
    known, _unknown = buys(maria, shop, every(7, 2, until=TODAY))
    with_cost([known], "5.00")
    with_cost(buys(ivan, shop, [TODAY]), None)
    with_cost(buys(anna, shop, [TODAY]), "5.00")

    night(by_margin=True)

    assert [worth_of(one).margin for one in (maria, ivan, anna)] == [None, None, Decimal("10.00")]


def test_a_company_that_counts_by_revenue_is_told_no_margin(shop: Shop) -> None:
    anna = person()
    with_cost(buys(anna, shop, [TODAY]), "5.00")

    night()

    assert worth_of(anna).margin is None


def test_margins_add_up_to_what_sql_says_of_the_orders(shop: Shop) -> None:
    draw = Random(11)
    for one in crowd(shop, 30):
        lines = with_cost(list(Order.objects.filter(customer=one)), f"{draw.randint(1, 4)}.25")
        if draw.random() < 0.4:
            brought_back(lines[0], 1, amount="3.10")
    Order.objects.filter(pk__in=list(Order.objects.values_list("pk", flat=True)[::9])).update(
        cancelled_at=datetime(2026, 11, 20, tzinfo=UTC)
    )
    figures.recount(list(Customer.objects.values_list("pk", flat=True)))

    night(by_margin=True)

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT sum(l.amount - l.quantity * l.unit_cost) FROM crm_orderline l
                    JOIN crm_order o ON o.id = l.order_id WHERE o.cancelled_at IS NULL)
                 - (SELECT sum(amount) FROM crm_return)
                 + (SELECT sum(r.quantity * l.unit_cost) FROM crm_returnline r
                    JOIN crm_orderline l ON l.id = r.order_line_id
                    JOIN crm_order o ON o.id = l.order_id WHERE o.cancelled_at IS NULL)
            """
        )
        (by_hand,) = cursor.fetchone()
    told = CustomerWorth.objects.filter(purchase_days__gt=0).aggregate(margin=Sum("margin"))
    of_who_returned_all = -sum(
        CustomerWorth.objects.filter(orders=0).values_list("historic_value", flat=True)
    )
    assert told["margin"] - of_who_returned_all == by_hand


def test_scores_are_fifths_of_those_who_bought(shop: Shop) -> None:
    people = [person() for _ in range(20)]
    for n, one in enumerate(people):
        buys(one, shop, every(3, n + 2, until=TODAY - timedelta(days=n)), amount="10.00")

    night()
    found = [worth_of(one) for one in people]

    assert [one.recency for one in found] == [5] * 4 + [4] * 4 + [3] * 4 + [2] * 4 + [1] * 4
    assert [one.frequency for one in found] == [one.monetary for one in found]
    assert [one.frequency for one in found] == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4


def test_cut_points_stay_for_the_month(shop: Shop) -> None:
    crowd(shop, 30)
    night()
    (frozen,) = RfmCutPoints.objects.values_list("monetary", "counted_at")
    crowd(shop, 20, seed=9)

    night(TODAY + timedelta(days=1))
    assert list(RfmCutPoints.objects.values_list("monetary", "counted_at")) == [frozen]

    night(date(2026, 12, 1))
    assert RfmCutPoints.objects.count() == 2


def test_forty_customers_get_scores_and_a_reason_why_nothing_is_foreseen(shop: Shop) -> None:
    people = crowd(shop, 40)

    valuation = night()

    assert valuation is not None
    assert (valuation.customers, valuation.why_not, valuation.is_fitted) == (40, Valuation.WhyNot.FEW, False)
    for one in people:
        its = worth_of(one)
        assert {its.recency, its.frequency, its.monetary} <= {1, 2, 3, 4, 5}
        assert its.expected_purchases is None
        assert its.expected_value is None
        assert its.category
        assert its.risk


def test_whoever_never_bought_is_of_no_kind(shop: Shop) -> None:
    ivan = person()
    crowd(shop, 10)

    night()
    its = worth_of(ivan)

    assert (its.stage, its.category, its.risk, its.recency) == (Stage.INTEREST, "", "none", None)


def test_another_night_of_the_same_day_changes_nothing(shop: Shop) -> None:
    crowd(shop, 25)
    night()
    first = list(CustomerWorth.objects.order_by("pk").values())
    log = list(StageTransition.objects.order_by("pk").values())

    night()

    assert list(CustomerWorth.objects.order_by("pk").values()) == first
    assert list(StageTransition.objects.order_by("pk").values()) == log


def test_a_day_before_the_latest_is_not_counted_any_more(shop: Shop) -> None:
    night()

    assert night(TODAY - timedelta(days=1)) is None


def test_the_log_tells_the_way_and_goes_on_night_by_night(shop: Shop) -> None:
    maria = person()
    buys(maria, shop, [TODAY - timedelta(days=150)])
    night()
    buys(maria, shop, [TODAY + timedelta(days=1)])
    night(TODAY + timedelta(days=1))
    log = StageTransition.objects.filter(customer=maria).order_by("entered_on", "pk")

    assert list(log.values_list("before", "after", "entered_on")) == [
        ("", Stage.INTEREST, date(2024, 1, 1)),
        (Stage.INTEREST, Stage.FIRST, TODAY - timedelta(days=150)),
        (Stage.FIRST, Stage.ASLEEP, TODAY - timedelta(days=59)),
        (Stage.ASLEEP, Stage.EVALUATION, TODAY + timedelta(days=1)),
    ]
    assert worth_of(maria).stage == Stage.EVALUATION


def test_a_past_told_otherwise_goes_on_from_today(shop: Shop) -> None:
    maria = person()
    buys(maria, shop, [TODAY - timedelta(days=5)])
    night()
    Order.objects.update(cancelled_at=datetime(2026, 11, 21, tzinfo=UTC))

    night(TODAY + timedelta(days=1))
    last = StageTransition.objects.filter(customer=maria).latest("entered_on", "pk")

    assert (last.before, last.after) == (Stage.FIRST, Stage.INTEREST)
    assert last.entered_on == TODAY + timedelta(days=1)


def test_the_funnel_adds_up_to_everybody(shop: Shop) -> None:
    crowd(shop, 30)
    person()

    night()

    assert sum(CustomerWorth.objects.filter(stage=stage).count() for stage in Stage) == 31


def test_a_quadrant_of_customers_gets_its_categories(shop: Shop) -> None:
    crowd(shop, 30)
    star, productive, silent, hurt = person(), person(), person(), person()
    buys(star, shop, every(7, 12, until=TODAY), amount="300.00")
    buys(productive, shop, every(7, 4, until=TODAY), amount="1.00")
    buys(silent, shop, every(5, 8, until=TODAY - timedelta(days=40)), amount="300.00")
    buys(hurt, shop, every(10, 5, until=TODAY), amount="300.00")
    for _ in range(2):
        returns(hurt, shop, TODAY)

    night()

    assert [worth_of(one).category for one in (star, productive, silent, hurt)] == [
        Category.STAR,
        Category.PRODUCTIVE,
        Category.QUESTION,
        Category.TRUST,
    ]
    assert worth_of(silent).risk == "high"
    assert ["silent", 40, 5] in worth_of(silent).risk_reasons


def test_an_order_more_or_less_does_not_change_the_category(shop: Shop) -> None:
    crowd(shop, 30)
    maria = person()
    buys(maria, shop, [TODAY - timedelta(days=3)])
    night()
    more = buys(maria, shop, [TODAY])
    held = []
    for n in range(1, 8):
        Order.objects.filter(pk=more[0].pk).update(
            cancelled_at=datetime(2026, 11, 20, tzinfo=UTC) if n % 2 else None
        )
        buys(maria, shop, [])
        night(TODAY + timedelta(days=n))
        held.append(worth_of(maria).category)

    assert set(held) == {Category.QUESTION}


def test_a_company_that_buys_by_the_model_is_foreseen(shop: Shop) -> None:
    """Five hundred and sixty people who buy at rates of their own and leave with chances of their own."""
    draw = Random(17)
    orders, people = (
        [],
        Customer.objects.bulk_create(
            [Customer(given_name=str(n), created_at=datetime(2025, 1, 1, tzinfo=UTC)) for n in range(560)]
        ),
    )
    for one in people:
        rate, leaves = draw.gammavariate(1.2, 1 / 30), draw.betavariate(0.8, 3.5)
        now = float(draw.randint(0, 120))
        while now < 360:
            day = TODAY - timedelta(days=360 - int(now))
            orders.append(
                Order(
                    shop=shop,
                    customer=one,
                    external_id=f"m-{len(orders)}",
                    number="1",
                    currency="EUR",
                    goods_amount=Decimal(round(draw.gammavariate(6, 5) + 1, 2)).quantize(Decimal("0.01")),
                    placed_at=datetime.combine(day, time(9), tzinfo=UTC),
                )
            )
            if draw.random() < leaves:
                break
            now += draw.expovariate(rate)
    Order.objects.bulk_create(orders)
    figures.recount([one.pk for one in people])

    valuation = night()

    assert valuation is not None
    assert valuation.why_not == ""
    assert valuation.is_fitted
    assert valuation.why_no_amounts == ""
    assert 0.7 <= (valuation.backtest_forecast or 0) / (valuation.backtest_fact or 1) <= 1.4
    found = CustomerWorth.objects.filter(purchase_days__gt=3, last_on__gt=TODAY - timedelta(days=20))
    assert all(one.expected_purchases > 0 and one.expected_value > 0 for one in found)
    assert found.count() > 20
