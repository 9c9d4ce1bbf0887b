"""Merged, separated and worked on in whatever order: nothing is lost, and everything is where it belongs."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import history
from crm.consents import consenting
from crm.errors import Refusal
from crm.models import Consent, Customer, Identity, Merge, Order, TimelineEntry
from crm.people import merging
from crm.people.same_person import ids_by
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
PEOPLE = 4
PERSON = st.integers(0, PEOPLE - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), PERSON, PERSON),
        st.tuples(st.just("separate"), PERSON, PERSON),
        st.tuples(st.just("order"), PERSON, PERSON),
        st.tuples(st.just("give"), PERSON, PERSON),
        st.tuples(st.just("withdraw"), PERSON, PERSON),
    ),
    max_size=14,
)


class Undo(Exception):
    pass


class World:
    """Four people, and a plain account of where everything was recorded."""

    def __init__(self) -> None:
        self.shop = ShopFactory()
        self.people = CustomerFactory.create_batch(PEOPLE)
        for person in self.people:
            IdentityFactory(customer=person, verified=True)
        self.parent: dict[int, int] = {}
        self.orders: dict[int, set[int]] = defaultdict(set)
        self.withdrawn: list[tuple[int, set[int]]] = []
        self.at = NOON

    def take(self, step: str, one: int, other: int) -> None:
        self.at += timedelta(minutes=1)
        getattr(self, step)(self.people[one], self.people[other])

    def merge(self, one: Customer, other: Customer) -> None:
        survivor, joining = self.root(one.pk), self.root(other.pk)
        try:
            merging.merge(one, other=other, by=None, at=self.at)
        except Refusal:
            assert survivor == joining
            return
        self.parent[joining] = survivor

    def separate(self, one: Customer, _other: Customer) -> None:
        if one.pk in self.parent:
            merging.unmerge(Merge.objects.get(customer=one, undone_at=None), by=None, at=self.at)
            del self.parent[one.pk]

    def order(self, one: Customer, _other: Customer) -> None:
        root = Customer.objects.get(pk=self.root(one.pk))
        order = placed_order(f"o-{self.at}", shop=self.shop, customer=root, placed_at=self.at, at=self.at)
        self.orders[root.pk].add(order.pk)

    def give(self, one: Customer, _other: Customer) -> None:
        self._say(consenting.give, one)

    def withdraw(self, one: Customer, _other: Customer) -> None:
        self._say(consenting.withdraw, one)

    def _say(self, verb: object, one: Customer) -> None:
        root = Customer.objects.get(pk=self.root(one.pk))
        told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": self.at}
        verb(root, **told, at=self.at)  # type: ignore[operator]
        assert self.may(one) is (verb is consenting.give), "the last word counts at once, for every id"

    def may(self, one: Customer) -> bool:
        return consenting.may(Customer.objects.get(pk=one.pk), purpose="advertising", channel="email")

    def root(self, pk: int) -> int:
        while pk in self.parent:
            pk = self.parent[pk]
        return pk

    def check(self) -> None:
        for person in self.people:
            together = {one.pk for one in self.people if self.root(one.pk) == self.root(person.pk)}
            ids = ids_by(person.pk)
            assert (ids[0], set(ids)) == (self.root(person.pk), together)
            seen = history.of(person).filter(kind="crm.order_placed").values_list("subject_id", flat=True)
            assert set(seen) == set().union(*(self.orders[pk] for pk in together))
            own = Order.objects.filter(customer=person).values_list("pk", flat=True)
            assert set(own) == self.orders[person.pk], "an order stays where it was recorded"
            assert Identity.objects.filter(customer=person).count() == 1
        assert TimelineEntry.objects.filter(kind="crm.order_placed").count() == Order.objects.count()
        said = TimelineEntry.objects.filter(kind__in=["crm.consent_given", "crm.consent_withdrawn"])
        assert said.count() == Consent.objects.count()

    def separate_all(self) -> None:
        for person in self.people:
            self.at += timedelta(minutes=1)
            self.separate(person, person)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nothing_is_lost_whatever_is_merged_and_separated(steps: list[tuple[str, int, int]]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        world = World()
        for step in steps:
            world.take(*step)
            world.check()
        world.separate_all()
        world.check()
        raise Undo


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, one=PERSON)
def test_a_withdrawal_outlives_every_separation(steps: list[tuple[str, int, int]], one: int) -> None:
    with pytest.raises(Undo), transaction.atomic():
        world = World()
        for step in steps:
            world.take(*step)
        person = world.people[one]
        together = [other for other in world.people if world.root(other.pk) == world.root(person.pk)]
        world.withdraw(person, person)
        world.separate_all()
        assert not any(world.may(other) for other in together)
        raise Undo
