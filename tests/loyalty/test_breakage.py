"""How many points will be spent, from what became of earlier ones: worked by hand."""

from __future__ import annotations

import pytest

from loyalty.measures.breakage import (
    Aged,
    Issued,
    chances,
    probability_interval,
    redemption_probability,
)

# Of each hundred, thirty are redeemed in the month after, and half of what is left expires in the one after that.
OLD = Issued(100, (Aged(), Aged(redeemed=30), Aged(expired=35), Aged()))
YOUNG = Issued(200, (Aged(), Aged()))


def test_points_of_an_age_fare_as_earlier_ones_did() -> None:
    # Nothing is known of what is older than the old month: it is taken for redeemed.
    assert chances([OLD]) == pytest.approx([0.3 + 0.7 * 0.5, 0.65, 0.5, 1.0])


def test_each_month_weighs_what_is_still_out_of_it() -> None:
    # Of the young month 200 are out, at an age at which 65 of 100 are redeemed some day; of the old one 35 are.
    assert redemption_probability([OLD, YOUNG]) == pytest.approx((200 * 0.65 + 35 * 1.0) / 235)


def test_a_month_that_goes_on_does_not_count_yet() -> None:
    half = Issued(100, (Aged(), Aged(redeemed=1)))

    assert chances([OLD, half])[1] == pytest.approx(0.65)


def test_nothing_is_owed_where_nothing_is_out() -> None:
    assert redemption_probability([]) is None
    assert redemption_probability([Issued(10, (Aged(redeemed=10),))]) is None


def test_three_months_say_nothing_of_how_far_months_differ() -> None:
    assert probability_interval([OLD, OLD, YOUNG]) is None


def test_months_that_fare_alike_leave_no_doubt_and_others_do() -> None:
    alike = [Issued(100, OLD.ages) for _ in range(5)] + [YOUNG]
    unlike = [Issued(100, (Aged(), Aged(redeemed=n), Aged(expired=100 - n), Aged())) for n in (0, 20, 40, 60)]

    sure, unsure = probability_interval(alike), probability_interval([*unlike, YOUNG])

    assert sure is not None
    assert unsure is not None
    assert sure.high - sure.low < 0.01
    assert unsure.high - unsure.low > 0.1


def test_shares_of_a_month_grow_with_its_age() -> None:
    assert [OLD.redeemed_by(age) for age in range(4)] == pytest.approx([0, 0.3, 0.3, 0.3])
    assert [OLD.expired_by(age) for age in range(4)] == pytest.approx([0, 0, 0.35, 0.35])
