"""Two members are found to be one person, or not after all: points move, and keep what they are."""

from __future__ import annotations

import pytest

from loyalty import ledger
from loyalty.errors import UnknownMember
from loyalty.models import Lot
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, earn, key, refused, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def unite(source, target):
    return ledger.move_lots(source.pk, target.pk, key=key(), at=NOON)


def separate(survivor, other):
    return ledger.move_lots(survivor.pk, other.pk, key=key(), at=NOON, only_back=True)


def owing(points):
    """A member who spent points whose purchase came back."""
    member = a_member()
    earning = earn(member, points)
    ledger.redeem(member.pk, points=points, key=key(), at=NOON)
    ledger.reverse(member.pk, earning_id=earning.transaction_id, until=points, key=key(), at=NOON)
    return member


def test_lots_keep_when_they_come_and_when_they_go():
    maria, masha = a_member(), a_member()
    earn(masha, 10, expires_in=9 * DAY)
    earn(masha, 20, available_in=2 * DAY, expires_in=8 * DAY)

    unite(masha, maria)

    assert (balances(masha), balances(maria)) == ((0, 0, 0, 0), (10, 20, 0, 0))
    assert sorted(
        Lot.objects.filter(wallet=maria.pk).values_list("points", "available_at", "expires_at")
    ) == [
        (10, None, NOON + 9 * DAY),
        (20, NOON + 2 * DAY, NOON + 8 * DAY),
    ]


def test_moving_told_again_moves_once():
    maria, masha = a_member(), a_member(10)

    ledger.move_lots(masha.pk, maria.pk, key="entry:1", at=NOON)
    again = ledger.move_lots(masha.pk, maria.pk, key="entry:1", at=NOON)

    assert not again.is_new
    assert balances(maria) == (10, 0, 0, 0)


def test_with_nothing_to_move_nothing_is_written():
    assert unite(a_member(), a_member()).transaction_id is None


def test_one_s_points_pay_what_the_other_owes():
    maria, masha = owing(30), a_member(50)
    ivan, vanya = a_member(50), owing(30)

    unite(masha, maria)
    unite(vanya, ivan)

    assert (balances(maria), balances(masha)) == ((20, 0, 0, 0), (0, 0, 0, 0))
    assert (balances(ivan), balances(vanya)) == ((20, 0, 0, 0), (0, 0, 0, 0))


def test_held_points_stay_until_their_checkout_is_done():
    maria, masha = a_member(), a_member(50)
    ledger.hold(masha.pk, points=20, key=key(), until=NOON + DAY, at=NOON)

    unite(masha, maria)

    assert (balances(masha), balances(maria)) == ((0, 0, 20, 0), (30, 0, 0, 0))


def test_only_what_came_goes_back():
    maria, masha = a_member(5), a_member(50)
    unite(masha, maria)
    earn(maria, 7)

    separate(maria, masha)

    assert (balances(maria), balances(masha)) == ((12, 0, 0, 0), (50, 0, 0, 0))


def test_what_was_owed_goes_back_as_far_as_it_is_still_owed():
    maria, masha = a_member(), owing(30)
    unite(masha, maria)
    assert balances(maria) == (0, 0, 0, 30)
    earn(maria, 10)

    separate(maria, masha)
    separate(maria, masha)

    assert (balances(maria), balances(masha)) == ((0, 0, 0, 0), (0, 0, 0, 20))


def test_what_one_owed_before_the_other_came_stays():
    maria, masha = owing(15), owing(30)
    unite(masha, maria)

    separate(maria, masha)

    assert (balances(maria), balances(masha)) == ((0, 0, 0, 15), (0, 0, 0, 30))


def test_together_and_apart_any_number_of_times():
    maria, masha = a_member(5), owing(30)
    earn(masha, 40, available_in=DAY)
    for _ in range(3):
        unite(masha, maria)
        separate(maria, masha)

    assert (balances(maria), balances(masha)) == ((0, 0, 0, 0), (0, 40, 0, 25))


def test_points_never_move_to_another_programme():
    maria = a_member(5)
    other = MemberFactory(programme=ProgrammeFactory(slug="other"))

    with refused(UnknownMember):
        unite(maria, other)


def test_a_purchase_that_moved_away_is_taken_back_from_where_its_points_are():
    maria, masha = a_member(), a_member()
    earning = earn(masha, 50)
    unite(masha, maria)

    ledger.reverse(maria.pk, earning_id=earning.transaction_id, until=50, key=key(), at=NOON)

    assert balances(maria) == (0, 0, 0, 0)
