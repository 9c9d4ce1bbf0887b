"""Different people of a period are a sum of its days, and the same that its orders tell."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.dashboards import sales
from crm.dashboards.narrowing import Narrowed
from crm.models import Customer, DayPeople, Order, RollupState, SegmentMember, StaleDay
from crm.people import merging
from crm.purchases.ordering import advance_order
from crm.rollups import counting, different_people, reading, reconciling, segment_days
from crm.rollups.different_people import Buyers
from crm.rollups.people import LONGEST
from crm.rollups.rollup import rollup
from tests.crm.rollup_days import counted, heard
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.orders import placed_order
from tests.factories.segments import filled
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
ON = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def stands() -> None:
    """From before anything happens: then days are counted on which something does, and no others."""
    counted()


def bought(customer: Customer | None, *days_ago: int, **more: Any) -> list[Order]:
    return [
        placed_order(
            f"p-{Order.objects.count()}",
            customer=customer,
            placed_at=NOON - n * DAY,
            **{"number": "", **more},
        )
        for n in days_ago
    ]


def edges(*days_ago: int) -> list[datetime]:
    return reading.edges_of([ON - n * DAY for n in days_ago])


def told(*days_ago: int, first: int = 0, **narrowed: Any) -> Buyers | None:
    """What the days tell, which is what the orders tell, once everything is counted."""
    counted()
    its = {"first": first, "narrowed": Narrowed(**narrowed)}
    of_days = different_people.in_steps(edges(*days_ago), **its)
    states = list(RollupState.objects.filter(rollup="people"))
    RollupState.objects.filter(rollup="people").delete()
    assert different_people.in_steps(edges(*days_ago), **its) is None
    of_orders = sales.buyers(edges(*days_ago), **its)
    RollupState.objects.bulk_create(states)
    assert of_days in (of_orders, None)
    return of_days


def marked() -> set[date]:
    heard()
    return set(StaleDay.objects.filter(rollup="people").values_list("on", flat=True))


def test_whoever_comes_again_within_a_period_is_counted_once():
    maria, anna = CustomerFactory(), CustomerFactory()
    bought(maria, 6, 5, 1)
    bought(anna, 1, 1)

    assert told(7, 4, -1) == Buyers([1, 2], in_all=2)
    assert told(7, 6, 5, 1, 0) == Buyers([0, 1, 1, 2], in_all=2)


def test_those_before_the_period_are_counted_apart():
    bought(CustomerFactory(), 6, 1)
    bought(CustomerFactory(), 6)

    assert told(7, 4, 2, -1, first=1) == Buyers([2, 0, 1], in_all=1)


def test_sales_nobody_can_be_found_for_have_no_buyer():
    bought(None, 1)

    assert told(2, -1) == Buyers([0], in_all=0)


def test_the_longest_period_counts_everybody_once_and_a_longer_one_is_asked_of_orders():
    bought(CustomerFactory(), LONGEST - 1, 0)

    assert told(LONGEST - 1, -1) == Buyers([1], in_all=1)
    assert told(LONGEST, -1) is None
    assert told(LONGEST + 5, LONGEST - 1, -1) is None
    assert told(LONGEST + 5, LONGEST - 1, -1, first=1) == Buyers([0, 1], in_all=1)


def test_whoever_came_a_year_and_a_day_ago_comes_for_the_first_time_in_any_period():
    bought(CustomerFactory(), LONGEST, 0)

    assert told(LONGEST - 1, -1) == Buyers([1], in_all=1)
    assert DayPeople.objects.get(on=ON, shop=None, channel=None, tier=None).gaps == []


def test_in_each_shop_and_channel_people_come_for_a_first_time_of_their_own():
    lipa, vena = ShopFactory(), ShopFactory()
    maria = CustomerFactory()
    bought(maria, 5, shop=lipa, channel="store")
    bought(maria, 3, shop=vena, channel="online")
    bought(maria, 1, shop=lipa, channel="online")

    assert told(6, 4, 2, -1) == Buyers([1, 1, 1], in_all=1)
    assert told(6, 4, 2, -1, shop=lipa.pk) == Buyers([1, 0, 1], in_all=1)
    assert told(6, 2, -1, shop=vena.pk) == Buyers([1, 0], in_all=1)
    assert told(4, 2, -1, channel="online") == Buyers([1, 1], in_all=1)
    assert told(6, 2, -1, shop=lipa.pk, channel="store") == Buyers([1, 0], in_all=1)


def test_two_shops_on_one_day_have_one_buyer_together():
    lipa, vena = ShopFactory(), ShopFactory()
    maria = CustomerFactory()
    bought(maria, 1, shop=lipa)
    bought(maria, 1, shop=vena)

    assert told(2, -1) == Buyers([1], in_all=1)
    assert told(2, -1, shop=vena.pk) == Buyers([1], in_all=1)


def test_an_order_told_late_changes_its_day_and_the_next_one_of_each_place():
    lipa, vena = ShopFactory(), ShopFactory()
    maria = CustomerFactory()
    bought(maria, 8, 3, 2, shop=lipa)
    bought(maria, 5, 4, shop=vena)
    counted()

    bought(maria, 6, shop=lipa)

    assert marked() == {ON - 6 * DAY, ON - 5 * DAY, ON - 3 * DAY}
    assert told(7, 5, 3, -1) == Buyers([1, 1, 1], in_all=1)
    assert told(7, 5, 3, -1, shop=lipa.pk) == Buyers([1, 0, 1], in_all=1)


def test_a_cancelled_order_lets_the_next_one_be_the_first():
    maria = CustomerFactory()
    first, _second = bought(maria, 6, 2)
    assert told(7, -1) == Buyers([1], in_all=1)

    advance_order(first, moment="cancelled", occurred_at=NOON, source="api:lipa", at=NOON)

    assert marked() == {ON - 6 * DAY, ON - 2 * DAY}
    assert told(7, 5, -1) == Buyers([0, 1], in_all=1)


def test_two_people_found_to_be_one_are_one_and_may_be_two_again():
    maria, masha = CustomerFactory(), CustomerFactory()
    bought(maria, 6, 2)
    bought(masha, 4)
    assert told(7, -1) == Buyers([2], in_all=2)

    merge = merging.merge(maria, other=masha, by=None, at=NOON)
    assert told(7, 5, 3, -1) == Buyers([1, 1, 1], in_all=1)
    assert told(7, 3, -1) == Buyers([1, 1], in_all=1)

    merging.unmerge(merge, by=None, at=NOON)
    assert told(7, -1) == Buyers([2], in_all=2)


def test_whoever_joins_a_regular_changes_few_of_their_days():
    regular, masha = CustomerFactory(), CustomerFactory()
    shop = ShopFactory()
    bought(regular, *range(0, 20, 2), shop=shop)
    bought(masha, 9, shop=shop)
    counted()

    merging.merge(regular, other=masha, by=None, at=NOON)

    assert marked() == {ON - 9 * DAY, ON - 8 * DAY}


def test_people_of_a_tier_are_those_who_were_of_it_then():
    member = MemberFactory()
    tiers = ladder(member.programme)
    bought(member.customer, 6)
    holds_tier(member, tiers["gold"], since_at=NOON - 4 * DAY)
    bought(member.customer, 3, 1)
    bought(CustomerFactory(), 1)

    assert told(7, 5, 2, -1, tier="gold") == Buyers([0, 1, 1], in_all=1)
    assert told(7, 2, -1) == Buyers([1, 2], in_all=2)


def test_people_of_a_segment_are_those_who_are_in_it():
    maria, masha, anna = CustomerFactory(), CustomerFactory(), CustomerFactory()
    bought(masha, 5)
    bought(maria, 1)
    bought(anna, 1)
    merging.merge(maria, other=masha, by=None, at=NOON)
    segment = filled()
    SegmentMember.objects.create(segment=segment, customer=maria, since=NOON)
    counted()
    list(segment_days.count_due(at=NOON))

    narrowed = Narrowed(segment=segment.pk)
    assert different_people.in_steps(edges(6, 3, -1), narrowed=narrowed) == Buyers([1, 1], in_all=1)
    bought(maria, 0, channel="store")
    counted()
    in_store = Narrowed(segment=segment.pk, channel="store")
    assert different_people.in_steps(edges(6, 0, -1), narrowed=in_store) == Buyers([0, 1], in_all=1)


def test_what_is_not_whole_days_is_asked_of_the_orders():
    counted()
    bought(CustomerFactory(), 0)

    moments = [NOON, NOON + timedelta(hours=1)]

    assert different_people.in_steps(moments) is None
    assert sales.buyers(moments).in_all == 1


def test_a_year_is_read_by_one_question():
    bought(CustomerFactory(), 3)
    counted()

    with CaptureQueriesContext(connection) as asked:
        sales.buyers(edges(365, 300, 200, 100, -1))

    assert len(asked) == 1


def test_a_day_costs_the_same_questions_however_many_came():
    its = rollup("people")
    bought(CustomerFactory(), 0)
    with CaptureQueriesContext(connection) as one:
        counting.recount(its, ON)
    for _n in range(4):
        bought(CustomerFactory(), 0, 1)

    with CaptureQueriesContext(connection) as more:
        counting.recount(its, ON)

    assert len(one) == len(more)


DAMAGES = {
    "a row is gone": "DELETE FROM crm_daypeople WHERE shop IS NULL AND channel IS NULL AND tier IS NULL",
    "too many came": "UPDATE crm_daypeople SET people = people + 1",
    "fewer had been there": "UPDATE crm_daypeople SET again = '{}', gaps = '{}' WHERE cardinality(gaps) > 0",
    "longer ago": "UPDATE crm_daypeople SET gaps = '{9}' WHERE cardinality(gaps) > 0",
    "another shop": "UPDATE crm_daypeople SET shop = shop + 1000",
    "a day without orders": """
        INSERT INTO crm_daypeople (rollup, "on", people, gaps, again) VALUES ('people', '2026-01-07', 1, '{}', '{}')""",
}


@pytest.mark.parametrize("how", DAMAGES)
def test_damage_is_found_and_repaired_by_the_night(how):
    bought(CustomerFactory(), 5, 1)
    counted()
    before = list(
        DayPeople.objects.order_by("on", "shop", "channel", "tier").values_list(
            "on", "shop", "people", "gaps"
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(DAMAGES[how])
        assert cursor.rowcount

    run = reconciling.reconcile(at=NOON + DAY)

    assert run.wrong.keys() == {"people"}
    assert before == list(
        DayPeople.objects.order_by("on", "shop", "channel", "tier").values_list(
            "on", "shop", "people", "gaps"
        )
    )
    assert reconciling.reconcile(at=NOON + DAY).wrong_count == 0
