"""What became of the points of each month, counted from the lots."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty import ledger
from loyalty.measures.breakage import Aged
from loyalty.models import PointsCohort, Programme
from loyalty.points import cohorts
from tests.factories.loyalty import MemberFactory
from tests.loyalty.ledger_world import earn, key

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, OCTOBER = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (8, 9, 10))
NIGHT = datetime(2026, 10, 20, 3, tzinfo=UTC)


def of_the_programme() -> dict[date, object]:
    cohorts.count_all(at=NIGHT)
    return dict(cohorts.cohorts_of(Programme.objects.get(), today=NIGHT.date()))


def test_points_are_followed_from_the_month_of_their_issue() -> None:
    maria = MemberFactory()
    earn(maria, 100, at=AUGUST, expires_in=timedelta(days=45))
    earn(maria, 50, at=SEPTEMBER)
    ledger.redeem(maria.pk, points=30, key=key(), at=SEPTEMBER)
    ledger.expire([maria.pk], at=OCTOBER)

    its = of_the_programme()

    august, september = its[date(2026, 8, 1)], its[date(2026, 9, 1)]
    assert august.points == 100
    assert august.ages == (Aged(), Aged(redeemed=30), Aged(expired=70))
    assert (september.points, september.outstanding, len(september.ages)) == (50, 50, 2)


def test_what_is_given_back_was_not_redeemed() -> None:
    maria = MemberFactory()
    earn(maria, 100, at=AUGUST)
    spent = ledger.redeem(maria.pk, points=40, key=key(), at=SEPTEMBER)
    ledger.restore(spent.transaction_id, until=40, key=key(), at=SEPTEMBER)

    august = of_the_programme()[date(2026, 8, 1)]

    assert (august.redeemed, august.outstanding) == (0, 100)


def test_points_set_aside_are_still_out_until_they_pay() -> None:
    maria = MemberFactory()
    earn(maria, 100, at=AUGUST)
    hold = ledger.hold(maria.pk, points=40, key=key(), until=OCTOBER, at=SEPTEMBER)

    assert of_the_programme()[date(2026, 8, 1)].outstanding == 100

    ledger.capture(hold.hold_id, points=25, key=key(), at=SEPTEMBER)
    assert of_the_programme()[date(2026, 8, 1)].redeemed == 25


def test_points_that_are_moved_are_not_issued_again() -> None:
    maria, other = MemberFactory(), MemberFactory()
    earn(maria, 100, at=AUGUST)
    ledger.move_lots(maria.pk, other.pk, key=key(), at=SEPTEMBER)
    ledger.redeem(other.pk, points=10, key=key(), at=OCTOBER)

    august = of_the_programme()[date(2026, 8, 1)]

    assert (august.points, august.redeemed, august.outstanding) == (100, 10, 90)


def test_counting_twice_is_counting_once() -> None:
    earn(MemberFactory(), 100, at=AUGUST)
    cohorts.count_all(at=NIGHT)
    cohorts.count_all(at=NIGHT)

    assert [row.issued for row in PointsCohort.objects.all()] == [100]
