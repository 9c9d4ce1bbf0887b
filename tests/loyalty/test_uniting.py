"""Members follow their people, whoever is merged into whom, and how often."""

from __future__ import annotations

import pytest

from crm import relay
from crm.models import TimelineEntry
from crm.people import merging
from loyalty import ledger
from loyalty.models import Hold, Member
from loyalty.points import holds
from tests.factories.loyalty import MemberFactory
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, key, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def merge(survivor, other):
    merged = merging.merge(survivor.customer, other=other.customer, by=None, at=NOON)
    pump()
    return merged


def separate(merged):
    merging.unmerge(merged, by=None, at=NOON)
    pump()


def pump():
    while relay.pump():
        pass


def test_one_person_has_one_balance_and_two_have_two_again():
    maria, masha = a_member(5), a_member(10)
    earn(masha, 20, available_in=DAY)

    merged = merge(maria, masha)
    masha.refresh_from_db()
    assert masha.merged_into == maria
    assert (balances(maria), balances(masha)) == ((15, 20, 0, 0), (0, 0, 0, 0))

    separate(merged)
    masha.refresh_from_db()
    assert masha.merged_into is None
    assert (balances(maria), balances(masha)) == ((5, 0, 0, 0), (10, 20, 0, 0))


def test_what_moved_is_told_once():
    maria, masha = a_member(5), a_member(10)

    merge(maria, masha)

    entry = TimelineEntry.objects.get(kind="loyalty.points_moved")
    assert entry.customer == maria.customer
    assert entry.fact.aloud("en") == f"10 points moved here from customer № {masha.customer_id}"
    assert entry.caused_by is not None


def test_told_twice_it_happens_once():
    maria, masha = a_member(5), a_member(10)
    merge(maria, masha)
    entry = TimelineEntry.objects.get(kind="crm.customers_merged")
    from config.reactions import let_members_follow_their_people

    let_members_follow_their_people([entry])

    assert balances(maria) == (15, 0, 0, 0)
    assert TimelineEntry.objects.filter(kind="loyalty.points_moved").count() == 1


def test_a_survivor_who_is_no_member_lets_the_other_s_membership_go_on():
    masha = a_member(10)
    other = MemberFactory.build().customer
    other.save()

    merging.merge(other, other=masha.customer, by=None, at=NOON)
    pump()

    masha.refresh_from_db()
    assert masha.merged_into is None
    assert Member.objects.going_on(other.pk, masha.programme) == masha
    assert balances(masha) == (10, 0, 0, 0)


def test_three_become_one_and_part_again():
    maria, masha, mary = a_member(1), a_member(10), a_member(100)
    first = merge(masha, mary)
    second = merge(maria, masha)
    assert balances(maria) == (111, 0, 0, 0)

    separate(second)
    assert (balances(maria), balances(masha)) == ((1, 0, 0, 0), (110, 0, 0, 0))
    separate(first)
    assert (balances(masha), balances(mary)) == ((10, 0, 0, 0), (100, 0, 0, 0))


def test_who_was_merged_first_parts_first():
    maria, masha, mary = a_member(1), a_member(10), a_member(100)
    first = merge(masha, mary)
    merge(maria, masha)

    separate(first)

    assert (balances(maria), balances(masha), balances(mary)) == ((11, 0, 0, 0), (0, 0, 0, 0), (100, 0, 0, 0))


def test_points_that_were_held_follow_when_they_are_released():
    maria, masha = a_member(), a_member(50)
    posted = holds.hold(masha, points=20, key=key(), at=NOON)
    merge(maria, masha)
    assert (balances(maria), balances(masha)) == ((30, 0, 0, 0), (0, 0, 20, 0))
    hold = Hold.objects.select_related("wallet__member").get(pk=posted.hold_id)

    holds.release(hold, key=key(), at=NOON)

    assert (balances(maria), balances(masha)) == ((50, 0, 0, 0), (0, 0, 0, 0))


def test_both_directions_at_any_time():
    maria, masha = a_member(5), a_member(10)
    for _ in range(2):
        separate(merge(maria, masha))
        separate(merge(masha, maria))

    assert (balances(maria), balances(masha)) == ((5, 0, 0, 0), (10, 0, 0, 0))
    assert ledger.redeem(maria.pk, points=5, key=key(), at=NOON).available == 0
