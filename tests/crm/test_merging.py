"""Two customers are one person, and two again. What is recorded on either stays where it was recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from crm import history
from crm.consents import consenting
from crm.errors import PersonErased, Refusal
from crm.models import Customer, Merge, Order
from crm.people import identification, merging, noting
from crm.people.identification import Hint
from crm.people.same_person import ids_by, ids_of, with_ids
from crm.purchases import figures
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def merged(survivor: Customer, other: Customer, **more: Any) -> Merge:
    return merging.merge(survivor, other=other, **{"by": None, "at": NOON, **more})


def cluster(customer: Customer) -> set[int]:
    return set(ids_by(customer.pk))


def test_the_survivors_timeline_shows_what_happened_to_both() -> None:
    anna, other = CustomerFactory.create_batch(2)
    placed_order("a", customer=anna)
    placed_order("b", customer=other)

    merged(anna, other)

    kinds = history.of(anna).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["crm.order_placed", "crm.order_placed", "crm.customers_merged"]


def test_nothing_that_was_recorded_is_rewritten() -> None:
    anna, other = CustomerFactory.create_batch(2)
    order, identity = placed_order(customer=other), IdentityFactory(customer=other)

    merged(anna, other)

    order.refresh_from_db()
    identity.refresh_from_db()
    assert order.customer_id == identity.customer_id == other.pk


def test_whoever_knows_the_other_by_proof_finds_the_survivor() -> None:
    anna, other = CustomerFactory.create_batch(2)
    IdentityFactory(customer=other, value="anna@mail.example", verified=True)

    merged(anna, other)

    hint = Hint(kind="email", value="anna@mail.example", is_verified=True)
    assert identification.identify([hint], shop=ShopFactory()).customer == anna


def test_merging_one_who_is_merged_merges_whom_they_stand_for() -> None:
    anna, second, third = CustomerFactory.create_batch(3)
    merged(anna, second)

    merged(third, second)

    assert ids_by(second.pk) == (third.pk, anna.pk, second.pk), "the survivor first"
    assert cluster(anna) == cluster(second) == cluster(third)


def test_two_who_are_one_already_are_refused() -> None:
    anna, other = CustomerFactory.create_batch(2)
    merged(anna, other)

    with pytest.raises(merging.AlreadyOnePerson):
        merged(other, anna)

    assert Merge.objects.count() == 1


def test_nobody_is_merged_with_themselves() -> None:
    anna = CustomerFactory()

    with pytest.raises(merging.AlreadyOnePerson):
        merged(anna, anna)


@pytest.mark.parametrize("erased", [0, 1])
def test_nobody_is_merged_with_somebody_erased(erased: int) -> None:
    people = CustomerFactory.create_batch(2)
    Customer.objects.filter(pk=people[erased].pk).update(erased_at=NOON)

    with pytest.raises(PersonErased):
        merged(*people)


def test_separating_gives_everything_back() -> None:
    anna, other = CustomerFactory.create_batch(2)
    placed_order("a", customer=anna)
    placed_order("b", customer=other)

    merging.unmerge(merged(anna, other), by=None, at=LATER)

    assert cluster(anna) == {anna.pk}
    assert cluster(other) == {other.pk}
    assert [entry.kind for entry in history.of(other).order_by("pk")] == [
        "crm.order_placed",
        "crm.customers_separated",
    ]


def test_what_happened_meanwhile_stays_where_it_was_recorded() -> None:
    anna, other = CustomerFactory.create_batch(2)
    merge = merged(anna, other)
    new = placed_order("new", customer=anna)
    noting.write_note(anna, text="Любит липовый чай", author=UserFactory(), key="1", at=LATER)

    merging.unmerge(merge, by=None, at=LATER)

    new.refresh_from_db()
    assert new.customer_id == anna.pk
    assert history.of(anna).filter(kind="crm.note_written").exists()
    assert not history.of(other).filter(kind="crm.note_written").exists()


def test_separating_takes_those_along_who_were_merged_before() -> None:
    anna, second, third = CustomerFactory.create_batch(3)
    merged(second, third)
    merge = merged(anna, second)

    merging.unmerge(merge, by=None, at=LATER)

    assert cluster(anna) == {anna.pk}
    assert cluster(second) == {second.pk, third.pk}


def test_separating_twice_is_refused() -> None:
    merge = merged(*CustomerFactory.create_batch(2))
    merging.unmerge(merge, by=None, at=LATER)

    with pytest.raises(merging.NotMerged):
        merging.unmerge(merge, by=None, at=LATER)


def test_people_who_were_separated_can_be_merged_again() -> None:
    anna, other = CustomerFactory.create_batch(2)
    merging.unmerge(merged(anna, other), by=None, at=LATER)

    merged(other, anna)

    assert ids_by(anna.pk) == (other.pk, anna.pk)


def test_details_taken_over_come_back_unless_they_were_changed_since() -> None:
    anna = CustomerFactory(given_name="Аня", family_name="", birthday=None)
    other = CustomerFactory(given_name="Анна", family_name="Петрова", birthday=NOON.date())
    merge = merged(anna, other, take=["given_name", "family_name", "birthday"])
    anna.refresh_from_db()
    assert (anna.given_name, anna.family_name, anna.birthday) == ("Анна", "Петрова", NOON.date())
    Customer.objects.filter(pk=anna.pk).update(given_name="Анечка")

    merging.unmerge(merge, by=None, at=LATER)

    anna.refresh_from_db()
    assert (anna.given_name, anna.family_name, anna.birthday) == ("Анечка", "", None)


def test_the_stricter_consent_wins_and_what_is_said_afterwards_counts() -> None:
    anna, other = CustomerFactory.create_batch(2)
    say(consenting.give, anna, occurred_at=NOON - timedelta(days=2))
    say(consenting.withdraw, other, occurred_at=NOON - timedelta(days=9))

    merged(anna, other)
    assert not may_mail(anna)

    say(consenting.give, anna, occurred_at=LATER)
    assert may_mail(anna)


def test_consent_of_each_is_their_own_again_after_separating() -> None:
    anna, other = CustomerFactory.create_batch(2)
    say(consenting.give, anna, occurred_at=NOON - timedelta(days=2))
    say(consenting.withdraw, other, occurred_at=NOON - timedelta(days=9))

    merging.unmerge(merged(anna, other), by=None, at=LATER)

    assert may_mail(anna)
    assert not may_mail(other)


def test_a_withdrawal_said_while_they_were_one_counts_for_both_afterwards() -> None:
    anna, other = CustomerFactory.create_batch(2)
    for person in (anna, other):
        say(consenting.give, person, occurred_at=NOON - timedelta(days=2))
    merge = merged(anna, other)
    say(consenting.withdraw, anna, occurred_at=LATER, at=LATER)

    merging.unmerge(merge, by=None, at=LATER)

    assert not may_mail(anna)
    assert not may_mail(other)


def test_figures_are_counted_for_the_person() -> None:
    anna, other = CustomerFactory.create_batch(2)
    placed_order("a", customer=anna)
    placed_order("b", customer=other)
    merge = merged(anna, other)
    figures.recount({anna.pk, other.pk})
    anna.refresh_from_db()
    assert anna.figures.orders == 2

    merging.unmerge(merge, by=None, at=LATER)
    figures.recount({anna.pk, other.pk})

    assert Customer.objects.get(pk=anna.pk).figures.orders == 1
    assert Customer.objects.get(pk=other.pk).figures.orders == 1


def test_ids_come_with_the_customer_when_asked_for(django_assert_num_queries: Any) -> None:
    anna, other = CustomerFactory.create_batch(2)
    merged(anna, other)

    with django_assert_num_queries(1):
        assert ids_of(with_ids(Customer.objects.filter(pk=anna.pk)).get()) == (anna.pk, other.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [4])
def test_merges_racing_on_the_same_people_end_in_one_consistent_state(rounds: int) -> None:
    for _round in range(rounds):
        people = CustomerFactory.create_batch(4)
        pairs = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 0), (2, 0)]

        failures = at_once(*(partial(merged, people[one], people[other]) for one, other in pairs))

        assert all(isinstance(error, Refusal) for error in failures), failures
        roots = Customer.objects.filter(pk__in=[one.pk for one in people], merged_into=None)
        assert roots.count() == 1, "one person, and no circle"
        assert all(cluster(one) == {person.pk for person in people} for one in people)
        assert Merge.objects.filter(customer__in=people, undone_at=None).count() == 3


@pytest.mark.django_db(transaction=True)
def test_merging_and_separating_at_once_leave_pointers_and_records_that_agree() -> None:
    anna, second, third = CustomerFactory.create_batch(3)
    merge = merged(anna, second)

    failures = at_once(
        lambda: merging.unmerge(merge, by=None, at=LATER),
        lambda: merging.unmerge(merge, by=None, at=LATER),
        lambda: merged(third, second),
        lambda: placed_order("while", customer=Customer.objects.get(pk=second.pk)),
    )

    assert all(isinstance(error, Refusal) for error in failures), failures
    open_merges = set(Merge.objects.filter(undone_at=None).values_list("customer", "survivor"))
    pointers = set(Customer.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
    assert open_merges == pointers
    assert Order.objects.get().customer_id == second.pk


def say(verb: Callable[..., Any], customer: Customer, **more: Any) -> None:
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "at": NOON, **more}
    verb(customer, **told)


def may_mail(customer: Customer) -> bool:
    return consenting.may(Customer.objects.get(pk=customer.pk), purpose="advertising", channel="email")


def at_once(*deeds: Callable[[], Any]) -> list[Exception]:
    """Each in a thread and a connection of its own, all let go at one moment. What they raised."""
    gate, raised = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            with transaction.atomic():
                deed()
        except Exception as error:  # noqa: BLE001 - judged by the caller
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised
