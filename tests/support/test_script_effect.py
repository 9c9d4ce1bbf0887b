"""The effect of a script, against what was worked out by hand, and hidden where there is too little to tell."""

from __future__ import annotations

from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.measures.script_effect import Case, effects


def cases(stratum: str, *, played: tuple[int, int], others: tuple[int, int]) -> list[Case]:
    """So many of so many were solved at once."""
    return [
        Case(stratum=stratum, is_played=is_played, solved_at_once=number < count)
        for is_played, (count, of) in ((True, played), (False, others))
        for number in range(of)
    ]


# By hand, with n₁, n₀ played and others, a, c of them solved, N = n₁ + n₀:
#   delivery  n₁ 40, a 32, n₀ 60, c 36, N 100: weight 24,      a·n₀/N − c·n₁/N = 19.2 − 14.4 = 4.8
#   returns   n₁ 20, a 10, n₀ 20, c  8, N  40: weight 10,      5 − 4 = 1
#   RD = 5.8 / 34 = 0.170588…
#   P  delivery (1600·36 − 3600·32 + 2400·20/2) / 10000 = −3.36;  returns (400·8 − 400·10 + 0) / 1600 = −0.5
#   Q  delivery (32·24 + 36·8) / 200 = 5.28;                      returns (10·12 + 8·10) / 80 = 2.5
#   Var = (0.170588·(−3.86) + 7.78) / 34² = 7.121529… / 1156 = 0.00616049…
BY_HAND = [
    *cases("delivery", played=(32, 40), others=(36, 60)),
    *cases("returns", played=(10, 20), others=(8, 20)),
]


def test_the_difference_of_shares_is_that_of_the_hand_worked_fixture():
    effect = effects(BY_HAND).solved_at_once

    assert (effect.played, effect.others) == (60, 80)
    assert effect.with_it == pytest.approx((24 * 0.8 + 10 * 0.5) / 34)
    assert effect.without_it == pytest.approx((24 * 0.6 + 10 * 0.4) / 34)
    assert effect.difference.value == pytest.approx(5.8 / 34)
    assert effect.difference.interval.low == pytest.approx(0.016751, abs=1e-5)
    assert effect.difference.interval.high == pytest.approx(0.324425, abs=1e-5)
    assert effect.difference.is_change


def test_a_stratum_where_all_or_none_were_played_tells_nothing():
    alone = [
        *cases("only with it", played=(9, 50), others=(0, 0)),
        *cases("only without it", played=(0, 0), others=(1, 90)),
    ]
    assert effects([*BY_HAND, *alone]).solved_at_once == effects(BY_HAND).solved_at_once


def test_in_one_stratum_it_is_the_plain_difference_with_its_plain_error():
    effect = effects(cases("all", played=(30, 50), others=(20, 50))).solved_at_once

    assert effect.difference.value == pytest.approx(0.2)
    reach = 1.959964 * sqrt(0.6 * 0.4 / 50 + 0.4 * 0.6 / 50)
    assert effect.difference.interval.high == pytest.approx(0.2 + reach)


@pytest.mark.parametrize(("played", "others", "is_hidden"), [(29, 90, True), (90, 29, True), (30, 30, False)])
def test_under_thirty_on_either_side_nothing_is_told(played, others, is_hidden):
    effect = effects(cases("all", played=(10, played), others=(10, others))).solved_at_once

    assert effect.is_few == is_hidden
    assert (effect.difference is None) == is_hidden
    assert (effect.with_it == 0) == is_hidden


def timed(stratum: str, *, played: list[float], others: list[float]) -> list[Case]:
    return [
        Case(stratum=stratum, is_played=is_played, handling_seconds=seconds)
        for is_played, times in ((True, played), (False, others))
        for seconds in times
    ]


# By hand, in logarithms: half of each side 1 above its mean and half 1 below, so each cell's squares are its count.
#   chat  20 played about 4, 20 others about 5: weight 10, −1
#   mail  20 played about 6, 60 others about 6: weight 15, 0
#   difference −10/25 = −0.4; s² = 120 / (120 − 4); error √(s²/25) = 0.203419
TIMES = [
    *timed("chat", played=[exp(5), exp(3)] * 10, others=[exp(6), exp(4)] * 10),
    *timed("mail", played=[exp(7), exp(5)] * 10, others=[exp(7), exp(5)] * 30),
]


def test_handling_time_is_a_ratio_of_geometric_means_within_strata():
    effect = effects(TIMES).handling

    assert (effect.played, effect.others) == (40, 80)
    assert effect.with_it == pytest.approx(exp((10 * 4 + 15 * 6) / 25))
    assert effect.difference.value == pytest.approx(exp(-0.4) - 1)
    assert effect.difference.interval.low == pytest.approx(exp(-0.4 - 1.959964 * 0.203419) - 1, abs=1e-5)
    assert effect.difference.interval.high == pytest.approx(exp(-0.4 + 1.959964 * 0.203419) - 1, abs=1e-5)
    assert not effect.difference.interval.low > 0


def test_what_is_not_known_is_left_out():
    unknown = [Case(stratum="delivery", is_played=True), Case(stratum="delivery", is_played=False)]
    assert effects([*BY_HAND, *unknown]).solved_at_once == effects(BY_HAND).solved_at_once
    assert effects(BY_HAND).is_satisfied.is_few


some = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))


@given(strata=st.lists(st.tuples(some, some), min_size=1, max_size=6))
def test_turned_round_it_is_the_same_difference_the_other_way(strata):
    ours = [
        case
        for number, (played, others) in enumerate(strata)
        for case in cases(f"{number}", played=played, others=others)
    ]
    turned = [
        Case(stratum=case.stratum, is_played=not case.is_played, solved_at_once=case.solved_at_once)
        for case in ours
    ]
    there, back = effects(ours).solved_at_once, effects(turned).solved_at_once
    assert there.is_few == back.is_few
    if there.difference and back.difference:
        assert there.difference.value == pytest.approx(-back.difference.value)
        assert there.difference.interval.low == pytest.approx(-back.difference.interval.high)
        assert -1 <= there.difference.value <= 1
