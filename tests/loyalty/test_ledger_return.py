"""Goods come back: what they earned is taken back, what they cost in points is given back, in any number of steps.
And what colleagues give and take by hand."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty import ledger
from loyalty.errors import AdjustmentNotApproved, MoreGivenBackThanSpent, MoreTakenBackThanEarned
from loyalty.ledger import Lot
from loyalty.models import AdjustmentRequest
from loyalty.models import Lot as LotRow
from tests.factories.shops import UserFactory
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, key, refused, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def take_back(member, earning, until, **more):
    return ledger.reverse(
        member.pk, earning_id=earning.transaction_id, until=until, key=more.pop("key", key()), at=NOON, **more
    )


def spend(member, points):
    return ledger.redeem(member.pk, points=points, key=key(), at=NOON)


def give_back(spending, until):
    return ledger.restore(spending.transaction_id, until=until, key=key(), at=NOON)


class TestReverse:
    def test_pending_points_go_before_available_ones(self):
        maria = a_member(50)
        earning = earn(maria, 100, available_in=DAY)

        take_back(maria, earning, 30)

        assert balances(maria) == (50, 70, 0, 0)

    def test_the_lines_that_came_back_lose_theirs_first(self):
        maria = a_member()
        lots = [Lot(points=40, line_id=7, expires_at=NOON + DAY), Lot(points=60, line_id=8)]
        earning = ledger.earn(maria.pk, lots=lots, key=key(), occurred_at=NOON, at=NOON)

        take_back(maria, earning, 60, lines=[8])

        assert list(LotRow.objects.order_by("pk").values_list("remaining", flat=True)) == [40, 0]

    def test_what_was_spent_already_is_owed(self):
        maria = a_member()
        earning = earn(maria, 100)
        spend(maria, 80)

        take_back(maria, earning, 100)

        assert balances(maria) == (0, 0, 0, 80)

    def test_a_forgiving_programme_takes_what_is_there(self):
        maria = a_member()
        earning = earn(maria, 100)
        spend(maria, 80)

        take_back(maria, earning, 100, forgive=True)

        assert balances(maria) == (0, 0, 0, 0)

    def test_what_was_forgiven_stays_forgiven(self):
        maria = a_member()
        earning = earn(maria, 100)
        spend(maria, 80)
        take_back(maria, earning, 60, key="a", forgive=True)
        earn(maria, 500, key="later")

        take_back(maria, earning, 100, key="b", forgive=True)

        assert balances(maria) == (460, 0, 0, 0)

    def test_a_return_told_twice_takes_once(self):
        maria = a_member()
        earning = earn(maria, 100)

        take_back(maria, earning, 30, key="a")
        take_back(maria, earning, 30, key="a")
        nothing = take_back(maria, earning, 30, key="b")

        assert (nothing.transaction_id, nothing.points) == (None, 0)
        assert balances(maria) == (70, 0, 0, 0)

    def test_no_more_is_taken_back_than_was_earned(self):
        maria = a_member(500)
        earning = earn(maria, 100)

        with refused(MoreTakenBackThanEarned):
            take_back(maria, earning, 101)


class TestRestore:
    def test_points_come_back_into_the_lots_they_came_from(self):
        maria = a_member(30, expires_in=DAY)
        earn(maria, 70)
        spending = spend(maria, 60)

        give_back(spending, 60)

        assert balances(maria) == (100, 0, 0, 0)
        assert list(LotRow.objects.order_by("pk").values_list("remaining", flat=True)) == [30, 70]

    def test_they_pay_what_is_owed_first(self):
        maria = a_member()
        earning = earn(maria, 100)
        spending = spend(maria, 100)
        take_back(maria, earning, 40)

        give_back(spending, 100)

        assert balances(maria) == (60, 0, 0, 0)

    def test_no_more_is_given_back_than_was_spent(self):
        maria = a_member(100)
        spending = spend(maria, 60)

        with refused(MoreGivenBackThanSpent):
            give_back(spending, 61)

    def test_captured_points_come_back_too(self):
        maria = a_member(100)
        held = ledger.hold(maria.pk, points=60, key=key(), until=NOON + DAY, at=NOON)
        captured = ledger.capture(held.hold_id, points=50, key=key(), at=NOON)

        give_back(captured, 50)

        assert balances(maria) == (90, 0, 10, 0)


class TestAnySteps(TestCase):
    """Where one full return would end, any sequence of partial ones ends."""

    @given(
        lots=st.lists(st.integers(1, 50), min_size=1, max_size=4),
        spent_share=st.integers(0, 100),
        steps=st.lists(st.integers(1, 99), max_size=5),
        is_pending=st.booleans(),
    )
    def test_any_returns_end_where_one_would(self, lots, spent_share, steps, is_pending):
        total = sum(lots)
        ends = []
        for untils in ([total], [*sorted(total * step // 100 for step in steps), total]):
            point = transaction.savepoint()
            maria = a_member(total * spent_share // 100)
            its = [Lot(points=points, available_at=NOON + DAY if is_pending else None) for points in lots]
            earning = ledger.earn(maria.pk, lots=its, key=key(), occurred_at=NOON, at=NOON)
            spending = spend(maria, total * spent_share // 100) if total * spent_share // 100 else None
            for until in untils:
                take_back(maria, earning, until)
                if spending:
                    give_back(spending, until * spending.points // total)
            ends.append(
                (balances(maria), sorted(LotRow.objects.values_list("points", "remaining", "pending")))
            )
            assert wrong() == []
            transaction.savepoint_rollback(point)
        assert ends[0] == ends[1]


class TestAdjust:
    def asked(self, member, points, decision="allowed"):
        return AdjustmentRequest.objects.create(
            member=member,
            points=points,
            reason="за опоздание курьера",
            requested_by=UserFactory(),
            requested_at=NOON,
            expires_at=NOON + DAY,
            decision=decision,
            decided_at=NOON if decision else None,
        )

    def test_given_points_can_be_spent(self):
        maria = a_member()

        ledger.adjust(self.asked(maria, 50).pk, at=NOON)

        assert balances(maria) == (50, 0, 0, 0)

    def test_taken_points_come_out_of_what_expires_first_and_the_rest_is_owed(self):
        maria = a_member(30)

        ledger.adjust(self.asked(maria, -50).pk, at=NOON)

        assert balances(maria) == (0, 0, 0, 20)

    def test_a_request_is_carried_out_once(self):
        maria = a_member()
        asked = self.asked(maria, 50)

        ledger.adjust(asked.pk, at=NOON)

        assert not ledger.adjust(asked.pk, at=NOON).is_new
        assert balances(maria) == (50, 0, 0, 0)

    def test_nothing_is_adjusted_without_a_yes(self):
        maria = a_member()

        with refused(AdjustmentNotApproved):
            ledger.adjust(self.asked(maria, 50, decision="").pk, at=NOON)
