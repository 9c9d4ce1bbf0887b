"""Days are counted from their facts, and figures read them as they would read the facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import company
from crm.dashboards.narrowing import Narrowed
from crm.dashboards.sales import days_of_purchases, new_buyers, sold
from crm.models import CategoryChange, DayFigure, RollupState, Segment, SegmentMember, StaleDay
from crm.people import merging
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from crm.rollups import counting, marking, reading, segment_days
from crm.rollups.reading import Amount
from crm.rollups.rollup import rollup, rollups
from tests.crm.rollup_days import counted, heard
from tests.factories.customers import CustomerFactory
from tests.factories.import_files import csv_file
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.orders import line, placed_order
from tests.factories.segments import filled
from tests.factories.shops import NOON, ShopFactory
from tests.factories.tickets import wrote

pytestmark = pytest.mark.django_db
ON = NOON.date()
DAY = timedelta(days=1)
SALES = rollup("sales")


def bought(number: str, price: str = "5.00", **more: Any):
    return placed_order(number, lines=[line(quantity="1", unit_price=price)], **more)


def read(
    name: str = "sales", *, days: tuple[date, ...] = (ON - DAY, ON, ON + DAY), **narrowed: Any
) -> reading.Steps:
    return reading.day_steps(name, days, narrowed=Narrowed(**narrowed))


def parts(by: Any, **narrowed: Any) -> dict[str, int]:
    """What was sold on the day, by part: how many."""
    found = reading.parts("sales", reading.edges_of([ON, ON + DAY]), by=by, narrowed=Narrowed(**narrowed))
    return {part: amount.count for (_step, part, _measure, _unit), amount in found.items()}


def test_a_day_comes_to_what_was_sold_on_it():
    counted()
    bought("o-1", "10.00")
    bought("o-2", "7.00")

    counted()

    assert read() == {(1, "sold", "EUR"): Amount(2, Decimal("17.00"), 149.0)}
    assert not StaleDay.objects.exists()


def test_until_a_rollup_stands_the_facts_are_asked_and_say_the_same():
    bought("o-1", "10.00")
    before = read()

    counted()

    assert DayFigure.objects.exists()
    assert before == read() == {(1, "sold", "EUR"): Amount(1, Decimal("10.00"), 100.0)}


def test_what_happens_is_read_once_its_day_was_counted_and_not_before():
    counted()
    bought("o-1")

    heard()
    assert read() == {}
    list(counting.count_stale(at=NOON))

    assert read()[1, "sold", "EUR"].count == 1


def test_an_order_told_late_counts_on_the_day_it_was_placed():
    counted()
    bought("o-1", placed_at=NOON - 40 * DAY)

    counted()

    assert read() == {}
    assert read(days=(ON - 40 * DAY, ON - 39 * DAY))[0, "sold", "EUR"].count == 1


def test_a_cancelled_order_is_taken_from_the_day_it_was_placed():
    counted()
    order = bought("o-1", placed_at=NOON - 3 * DAY)
    counted()

    advance_order(order, moment="cancelled", occurred_at=NOON, source="api:lipa", at=NOON)
    counted()

    assert read(days=(ON - 3 * DAY, ON + DAY)) == {}
    assert not DayFigure.objects.exists()


def test_what_came_back_counts_on_its_own_day_by_the_channel_it_was_bought_through():
    counted()
    order = bought("o-1", "8.00", channel="store", placed_at=NOON - 3 * DAY, customer=CustomerFactory())
    returned = [LineReturned(line="1", quantity=Decimal(1))]
    register_return(order, external_id="r-1", lines=returned, returned_at=NOON, source="api:lipa", at=NOON)

    counted()

    assert read(channel="store") == {(1, "refunded", "EUR"): Amount(1, Decimal("8.00"), 64.0)}
    assert read(channel="online") == {}


def test_what_came_back_of_an_order_goes_with_it_when_it_is_cancelled_afterwards():
    counted()
    order = bought("o-1", "8.00", placed_at=NOON - 3 * DAY)
    returned = [LineReturned(line="1", quantity=Decimal(1))]
    register_return(
        order, external_id="r-1", lines=returned, returned_at=NOON - DAY, source="api:lipa", at=NOON
    )
    counted()
    assert DayFigure.objects.filter(measure="refunded").exists()

    advance_order(order, moment="cancelled", occurred_at=NOON, source="api:lipa", at=NOON)
    counted()

    assert read(days=(ON - 3 * DAY, ON + DAY)) == {}
    assert not DayFigure.objects.exists()


def test_figures_are_narrowed_and_parted_by_shop_and_channel_alike_from_facts_and_from_days():
    lipa, vena = ShopFactory(slug="lipa"), ShopFactory(slug="vena")
    bought("o-1", shop=lipa, channel="store")
    bought("o-2", shop=lipa)
    bought("o-3", shop=vena)

    told = []
    for _way in ("facts", "days"):
        told.append(
            (
                read(shop=lipa.pk)[1, "sold", "EUR"].count,
                read(shop=lipa.pk, channel="store")[1, "sold", "EUR"].count,
                read(shop=vena.pk, channel="store"),
                parts("shop"),
                parts("channel"),
                parts("channel", shop=vena.pk),
            )
        )
        counted()

    by_shop = {str(lipa.pk): 2, str(vena.pk): 1}
    assert told[0] == told[1] == (2, 1, {}, by_shop, {"store": 1, "online": 2}, {"online": 1})


def test_a_tier_is_the_one_somebody_had_then():
    member = MemberFactory()
    tiers = ladder(member.programme)
    holds_tier(member, tiers["bronze"], ended_at=NOON - 5 * DAY)
    holds_tier(member, tiers["gold"], NOON - 5 * DAY)
    bought("o-1", customer=member.customer, placed_at=NOON - 10 * DAY)
    bought("o-2", customer=member.customer)
    bought("o-3", customer=CustomerFactory())

    for _way in ("facts", "days"):
        assert parts("tier") == {"gold": 1, "": 1}
        assert read(tier="gold")[1, "sold", "EUR"].count == 1
        assert read(tier="bronze", days=(ON - 20 * DAY, ON + DAY))[0, "sold", "EUR"].count == 1
        counted()


def test_a_category_is_the_one_that_the_night_before_found():
    maria = CustomerFactory()
    for as_of, after in ((ON - 3 * DAY, "question"), (ON - DAY, "star"), (ON, "trust")):
        CategoryChange.objects.create(customer=maria, after=after, as_of=as_of, recorded_at=NOON)
    bought("o-1", customer=maria)
    bought("o-2")

    for _way in ("facts", "days"):
        assert parts("category") == {"star": 1, "": 1}
        counted()


def test_a_segment_is_whoever_is_in_it_when_the_day_is_counted():
    maria, vera = CustomerFactory(), CustomerFactory()
    shop = ShopFactory()
    bought("o-1", customer=maria, shop=shop)
    bought("o-2", customer=vera, shop=shop)
    segment = filled()
    SegmentMember.objects.create(segment=segment, customer=maria, since=NOON)

    assert read(segment=segment.pk)[1, "sold", "EUR"].count == 1
    counted()
    assert reading.segment_counted_at("sales", segment.pk) is None
    list(segment_days.count_due(at=NOON))
    SegmentMember.objects.create(segment=segment, customer=vera, since=NOON)

    assert reading.segment_counted_at("sales", segment.pk) == NOON
    assert read(segment=segment.pk)[1, "sold", "EUR"].count == 1  # as of then
    bought("o-3", customer=vera)
    counted()
    assert read(segment=segment.pk)[1, "sold", "EUR"].count == 3
    assert read(segment=segment.pk, shop=shop.pk)[1, "sold", "EUR"].count == 2


def test_orders_of_somebody_who_was_merged_count_in_the_segments_of_the_person():
    maria, masha = CustomerFactory(), CustomerFactory()
    bought("o-1", customer=masha)
    merging.merge(maria, other=masha, by=None, at=NOON)
    segment = filled()
    SegmentMember.objects.create(segment=segment, customer=maria, since=NOON)

    for _way in ("facts", "days"):
        assert read(segment=segment.pk)[1, "sold", "EUR"].count == 1
        counted()
        list(segment_days.count_due(at=NOON))


def test_a_segment_written_anew_is_counted_anew_and_not_believed_until_then():
    segment = filled()
    counted()
    list(segment_days.count_due(at=NOON))
    assert RollupState.objects.filter(segment=segment).exclude(counted_at=None).count() == len(rollups())

    Segment.objects.filter(pk=segment.pk).update(changed_at=NOON + DAY)
    list(segment_days.count_due(at=NOON + 2 * DAY))

    assert set(RollupState.objects.filter(segment=segment).values_list("counted_at", flat=True)) == {
        NOON + 2 * DAY
    }


def test_counting_a_segment_goes_on_where_it_was_left():
    for n in range(3):
        bought(f"o-{n}", placed_at=NOON - n * DAY)
    segment = filled()
    counted()
    assert next(segment_days.count_due(at=NOON)) == ON

    assert next(segment_days.count_due(at=NOON)) == ON - DAY
    assert reading.segment_counted_at("sales", segment.pk) is None
    assert list(segment_days.count_due(at=NOON)) == [ON - 2 * DAY]
    assert reading.segment_counted_at("sales", segment.pk) == NOON


def test_what_is_marked_while_a_day_is_counted_is_counted_again():
    counted()
    bought("o-1")
    heard()

    def mark_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT INTO crm_dayfigure" in sql:
            StaleDay.objects.update(turn=7)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(mark_meanwhile):
        assert counting.count_marked(SALES, ON, at=NOON)

    assert StaleDay.objects.get(rollup="sales", on=ON).turn == 7


@pytest.mark.django_db(transaction=True)
def test_a_day_that_somebody_else_counts_is_left_to_them(dsn):
    bought("o-1")
    counted()
    marking.mark("sales", [ON], at=NOON)

    with psycopg.connect(dsn) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('rollup:sales'), %s)", [ON.toordinal()])
        assert not counting.count_marked(SALES, ON, at=NOON)
        assert counting.recount(SALES, ON) is None
        assert StaleDay.objects.filter(rollup="sales", on=ON).exists()

    assert counting.count_marked(SALES, ON, at=NOON)


def test_counting_twice_writes_nothing_the_second_time():
    bought("o-1")
    counted()
    rows = list(DayFigure.objects.order_by("pk").values())

    assert counting.recount(SALES, ON) == 0

    assert list(DayFigure.objects.order_by("pk").values()) == rows


def test_a_sale_writes_only_the_rows_it_changes():
    lipa, vena = ShopFactory(slug="lipa"), ShopFactory(slug="vena")
    bought("o-1", shop=lipa)
    counted()
    kept = set(DayFigure.objects.filter(shop=lipa.pk).values_list("pk", flat=True))

    bought("o-2", shop=vena)
    counted()

    assert kept == set(DayFigure.objects.filter(shop=lipa.pk).values_list("pk", flat=True))
    assert DayFigure.objects.get(shop=None, channel=None, tier=None, category=None, rollup="sales").count == 2


def test_days_are_those_of_the_company_and_begin_anew_with_its_clock():
    bought("o-1", placed_at=datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("UTC")))
    counted()
    assert read(days=(date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))).keys() == {(0, "sold", "EUR")}

    company.remember(company.Company(time_zone="Europe/Sofia"), seconds=3600)
    days = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))
    assert read(days=days).keys() == {(1, "sold", "EUR")}  # of the facts, until the days are counted
    counted()

    assert read(days=days).keys() == {(1, "sold", "EUR")}
    assert not DayFigure.objects.filter(on=date(2026, 3, 1)).exists()


def test_what_is_not_whole_days_is_asked_of_the_facts():
    counted()
    bought("o-1")

    noon_to_one = [NOON, NOON + timedelta(hours=1)]

    assert reading.steps("sales", noon_to_one)[0, "sold", "EUR"].count == 1


def test_an_imported_past_is_counted_on_its_own_days(tmp_path):
    ShopFactory(slug="gifts", currency="GBP", region="GB", time_zone="Europe/London")
    counted()
    call_command("import_orders", csv_file(tmp_path), shop="gifts", stdout=StringIO())
    days = (date(2009, 12, 1), date(2009, 12, 2), date(2009, 12, 5), date(2010, 7, 1), date(2010, 7, 2))
    counted()
    of_days = read(days=days)

    RollupState.objects.all().delete()
    of_facts = read(days=days)

    assert {key: (one.count, one.total) for key, one in of_days.items()} == {
        key: (one.count, one.total) for key, one in of_facts.items()
    }
    assert {(step, measure) for step, measure, _unit in of_days} >= {
        (0, "sold"),
        (1, "refunded"),
        (3, "sold"),
    }


def test_first_and_second_days_follow_the_orders_also_when_one_is_cancelled():
    maria = CustomerFactory()
    counted()
    first = bought("o-1", customer=maria, placed_at=NOON - 10 * DAY)
    bought("o-2", customer=maria, placed_at=NOON - 5 * DAY)
    bought("o-3", customer=maria)
    counted()
    ends = [ON - 7 * DAY, ON]
    assert days_of_purchases(ends) == ({0: 1}, {1: 1})
    assert new_buyers(reading.edges_of([ON - 20 * DAY, ON - 7 * DAY, ON + DAY])) == [1, 0]

    advance_order(first, moment="cancelled", occurred_at=NOON, source="api:lipa", at=NOON)
    counted()

    assert days_of_purchases(ends) == ({1: 1}, {1: 1})
    assert new_buyers(reading.edges_of([ON - 20 * DAY, ON - 7 * DAY, ON + DAY])) == [0, 1]


def test_two_people_found_to_be_one_came_for_the_first_time_once():
    maria, masha = CustomerFactory(), CustomerFactory()
    bought("o-1", customer=maria, placed_at=NOON - 3 * DAY)
    bought("o-2", customer=masha)
    counted()
    assert days_of_purchases([ON]) == ({0: 2}, {})

    merging.merge(maria, other=masha, by=None, at=NOON)
    counted()

    assert days_of_purchases([ON]) == ({0: 1}, {0: 1})


def test_tickets_are_counted_by_the_channel_they_began_on():
    counted()
    wrote()

    counted()

    assert read("tickets", channel="telegram")[1, "opened", ""].count == 1
    assert read("tickets", channel="email") == {}


def test_sales_are_read_as_they_were_before():
    bought("o-1", "10.00")
    counted()

    assert sold(reading.edges_of([ON, ON + DAY])) == {(0, "EUR"): Amount(1, Decimal("10.00"), 100.0)}


def test_reading_asks_once_where_days_stand_and_counting_a_fixed_number_of_times():
    for n in range(3):
        bought(f"o-{n}", placed_at=NOON - n * DAY)
    with CaptureQueriesContext(connection) as of_facts:
        read(days=tuple(ON - n * DAY for n in range(60, -1, -1)))
    counted()
    with CaptureQueriesContext(connection) as of_days:
        read(days=tuple(ON - n * DAY for n in range(60, -1, -1)))
    marking.mark("sales", [ON], at=NOON)
    with CaptureQueriesContext(connection) as to_count:
        counting.count_marked(SALES, ON, at=NOON)

    assert (len(of_facts), len(of_days)) == (2, 1)
    # a savepoint, the lock, the turn, everybody, which segments stand, the mark, and the end of the savepoint
    assert len(to_count) == 7


def test_nobody_s_wrong_clock_makes_the_house_count_centuries():
    assert marking.between(date(1, 1, 1), date(1970, 1, 3)) == [date(1970, 1, n) for n in (1, 2, 3)]
