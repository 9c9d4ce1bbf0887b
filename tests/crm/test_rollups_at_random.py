"""Whatever happens, late, twice, out of order, to people who are merged, separated and forgotten: days equal facts."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from crm import relay
from crm.dashboards.narrowing import Narrowed
from crm.dashboards.sales import Buyers, buyers
from crm.errors import Refusal
from crm.models import Customer, DayFigure, Merge, Order, RollupState, Shop
from crm.people import erasure, merging
from crm.purchases.ordering import advance_order, place_order
from crm.purchases.returning import LineReturned, register_return
from crm.rollups import counting, reading, reconciling
from crm.rollups.rollup import rollups
from loyalty.models import Member, Programme
from loyalty.points import redemption
from tests.crm.rollup_days import counted
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.orders import line
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
IS_NIGHT = bool(os.environ.get("VEREN_NIGHTLY"))
SEEDS = range(25 if IS_NIGHT else 3)
STEPS = 200 if IS_NIGHT else 60
PERIODS = 200 if IS_NIGHT else 40
DAY = timedelta(days=1)
CHANNELS = ("online", "store", "phone")


class House:
    """A few people and shops, and whatever may happen to them; time goes on a few hours with each step."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = NOON
        self.shops: list[Shop] = [ShopFactory(), ShopFactory()]
        self.programme: Programme = ProgrammeFactory()
        rule(self.programme)
        ladder(self.programme, silver="40", gold="120")
        self.people: list[Customer] = [
            *(MemberFactory(programme=self.programme).customer for _n in range(4)),
            *CustomerFactory.create_batch(3),
        ]
        self.told = 0

    def step(self) -> None:
        self.now += timedelta(hours=self.dice.choice([0, 1, 5, 20]))
        happens = [
            *[self.order] * 6,
            *[self.pays, self.cancels, self.returns, self.redeems, self.merges, self.separates],
            *[self.hears, self.counts] * 2,
            self.is_forgotten,
        ]
        with suppress(Refusal):  # somebody was forgotten, or has too few points: nothing happened
            self.dice.choice(happens)()

    def order(self) -> None:
        self.told += 1
        number = f"r-{self.dice.randrange(1, self.told + 1)}"  # now and then told again, or told otherwise
        place_order(
            shop=self.dice.choice(self.shops),
            external_id=number,
            lines=[line(quantity="2", unit_price=str(self.dice.randrange(100, 4_000) / Decimal(100)))],
            placed_at=self.earlier(),
            channel=self.dice.choice(CHANNELS),
            customer=self.dice.choice([None, *self.alive()]),
            currency=self.dice.choice(["EUR", "EUR", "BGN"]),
            moments={"paid": self.now} if self.dice.random() < 0.6 else None,
            source="api:lipa",
            at=self.now,
        )

    def pays(self) -> None:
        self.advances("paid")

    def cancels(self) -> None:
        self.advances("cancelled")

    def advances(self, moment: str) -> None:
        for order in self.some_order():
            advance_order(order, moment=moment, occurred_at=self.now, source="api:lipa", at=self.now)

    def returns(self) -> None:
        for order in self.some_order():
            register_return(
                order,
                external_id=f"b-{order.pk}",
                lines=[LineReturned(line="1", quantity=Decimal(1))],
                returned_at=self.earlier(),
                source="api:lipa",
                at=self.now,
            )

    def redeems(self) -> None:
        member = self.dice.choice(list(Member.objects.current()))
        points = self.dice.randrange(1, 30)
        redemption.redeem(member, points=points, key=f"k-{self.now}", at=self.now, source="api:lipa")

    def merges(self) -> None:
        one, other = self.dice.sample(self.alive(), 2)
        merging.merge(one, other=other, by=None, at=self.now)

    def separates(self) -> None:
        for merge in Merge.objects.order_by("?")[:1]:
            merging.unmerge(merge, by=None, at=self.now)

    def is_forgotten(self) -> None:
        if self.dice.random() < 0.2:
            erasure.erase(self.dice.choice(self.alive()), reason="asked", by=None, at=self.now)

    def hears(self) -> None:
        relay.pump(window=self.dice.choice([3, 500]))

    def counts(self) -> None:
        list(counting.count_stale(at=self.now))

    def some_order(self) -> list[Order]:
        return list(Order.objects.order_by("pk"))[self.dice.randrange(max(1, self.told)) :][:1]

    def alive(self) -> list[Customer]:
        return list(Customer.objects.filter(erased_at=None).order_by("pk"))

    def earlier(self) -> datetime:
        days = self.dice.choice([0, 0, 0, 1, 2, 5, 40])
        return self.now - timedelta(days=days, hours=self.dice.choice([0, 2, 6]))


def everything(house: House) -> dict[Any, Any]:
    first, last = NOON.date() - 60 * DAY, house.now.date() + 2 * DAY
    days = [first + n * DAY for n in range((last - first).days)]
    told: dict[Any, Any] = {"people": different_people(house)}
    for name in (one.name for one in rollups() if one.kept_in is DayFigure):
        for shop, tier, channel in product([None, house.shops[0].pk], ["", "gold"], ["", "store"]):
            narrowed = Narrowed(shop=shop, tier=tier, channel=channel)
            told[name, str(narrowed)] = reading.day_steps(name, days, narrowed=narrowed)
        for by in reading.DIMENSIONS:
            told[name, by] = reading.parts(name, reading.edges_of(days), by=by)
    return told


def different_people(house: House) -> list[tuple[list[int], str, Buyers]]:
    """Who bought in some steps of a period, here and there, and altogether from one of them on."""
    dice, today = random.Random(house.told), house.now.date()
    found = []
    for _n in range(PERIODS):
        back = dice.choice([7, 30, 70])
        ahead = sorted(dice.sample(range(-back, 3), dice.choice([2, 3, 8])))
        edges = reading.edges_of([today + n * DAY for n in ahead])
        narrowed = Narrowed(
            shop=dice.choice([None, None, *(shop.pk for shop in house.shops)]),
            tier=dice.choice(["", "", "gold", "silver"]),
            channel=dice.choice(["", "", "store"]),
        )
        first = dice.randrange(len(edges) - 1)
        found.append((ahead, str(narrowed), buyers(edges, first=first, narrowed=narrowed)))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_days_equal_their_facts_whatever_happened(seed):
    house = House(seed)
    counted(at=house.now)
    for _n in range(STEPS):
        house.step()
    counted(at=house.now)

    of_days = everything(house)
    run = reconciling.reconcile(at=house.now)
    RollupState.objects.all().delete()
    of_facts = everything(house)

    assert run.wrong == {}
    assert of_days == of_facts
    assert of_days["sales", ""]
    assert of_days["points", ""]
    assert any(step for step in of_days["buyers", ""])
    assert any(found.in_all for *_period, found in of_days["people"])
