"""Points come in: at once or pending, into lots, once per key; what is owed is paid first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loyalty import ledger
from loyalty.errors import LedgerKeyUsedOtherwise, UnknownMember
from loyalty.ledger import Earning, Lot
from loyalty.models import Lot as LotRow
from loyalty.models import Transaction
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, key, refused, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def test_points_that_can_be_spent_at_once_are_available():
    maria = a_member()

    posted = earn(maria, 100)

    assert (posted.is_new, posted.points, posted.available) == (True, 100, 100)
    assert balances(maria) == (100, 0, 0, 0)


def test_points_within_the_return_window_are_pending():
    maria = a_member()

    earn(maria, 100, available_in=14 * DAY)

    assert balances(maria) == (0, 100, 0, 0)


def test_a_purchase_has_a_lot_for_each_part_of_it():
    maria = a_member()

    ledger.earn(
        maria.pk,
        lots=[Lot(points=30), Lot(points=70, available_at=NOON + DAY)],
        key=key(),
        occurred_at=NOON,
        at=NOON,
    )

    assert balances(maria) == (30, 70, 0, 0)
    assert sorted(LotRow.objects.values_list("points", "remaining", "pending")) == [(30, 30, 0), (70, 0, 70)]


def test_a_key_earns_once_and_the_repeat_is_answered_alike():
    maria = a_member()

    first = earn(maria, 100, key="order:1:earn")
    earn(maria, 5)
    again = earn(maria, 100, key="order:1:earn")

    assert (again.is_new, again.transaction_id, again.available) == (False, first.transaction_id, 100)
    assert balances(maria) == (105, 0, 0, 0)


def test_a_key_that_stands_for_something_else_is_refused():
    maria = a_member()
    earn(maria, 100, key="order:1:earn")

    with refused(LedgerKeyUsedOtherwise):
        earn(maria, 101, key="order:1:earn")


def test_one_key_in_two_wallets_of_a_programme_is_refused():
    maria, ivan = a_member(), a_member()
    earn(maria, 100, key="order:1:earn")

    with refused(LedgerKeyUsedOtherwise):
        earn(ivan, 100, key="order:1:earn")


def test_nobody_earns_without_a_wallet():
    with refused(UnknownMember):
        ledger.earn(404, lots=[Lot(points=1)], key=key(), occurred_at=NOON, at=NOON)


def test_points_at_once_pay_what_is_owed_first():
    maria = a_member(100)
    earning = earn(maria, 50)
    ledger.redeem(maria.pk, points=150, key=key(), at=NOON)
    ledger.reverse(maria.pk, earning_id=earning.transaction_id, until=50, key=key(), at=NOON)
    assert balances(maria) == (0, 0, 0, 50)

    earn(maria, 80)

    assert balances(maria) == (30, 0, 0, 0)


class TestConfirm:
    def test_pending_points_become_available_when_their_time_has_come(self):
        maria = a_member()
        earn(maria, 100, available_in=14 * DAY)

        early = ledger.confirm([maria.pk], at=NOON + 14 * DAY - timedelta(microseconds=1))
        on_time = ledger.confirm([maria.pk], at=NOON + 14 * DAY)
        again = ledger.confirm([maria.pk], at=NOON + 15 * DAY)

        assert (early, on_time, again) == ({}, {maria.pk: 100}, {})
        assert balances(maria) == (100, 0, 0, 0)

    def test_what_is_owed_is_paid_first(self):
        maria = a_member()
        spent = earn(maria, 60)
        ledger.redeem(maria.pk, points=60, key=key(), at=NOON)
        earn(maria, 100, available_in=DAY)
        ledger.reverse(maria.pk, earning_id=spent.transaction_id, until=60, key=key(), at=NOON)
        assert balances(maria) == (0, 100, 0, 60)

        ledger.confirm([maria.pk], at=NOON + DAY)

        assert balances(maria) == (40, 0, 0, 0)

    def test_many_wallets_are_confirmed_in_one_go(self):
        people = [a_member() for _ in range(5)]
        for one in people:
            earn(one, 10, available_in=DAY)
            earn(one, 20, available_in=2 * DAY)

        done = ledger.confirm([one.pk for one in people], at=NOON + DAY)

        assert done == {one.pk: 10 for one in people}
        assert {balances(one) for one in people} == {(10, 20, 0, 0)}


class TestBatch:
    def test_many_purchases_of_many_members_earn_at_once(self):
        maria, ivan = a_member(), a_member()
        batch = [
            Earning(member_id=maria.pk, key="a", points=10, occurred_at=NOON),
            Earning(member_id=ivan.pk, key="b", points=20, occurred_at=NOON, available_at=NOON + DAY),
            Earning(member_id=maria.pk, key="c", points=30, occurred_at=NOON),
        ]

        done = ledger.earn_batch(batch, at=NOON)

        assert sorted(done) == [0, 1, 2]
        assert (balances(maria), balances(ivan)) == ((40, 0, 0, 0), (0, 20, 0, 0))

    def test_a_batch_told_again_changes_nothing(self):
        maria = a_member()
        batch = [Earning(member_id=maria.pk, key="a", points=10, occurred_at=NOON)]
        ledger.earn_batch(batch, at=NOON)

        assert ledger.earn_batch(batch, at=NOON) == {}
        assert earn(maria, 10, key="a").is_new is False
        assert balances(maria) == (10, 0, 0, 0)

    def test_a_key_twice_in_a_batch_earns_once(self):
        maria = a_member()
        one = Earning(member_id=maria.pk, key="a", points=10, occurred_at=NOON)

        assert list(ledger.earn_batch([one, one], at=NOON)) == [0]
        assert balances(maria) == (10, 0, 0, 0)

    @pytest.mark.parametrize("owes", [False, True])
    def test_a_key_that_says_two_things_in_a_batch_refuses_all_of_it(self, owes):
        maria = a_member()
        if owes:
            spent = earn(maria, 60)
            ledger.redeem(maria.pk, points=60, key=key(), at=NOON)
            ledger.reverse(maria.pk, earning_id=spent.transaction_id, until=60, key=key(), at=NOON)
        before = Transaction.objects.count()
        batch = [Earning(member_id=maria.pk, key="a", points=points, occurred_at=NOON) for points in (10, 11)]

        with refused(LedgerKeyUsedOtherwise):
            ledger.earn_batch(batch, at=NOON)

        assert Transaction.objects.count() == before

    def test_a_batch_pays_what_a_member_owes_first(self):
        maria, ivan = a_member(), a_member()
        spent = earn(maria, 15)
        ledger.redeem(maria.pk, points=15, key=key(), at=NOON)
        ledger.reverse(maria.pk, earning_id=spent.transaction_id, until=15, key=key(), at=NOON)

        ledger.earn_batch(
            [
                Earning(member_id=member.pk, key=key(), points=10, occurred_at=NOON)
                for member in (maria, ivan, maria)
            ],
            at=NOON,
        )

        assert (balances(maria), balances(ivan)) == ((5, 0, 0, 0), (10, 0, 0, 0))


@pytest.mark.parametrize("word", ['a "quoted" one', "back\\slash", "{braces, commas}", "NULL", " ", "чай"])
def test_keys_and_reasons_of_a_batch_are_kept_as_they_are_written(word: str):
    vera = a_member()
    one = Earning(member_id=vera.pk, key=f"{key()} {word}", points=5, occurred_at=NOON, trace={"why": word})

    (number,) = ledger.earn_batch([one], at=NOON).values()

    kept = Transaction.objects.get(pk=number)
    assert (kept.key, kept.trace) == (one.key, {"why": word})
