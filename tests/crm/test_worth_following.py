"""Between two nights: whoever bought is counted again within minutes, and the night takes nothing of it away."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from threading import Timer

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import (
    Customer,
    CustomerLoyalty,
    CustomerToLookAt,
    CustomerToValue,
    CustomerWorth,
    RfmCutPoints,
    Shop,
    StageTransition,
    Valuation,
)
from crm.people import merging
from crm.purchases import figures
from crm.worth import following, tasks, turns, valuing
from crm.worth.counting import Asked
from crm.worth.stages import Stage
from tests.factories.customers import CustomerFactory
from tests.factories.purchases import buys, every, returns
from tests.factories.segments import written
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(time_zone="Europe/Sofia")


@pytest.fixture
def crowd(shop: Shop) -> list[Customer]:
    """Whom cut points can be made of."""
    people = [person() for _ in range(10)]
    for n, one in enumerate(people):
        buys(one, shop, every(7, n + 1, until=YESTERDAY - timedelta(days=n)))
    return people


def person() -> Customer:
    return CustomerFactory(created_at=datetime(2024, 1, 1, tzinfo=UTC))


def asked(on: date) -> Asked:
    return Asked(as_of=on, clock="Europe/Sofia", horizon_days=90)


def night(on: date = YESTERDAY) -> Valuation | None:
    at = datetime.combine(on + timedelta(days=1), time(3), tzinfo=UTC)
    return valuing.value_everybody(asked=asked(on), at=at)


def follow(*people: Customer, on: date = TODAY) -> int:
    turns.queue([one.pk for one in people], at=NOON)
    return following.follow_due(asked=asked(on), at=datetime.combine(on, time(15), tzinfo=UTC))


def worth_of(customer: Customer) -> CustomerWorth:
    return CustomerWorth.objects.get(customer=customer)


def test_who_bought_today_is_counted_up_to_today_by_what_the_night_found_out(shop, crowd):
    night()
    frozen = list(RfmCutPoints.objects.values())
    buys(crowd[0], shop, [TODAY], amount="500.00")

    assert follow(crowd[0]) == 1
    its = worth_of(crowd[0])

    assert (its.as_of, its.purchase_days, its.last_on, its.stage) == (TODAY, 2, TODAY, Stage.EVALUATION)
    assert (its.recency, its.monetary) == (5, 5)
    assert CustomerLoyalty.objects.get(customer=crowd[0]).as_of == TODAY
    assert list(RfmCutPoints.objects.values()) == frozen
    assert worth_of(crowd[1]).as_of == YESTERDAY
    assert not CustomerToValue.objects.exists()


def test_somebody_new_has_a_worth_before_the_night(shop, crowd):
    night()
    maria = person()
    buys(maria, shop, [TODAY])

    follow(maria)

    assert worth_of(maria).stage == Stage.FIRST


def test_what_comes_back_counts_as_soon_as_what_is_bought(shop, crowd):
    night()
    for _ in range(2):
        returns(crowd[3], shop, TODAY)

    follow(crowd[3])

    assert worth_of(crowd[3]).category == "trust"


def test_the_night_counts_everybody_for_the_same_day_and_queues_who_was_ahead(shop, crowd):
    night()
    maria = crowd[0]
    buys(maria, shop, [TOMORROW])
    follow(maria, on=TOMORROW)
    log = list(StageTransition.objects.filter(customer=maria).order_by("pk").values("after", "entered_on"))

    night(TODAY)

    assert set(CustomerWorth.objects.values_list("as_of", flat=True)) == {TODAY}
    assert worth_of(maria).purchase_days == 1
    assert list(CustomerToValue.objects.values_list("customer", flat=True)) == [maria.pk]
    follow(on=TOMORROW)
    assert (worth_of(maria).purchase_days, worth_of(maria).stage) == (2, Stage.EVALUATION)
    assert (
        list(StageTransition.objects.filter(customer=maria).order_by("pk").values("after", "entered_on"))
        == log
    )


def test_following_somebody_says_what_the_night_will_say(shop, crowd):
    night()
    for n in (1, 4, 6):
        buys(crowd[n], shop, [TODAY])
    follow(*crowd, on=TODAY)
    keep = (
        "pk",
        "stage",
        "category",
        "historic_value",
        "recency",
        "frequency",
        "monetary",
        "risk",
        "risk_reasons",
    )
    followed = list(CustomerWorth.objects.order_by("pk").values(*keep))

    night(TODAY)

    assert list(CustomerWorth.objects.order_by("pk").values(*keep)) == followed


def test_before_the_first_night_everybody_waits(shop):
    maria = person()
    buys(maria, shop, [TODAY])

    assert follow(maria) == 0
    assert CustomerToValue.objects.exists()


def test_whoever_is_queued_while_being_counted_stays_queued(shop, crowd):
    night()
    turns.queue([crowd[0].pk], at=NOON)
    seen = turns.waiting(10)
    turns.queue([crowd[0].pk], at=NOON)

    turns.served(seen)

    assert [one.turn for one in turns.waiting(10)] == [2]


def test_a_merged_person_is_counted_as_the_one_who_stays(shop, crowd):
    night()
    maria, other = crowd[:2]
    merging.merge(maria, other=other, by=None, at=NOON)
    figures.recount({maria.pk, other.pk})

    follow(maria, other)

    assert not CustomerWorth.objects.filter(customer=other).exists()
    assert not CustomerLoyalty.objects.filter(customer=other).exists()
    assert worth_of(maria).purchase_days == 3


def test_segments_are_asked_anew_about_whoever_moved_and_about_nobody_else(shop, crowd):
    night()
    written()
    follow(*crowd)  # a day is over: some are silent since
    CustomerToLookAt.objects.all().delete()
    buys(crowd[0], shop, [TODAY])

    follow(*crowd)

    assert list(CustomerToLookAt.objects.values_list("customer", flat=True)) == [crowd[0].pk]


def test_a_night_at_work_is_not_disturbed(shop, crowd):
    night()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [turns.VALUING])
        assert follow(crowd[0]) == 0
    finally:
        other.close()


def test_it_takes_as_many_questions_for_ten_as_for_one(shop, crowd, django_assert_num_queries):
    night()
    follow(*crowd)
    with CaptureQueriesContext(connection) as of_one:
        follow(crowd[0])

    with django_assert_num_queries(len(of_one)):
        follow(*crowd)


# ── Everybody, where nobody was counted yet ──────────────────────────────────
def test_the_first_minute_with_customers_counts_everybody(shop):
    assert not tasks.is_for_everybody(NOON)
    maria = person()
    buys(maria, shop, [TODAY - timedelta(days=400)])

    tasks.follow_customers()

    assert worth_of(maria).purchase_days == 1
    assert not tasks.is_for_everybody(timezone.now())


def test_an_imported_past_counts_everybody_anew_and_a_few_purchases_do_not(shop, crowd):
    night()
    people = Customer.objects.bulk_create([Customer(created_at=NOON) for _ in range(tasks.NEVER_MANY + 1)])
    late = datetime.combine(TODAY, time(12), tzinfo=UTC)
    turns.queue([one.pk for one in people[:-1]], at=late)
    assert not tasks.is_for_everybody(late)

    turns.queue([people[-1].pk], at=late)

    assert tasks.is_for_everybody(late)


def test_a_night_that_was_missed_is_made_up_for_in_the_morning(shop, crowd):
    night()
    early, morning = (datetime.combine(TOMORROW, time(hour), tzinfo=UTC) for hour in (3, 6))

    assert not tasks.is_for_everybody(early)
    assert tasks.is_for_everybody(morning)


def test_the_night_waits_for_whoever_follows_a_few(shop, crowd):
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [turns.VALUING])
    other.inc_thread_sharing()
    soon = Timer(0.5, other.close)
    soon.start()
    try:
        at = datetime.combine(TODAY, time(3), tzinfo=UTC)
        assert valuing.value_everybody(asked=asked(YESTERDAY), at=at, patience_seconds=30)
    finally:
        soon.join()
