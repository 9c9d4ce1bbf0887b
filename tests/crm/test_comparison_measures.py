"""Members beside those alike, and revenue from later days: worked by hand."""

from __future__ import annotations

import pytest

from crm.measures.again import again_share
from crm.measures.comparison import Alike, bracket, compared
from crm.measures.intervals import Share


def test_others_weigh_as_their_groups_have_members() -> None:
    groups = [
        Alike(Share(40, 100), Share(10, 50)),  # members 40 %, others 20 %
        Alike(Share(60, 300), Share(40, 400)),  # members 20 %, others 10 %
    ]

    its = compared(groups)

    assert its.members == Share(100, 400)
    assert its.others == pytest.approx(0.25 * 0.2 + 0.75 * 0.1)
    assert its.difference is not None
    assert its.difference.value == pytest.approx(0.125)
    assert its.difference.is_change


def test_what_only_the_make_up_of_the_sides_explains_is_no_difference() -> None:
    """Simpson: in each group both sides do alike, though in all the members seem to do more."""
    groups = [Alike(Share(80, 100), Share(8, 10)), Alike(Share(1, 10), Share(10, 100))]

    its = compared(groups)

    assert its.difference is None or not its.difference.is_change
    assert its.others == pytest.approx(81 / 110)


def test_members_with_nobody_alike_are_left_out_and_counted() -> None:
    its = compared([Alike(Share(50, 100), Share(10, 100)), Alike(Share(7, 7), Share(0, 0))])

    assert (its.members.of, its.unmatched) == (100, 7)


def test_few_others_who_would_have_to_stand_for_many_say_nothing() -> None:
    its = compared([Alike(Share(500, 1000), Share(1, 2)), Alike(Share(0, 1), Share(10, 500))])

    assert its.difference is None


def test_nobody_is_compared_with_nobody() -> None:
    its = compared([])

    assert (its.members.of, its.other_people, its.difference) == (0, 0, None)


def test_amounts_of_a_size_are_within_a_factor_of_two() -> None:
    assert [bracket(amount) for amount in (0, 0.99, 1, 2, 3.99, 4, 100)] == [0, 0, 1, 2, 2, 3, 7]


def test_revenue_of_later_days_is_a_share_of_all() -> None:
    its = again_share(people=100, first=(60, 600.0, 6_000.0), again=(40, 400.0, 4_000.0))

    assert its.value == pytest.approx(0.4)
    # √(0.6² · 4000 + 0.4² · 6000) / 1000 · 1.96
    assert its.spread == pytest.approx(1.959964 * (1440 + 960) ** 0.5 / 1000)
    assert its.against(again_share(people=100, first=(5, 50.0, 500.0), again=(5, 50.0, 500.0))) is None


def test_of_few_people_no_share_is_told_however_often_they_come() -> None:
    its = again_share(people=20, first=(20, 200.0, 2_000.0), again=(180, 1_800.0, 18_000.0))

    assert its.is_few
