"""Paying with points and setting them aside: within what the programme promises, told on the timeline."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import TimelineEntry
from loyalty.errors import LedgerKeyUsedOtherwise, NotEnoughHeld, NotEnoughPoints, UnknownMember
from loyalty.models import Hold, Member
from loyalty.points import holds, redemption
from loyalty.points.spending import (
    MoreThanPointsMayPay,
    OrderOfSomebodyElse,
    OtherCurrency,
    TooFewPointsToStart,
)
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, key, refused, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def promise(member, **changes):
    for name, value in changes.items():
        setattr(member.programme, name, value)
    member.programme.save()


def redeem(member, points, **more):
    return redemption.redeem(
        member, points=points, key=more.pop("key", key()), at=NOON, source="test", **more
    )


def told(member, kind):
    entries = TimelineEntry.objects.filter(customer=member.customer_id, kind=f"loyalty.{kind}")
    return [entry.fact.aloud("en") for entry in entries.order_by("pk")]


class TestRedeem:
    def test_what_points_paid_is_told(self):
        maria = a_member(1000)

        redeem(maria, 300)

        assert balances(maria) == (700, 0, 0, 0)
        assert told(maria, "points_redeemed") == ["300 points redeemed: €3.00"]

    def test_told_again_it_is_answered_again(self):
        maria = a_member(1000)
        redeem(maria, 300, key="a")
        promise(maria, smallest_balance_points=900)

        assert not redeem(maria, 300, key="a").is_new
        assert len(told(maria, "points_redeemed")) == 1

    def test_a_refusal_tells_nothing(self):
        maria = a_member(10)

        with refused(NotEnoughPoints):
            redeem(maria, 11)

        assert told(maria, "points_redeemed") == []

    def test_the_key_of_something_else_is_refused(self):
        maria = a_member(100)
        redeem(maria, 10, key="a")

        with refused(LedgerKeyUsedOtherwise):
            redeem(maria, 11, key="a")

    def test_below_the_smallest_balance_nothing_can_be_spent(self):
        maria = a_member(100)
        promise(maria, smallest_balance_points=101)

        with refused(TooFewPointsToStart) as caught:
            redeem(maria, 1)

        assert caught.value.figures == {"needed": 101, "available": 100}

    def test_points_pay_only_their_share_of_an_order(self):
        maria = a_member(10_000)
        order = placed_order(customer=maria.customer)
        most = int(order.goods_amount / 2 / Decimal("0.01"))
        redeem(maria, most - 1, order=order)

        with refused(MoreThanPointsMayPay) as caught:
            redeem(maria, 2, order=order)
        redeem(maria, 1, order=order)

        assert caught.value.figures == {"most": 1}

    def test_excluded_goods_are_not_paid_with_points(self):
        maria = a_member(10_000)
        order = placed_order(customer=maria.customer, lines=[line(sku="TEA-2")])
        promise(maria, excluded_goods={"field": "line.sku", "op": "eq", "value": "TEA-2"})

        with refused(MoreThanPointsMayPay) as caught:
            redeem(maria, 1, order=order)

        assert caught.value.figures == {"most": 0}

    def test_points_pay_for_nobody_elses_order_nor_for_one_of_nobody(self):
        maria = a_member(100)

        for customer in (CustomerFactory(), None):
            with refused(OrderOfSomebodyElse):
                redeem(maria, 1, order=placed_order(customer=customer))

        assert told(maria, "points_redeemed") == []

    def test_an_order_of_the_same_person_under_another_id_is_their_own(self):
        maria = a_member(100)
        order = placed_order(customer=CustomerFactory(merged_into=maria.customer))

        redeem(maria, 1, order=order)

        assert balances(maria) == (99, 0, 0, 0)

    def test_an_order_in_another_currency_is_not_paid_with_points(self):
        maria = a_member(100)
        promise(maria, currency="BGN")

        with refused(OtherCurrency):
            redeem(maria, 1, order=placed_order(customer=maria.customer))

    def test_a_member_who_left_spends_nothing(self):
        maria = a_member(100)
        Member.objects.filter(pk=maria.pk).update(left_at=NOON)

        with refused(UnknownMember):
            redeem(maria, 1)

    def test_donated_points_are_told(self):
        maria = a_member(100)

        redemption.donate(maria, points=40, key=key(), at=NOON, source="test")

        assert told(maria, "points_donated") == ["40 points donated"]

    def test_it_takes_few_queries(self):
        maria = a_member(100)

        with CaptureQueriesContext(connection) as asked:
            redeem(maria, 1)

        assert len(asked) <= 9, [one["sql"][:90] for one in asked]


class TestHold:
    def held(self, member, points, **more):
        posted = holds.hold(member, points=points, key=key(), at=NOON, **more)
        return Hold.objects.select_related("wallet__member__customer", "wallet__member__programme").get(
            pk=posted.hold_id
        )

    def test_points_are_held_for_the_programme_s_time(self):
        maria = a_member(100)

        hold = self.held(maria, 60)

        assert hold.expires_at == NOON + timedelta(minutes=30)
        assert balances(maria) == (40, 0, 60, 0)

    def test_captured_points_are_told_as_redeemed(self):
        maria = a_member(100)
        hold = self.held(maria, 60)

        holds.capture(hold, points=50, key=key(), at=NOON, source="test")

        assert len(told(maria, "points_redeemed")) == 1
        assert balances(maria) == (40, 0, 10, 0)

    def test_held_points_pay_only_their_share_of_an_order(self):
        maria = a_member(10_000)
        order = placed_order(customer=maria.customer)
        most = int(order.goods_amount / 2 / Decimal("0.01"))
        hold = self.held(maria, most + 1)

        def capture(points, key):
            return holds.capture(hold, points=points, key=key, at=NOON, source="test", order=order)

        with refused(MoreThanPointsMayPay) as caught:
            capture(most + 1, "too much")
        capture(most, "all of the share")
        with refused(MoreThanPointsMayPay):
            capture(1, "one more")

        assert caught.value.figures == {"most": most}
        assert not capture(most, "all of the share").is_new, "told again, it is answered again"
        assert balances(maria) == (10_000 - most - 1, 0, 1, 0)

    def test_points_are_neither_held_nor_captured_for_somebody_elses_order(self):
        maria = a_member(100)
        order, hold = placed_order(customer=CustomerFactory()), self.held(maria, 60)

        with refused(OrderOfSomebodyElse):
            self.held(maria, 10, order=order)
        with refused(OrderOfSomebodyElse):
            holds.capture(hold, points=1, key=key(), at=NOON, source="test", order=order)

        assert balances(maria) == (40, 0, 60, 0)

    def test_what_nobody_came_back_for_goes_back_by_itself(self):
        maria = a_member(100)
        abandoned, later = self.held(maria, 60), self.held(maria, 10, until=NOON + DAY)
        at = NOON + timedelta(minutes=30)

        assert holds.release_abandoned(at=at - timedelta(seconds=1)) == 0
        assert holds.release_abandoned(at=at) == 1
        assert holds.release_abandoned(at=at) == 0

        assert balances(maria) == (90, 0, 10, 0)
        with refused(NotEnoughHeld):
            holds.release(abandoned, key=key(), at=at)
        assert Hold.objects.get(pk=later.pk).open_points == 10
