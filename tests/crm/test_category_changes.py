"""Who was of which category when: a log that the night writes, and by which figures tell of somebody as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from crm.models import CategoryChange, CustomerWorth, StaleDay
from crm.rollups import reading
from crm.rollups.rollup import rollups
from crm.worth import valuing
from crm.worth.counting import Asked
from tests.crm.rollup_days import counted
from tests.factories.customers import CustomerFactory
from tests.factories.purchases import buys, every
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def night(on: date) -> None:
    at = datetime.combine(on + timedelta(days=1), time(3), tzinfo=UTC)
    asked = Asked(as_of=on, clock="UTC", horizon_days=90, by_margin=False)
    assert valuing.value_everybody(asked=asked, at=at)


def people() -> None:
    shop = ShopFactory(time_zone="UTC")
    for n in range(12):
        person = CustomerFactory(created_at=datetime(2024, 1, 1, tzinfo=UTC))
        buys(person, shop, every(5 + n, 1 + n, until=TODAY), amount=str(10 * (n + 1)))


def test_a_night_writes_down_who_came_to_another_category_and_the_same_night_again_does_not():
    people()

    night(TODAY)
    night(TODAY)

    log = CategoryChange.objects.all()
    standing = dict(CustomerWorth.objects.exclude(category="").values_list("customer", "category"))
    assert dict(log.values_list("customer", "after")) == standing
    assert log.count() == len(standing) > 0
    assert set(log.values_list("before", "as_of")) == {("", TODAY)}


def test_it_holds_from_the_next_day_on_which_is_counted_anew():
    people()
    counted(at=datetime(2026, 11, 21, tzinfo=UTC))
    night(TODAY)

    marked = StaleDay.objects.filter(on=TODAY + timedelta(days=1))
    assert set(marked.values_list("rollup", flat=True)) == {one.name for one in rollups()}

    buyer = CategoryChange.objects.order_by("customer").first()
    buys(buyer.customer, ShopFactory(), [TODAY + timedelta(days=1)])
    counted(at=datetime(2026, 11, 22, tzinfo=UTC))
    edges = reading.edges_of([TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=2)])
    found = reading.parts("sales", edges, by="category")
    assert {(step, part): amount.count for (step, part, *_rest), amount in found.items()} == {
        (0, ""): 12,
        (1, buyer.after): 1,
    }
