"""Points go: redeemed, donated, held and captured, expired; soonest expiry first, never more than there are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loyalty import ledger
from loyalty.errors import LedgerKeyUsedOtherwise, NotEnoughHeld, NotEnoughPoints, UnknownHold
from loyalty.models import Hold, Lot, LotUse, Movement, Transaction
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, key, refused, wrong

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def lots_left(member):
    return list(Lot.objects.filter(wallet=member.pk).order_by("pk").values_list("remaining", flat=True))


def hold(member, points, **more):
    return ledger.hold(
        member.pk, points=points, key=more.pop("key", key()), until=NOON + DAY, at=more.pop("at", NOON)
    )


class TestRedeem:
    def test_redeeming_takes_what_it_costs(self):
        maria = a_member(100)

        posted = ledger.redeem(maria.pk, points=30, key=key(), at=NOON)

        assert (posted.points, posted.available) == (30, 70)
        assert balances(maria) == (70, 0, 0, 0)

    def test_what_expires_first_goes_first_and_then_the_oldest(self):
        maria = a_member()
        earn(maria, 10)
        earn(maria, 10, expires_in=30 * DAY)
        earn(maria, 10, expires_in=20 * DAY)
        earn(maria, 10, expires_in=20 * DAY)

        ledger.redeem(maria.pk, points=25, key=key(), at=NOON)

        assert lots_left(maria) == [10, 5, 0, 0]

    def test_a_point_is_good_until_its_expiry_and_not_at_it(self):
        maria = a_member(10, expires_in=DAY)

        with refused(NotEnoughPoints):
            ledger.redeem(maria.pk, points=1, key=key(), at=NOON + DAY)
        ledger.redeem(maria.pk, points=1, key=key(), at=NOON + DAY - INSTANT)

        assert balances(maria) == (9, 0, 0, 0)

    def test_a_refusal_says_how_many_there_are_leaves_no_row_and_burns_no_key(self):
        maria = a_member(100)
        rows = [model.objects.count() for model in (Transaction, Movement, LotUse)]

        with refused(NotEnoughPoints) as caught:
            ledger.redeem(maria.pk, points=101, key="till:1", at=NOON)

        assert caught.value.figures == {"available": 100}
        assert [model.objects.count() for model in (Transaction, Movement, LotUse)] == rows
        assert ledger.redeem(maria.pk, points=100, key="till:1", at=NOON).is_new

    def test_pending_points_cannot_be_spent(self):
        maria = a_member()
        earn(maria, 100, available_in=DAY)

        with refused(NotEnoughPoints):
            ledger.redeem(maria.pk, points=1, key=key(), at=NOON)

    def test_a_key_spends_once(self):
        maria = a_member(100)

        first = ledger.redeem(maria.pk, points=60, key="till:1", at=NOON)
        again = ledger.redeem(maria.pk, points=60, key="till:1", at=NOON)

        assert (again.is_new, again.transaction_id, again.available) == (False, first.transaction_id, 40)
        with refused(LedgerKeyUsedOtherwise):
            ledger.redeem(maria.pk, points=61, key="till:1", at=NOON)

    def test_donated_points_are_told_from_redeemed_ones(self):
        maria = a_member(100)

        ledger.redeem(maria.pk, points=40, key=key(), at=NOON, kind="donate")

        assert Movement.objects.filter(source="A").get().target == "N"


class TestHold:
    def test_held_points_are_set_aside(self):
        maria = a_member(100)

        posted = hold(maria, 60)

        assert balances(maria) == (40, 0, 60, 0)
        assert Hold.objects.get(pk=posted.hold_id).open_points == 60
        with refused(NotEnoughPoints):
            ledger.redeem(maria.pk, points=41, key=key(), at=NOON)

    def test_a_part_is_captured_and_the_rest_released_into_its_lots(self):
        maria = a_member(50, expires_in=DAY)
        earn(maria, 50)
        held = hold(maria, 80).hold_id

        ledger.capture(held, points=60, key=key(), at=NOON)
        ledger.release(held, key=key(), at=NOON)

        assert balances(maria) == (40, 0, 0, 0)
        assert lots_left(maria) == [0, 40]

    def test_no_more_is_captured_than_is_held(self):
        maria = a_member(100)
        held = hold(maria, 60).hold_id

        with refused(NotEnoughHeld) as caught:
            ledger.capture(held, points=61, key=key(), at=NOON)

        assert caught.value.figures == {"held": 60}

    def test_what_is_over_cannot_be_released(self):
        maria = a_member(100)
        held = hold(maria, 60).hold_id
        ledger.capture(held, points=60, key=key(), at=NOON)

        with refused(NotEnoughHeld):
            ledger.release(held, key=key(), at=NOON)

    def test_a_release_told_twice_releases_once(self):
        maria = a_member(100)
        held = hold(maria, 60).hold_id

        ledger.release(held, key="r", at=NOON)
        again = ledger.release(held, key="r", at=NOON)

        assert not again.is_new
        assert balances(maria) == (100, 0, 0, 0)

    def test_nobody_captures_a_hold_that_is_not_there(self):
        with refused(UnknownHold):
            ledger.capture(404, points=1, key=key(), at=NOON)

    def test_held_points_do_not_expire_and_released_ones_do(self):
        maria = a_member(100, expires_in=DAY)
        held = hold(maria, 60).hold_id

        assert ledger.expire([maria.pk], at=NOON + 2 * DAY) == {maria.pk: 40}
        ledger.release(held, key=key(), at=NOON + 2 * DAY)
        assert ledger.expire([maria.pk], at=NOON + 2 * DAY) == {maria.pk: 60}

        assert balances(maria) == (0, 0, 0, 0)

    def test_released_points_pay_what_is_owed_first(self):
        maria = a_member()
        earning = earn(maria, 100)
        held = hold(maria, 60).hold_id
        ledger.reverse(maria.pk, earning_id=earning.transaction_id, until=90, key=key(), at=NOON)
        assert balances(maria) == (0, 0, 60, 50)

        ledger.release(held, key=key(), at=NOON)

        assert balances(maria) == (10, 0, 0, 0)


class TestExpire:
    def test_points_go_at_their_expiry_and_once(self):
        maria = a_member(100, expires_in=DAY)
        earn(maria, 10)

        early = ledger.expire([maria.pk], at=NOON + DAY - INSTANT)
        on_time = ledger.expire([maria.pk], at=NOON + DAY)
        again = ledger.expire([maria.pk], at=NOON + DAY)

        assert (early, on_time, again) == ({}, {maria.pk: 100}, {})
        assert balances(maria) == (10, 0, 0, 0)

    def test_idle_points_go_however_long_their_lots_would_last(self):
        maria = a_member(100)
        ledger.set_idle_months(maria.programme_id, 6)

        assert ledger.expire([maria.pk], at=NOON + 180 * DAY) == {}
        with refused(NotEnoughPoints):
            ledger.redeem(maria.pk, points=1, key=key(), at=NOON + 182 * DAY)
        assert ledger.expire([maria.pk], at=NOON + 182 * DAY) == {maria.pk: 100}
