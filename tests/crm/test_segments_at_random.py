"""Random trees find the same people in three ways, and random events in random order leave the right people inside."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from crm import rules, timeline
from crm.facts import NoteWritten, OrderPlaced
from crm.models import Customer, Order, Segment, SegmentMember, TimelineEntry
from crm.purchases import figures
from crm.segments import asking, membership, sweeping
from tests.crm.rule_trees import trees
from tests.crm.segment_world import AT, world
from tests.factories.customers import CustomerFactory
from tests.factories.segments import filled
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
SOFIA = ZoneInfo("Europe/Sofia")
IS_NIGHT = bool(os.environ.get("VEREN_NIGHTLY"))
TREES = 1_000
EVENTS = 100_000 if IS_NIGHT else 400
# With few people a hundred thousand events are a past that nobody has, and each look reads all of it.
PEOPLE = 2_000 if IS_NIGHT else 60


@pytest.fixture
def everybody() -> list[Customer]:
    return world()


def test_random_trees_find_the_same_people_asked_one_by_one_a_few_at_once_and_all_at_once(everybody):
    @settings(max_examples=TREES, deadline=None, suppress_health_check=[*HealthCheck], database=None)
    @given(tree=trees("customer"))
    def found_alike(tree):
        conditions = rules.read(tree, "customer")
        ids = [person.pk for person in everybody]

        one_by_one = {person.pk for person in everybody if conditions.holds(person, at=AT, clock=SOFIA)}
        in_database = asking.people().filter(conditions.where(at=AT, clock=SOFIA))
        all_at_once = asking.people().filter(conditions.where_of_everybody(at=AT, clock=SOFIA))

        assert set(in_database.filter(pk__in=ids).values_list("pk", flat=True)) == one_by_one
        assert set(all_at_once.values_list("pk", flat=True)) == one_by_one

    found_alike()


def _trees(inner: Segment) -> list[dict]:
    ordered = {
        "all": [
            {"field": "event.kind", "op": "eq", "value": "crm.order_placed"},
            {"field": "event.at", "op": "within_last_days", "value": 20},
        ]
    }
    return [
        {"count": "customer.events", "where": ordered, "op": "gte", "value": 2},
        {"count": "customer.events", "where": ordered, "op": "eq", "value": 0},
        {"field": "customer.net_revenue", "op": "gte", "value": "50.00"},
        {"not": {"some": "customer.orders", "where": {"field": "order.net", "op": "gte", "value": "20.00"}}},
        {
            "all": [
                {
                    "some": "customer.segments",
                    "where": {"field": "segment.is", "op": "eq", "value": inner.pk},
                },
                {"field": "customer.language", "op": "eq", "value": "bg"},
            ]
        },
    ]


# One transaction would keep each dead row of a hundred thousand events, and crawl.
@pytest.mark.django_db(transaction=IS_NIGHT)
def test_after_random_events_in_random_order_everybody_is_where_a_recount_puts_them():
    """Heard of late, twice, and out of order: what counts is what stands in the database when somebody is looked at."""
    chance = random.Random(8)
    people = [CustomerFactory(language=chance.choice(["bg", "ru"])) for _n in range(PEOPLE)]
    shop = ShopFactory()
    segments = [filled({"field": "customer.order_count", "op": "gte", "value": 2}, name="inner", at=AT)]
    segments += [filled(tree, name=str(n), at=AT) for n, tree in enumerate(_trees(segments[0]))]
    unheard: list[TimelineEntry] = []

    for number in range(EVENTS):
        unheard.append(_happens(number, chance.choice(people), shop, chance))
        if chance.random() < 0.1:
            _hear_some(unheard, chance)
    while unheard:
        _hear_some(unheard, chance)

    for segment in segments:
        assert sweeping.standing_wrongly(segment, at=AT) == []
        inside = SegmentMember.objects.filter(segment=segment).values_list("customer_id", flat=True)
        assert set(inside) == set(asking.fitting(segment.conditions, at=AT).values_list("pk", flat=True))
        segment.refresh_from_db()
        assert segment.size == len(inside)


def _happens(number: int, customer: Customer, shop, chance: random.Random) -> TimelineEntry:
    """An order, its cancellation, another language, or a word; the entry is what others hear of."""
    what = chance.choice(["order", "order", "cancel", "language", "note"])
    fact: OrderPlaced | NoteWritten = NoteWritten(text="…")
    if what == "order":
        goods = Decimal(chance.choice(["5.00", "25.00", "60.00"]))
        placed_at = AT - timedelta(days=chance.randrange(60))
        Order.objects.create(
            shop=shop,
            customer=customer,
            external_id=str(number),
            number=str(number),
            currency="EUR",
            goods_amount=goods,
            placed_at=placed_at,
        )
        fact = OrderPlaced(order_number=str(number), amount=goods, currency="EUR", lines_count=1, goods="")
    elif what == "cancel":
        theirs = Order.objects.filter(customer=customer, cancelled_at=None).values("pk")[:1]
        Order.objects.filter(pk__in=theirs).update(cancelled_at=AT)
    elif what == "language":
        Customer.objects.filter(pk=customer.pk).update(language=chance.choice(["bg", "ru"]))
    figures.recount({customer.pk})
    occurred_at = AT - timedelta(days=chance.randrange(40))
    with transaction.atomic():
        return timeline.record(customer, fact, source="test", source_id=str(number), occurred_at=occurred_at)


def _hear_some(unheard: list[TimelineEntry], chance: random.Random) -> None:
    chance.shuffle(unheard)
    heard = [unheard.pop() for _n in range(min(len(unheard), chance.randrange(1, 40)))]
    membership.look_again(heard, at=AT)
    if chance.random() < 0.3:
        membership.look_again(heard, at=AT)
    membership.settle_due(at=AT)
    if not unheard:
        while membership.settle_due(at=AT):
            pass
