"""Scores against the worked figures of their definitions, and against SciPy."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from surveys import scores
from surveys.scores import MEASURES
from surveys.scores.formulas import easy

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def of_hundred(n: int) -> dict[int, int]:
    """Half promoters, 30 % passives, 20 % detractors."""
    return {9: n // 2, 8: n * 3 // 10, 3: n // 5}


def answers(low: int, high: int, *, at_least: int = 1) -> st.SearchStrategy[dict[int, int]]:
    its = st.dictionaries(st.integers(low, high), st.integers(1, 400), min_size=1)
    return its.filter(lambda counts: sum(counts.values()) >= at_least)


def each(counts: dict[int, int]) -> list[int]:
    return [value for value, count in counts.items() for _one in range(count)]


# ── NPS ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("n", "reach"), [(10, 42.1), (30, 26.6), (100, 15.1), (400, 7.6)])
def test_nps_is_off_by_what_the_worked_figures_say(n, reach):
    score = scores.nps(of_hundred(n))

    assert score.value == pytest.approx(30)
    assert round(score.above, 1) == reach
    assert score.high - score.low == pytest.approx(2 * score.above)


@given(answers(0, 10))
def test_nps_has_the_error_of_a_distribution_with_three_answers_more(counts):
    n = sum(counts.values())
    promoters = sum(value >= 9 for value in each(counts))
    detractors = sum(value <= 6 for value in each(counts))
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    its = stats.rv_discrete(values=([-1, 0, 1], [d, 1 - p - d, p]))
    low, high = stats.norm.interval(0.95, loc=100 * its.mean(), scale=100 * its.std() / sqrt(n + 3))

    score = scores.nps(counts)

    assert score.value == pytest.approx(100 * (promoters - detractors) / n)
    assert score.low == pytest.approx(max(-100, low), abs=1e-4)
    assert score.high == pytest.approx(min(100, high), abs=1e-4)


def test_six_is_a_detractor_seven_and_eight_are_passive_and_nine_is_a_promoter():
    assert [scores.nps({value: 1}).value for value in (6, 7, 8, 9)] == [-100, 0, 0, 100]


# ── CSAT ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("satisfied", "of", "low", "high"), [(8, 10, 49, 94), (80, 100, 71, 87)])
def test_csat_lies_where_the_worked_figures_say(satisfied, of, low, high):
    score = scores.csat({5: satisfied, 2: of - satisfied})

    assert (score.value, round(score.low), round(score.high)) == (pytest.approx(80), low, high)


@given(answers(1, 5))
def test_csat_has_the_interval_that_scipy_calls_wilsons(counts):
    its = each(counts)
    ci = stats.binomtest(sum(value >= 4 for value in its), len(its)).proportion_ci(method="wilson")

    score = scores.csat(counts)

    assert (score.low, score.high) == pytest.approx((100 * ci.low, 100 * ci.high), abs=1e-4)


# ── CES ──────────────────────────────────────────────────────────────────────
@given(answers(1, 7, at_least=2))
def test_ces_is_the_mean_with_the_standard_error_of_scipy(counts):
    its = each(counts)
    mean, error = sum(its) / len(its), stats.sem(its)

    score = scores.ces(counts)

    assert score.value == pytest.approx(mean)
    assert score.low == pytest.approx(max(1, mean - stats.norm.ppf(0.975) * error), abs=1e-4)
    assert score.high == pytest.approx(min(7, mean + stats.norm.ppf(0.975) * error), abs=1e-4)


def test_how_hard_it_was_is_turned_round_before_it_is_counted():
    """1 is very easy there."""
    asked_how_hard = {1: 30, 7: 10}

    assert scores.turned(asked_how_hard, low=1, high=7) == {7: 30, 1: 10}
    assert scores.ces(scores.turned(asked_how_hard, low=1, high=7)).value == pytest.approx(5.5)


def test_beside_the_mean_stands_the_share_of_five_to_seven():
    assert easy({7: 30, 5: 10, 4: 40}).value == pytest.approx(50)


def test_one_answer_tells_nothing_of_the_others():
    score = scores.ces({4: 1})

    assert (score.low, score.high) == (1, 7)


# ── All of them ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", sorted(MEASURES))
def test_no_answers_are_no_score_and_never_zero(name):
    assert MEASURES[name].score({}) is None
    assert MEASURES[name].score({5: 0}) is None


@given(st.sampled_from(sorted(SCALES)), st.data())
def test_a_score_lies_in_its_interval_and_on_its_scale(name, data):
    """From two answers on: three more are added to NPS, which outweigh a single one."""
    score = MEASURES[name].score(data.draw(answers(*SCALES[name], at_least=2)))

    assert MEASURES[name].least <= score.low <= score.high <= MEASURES[name].most
    assert score.low - 1e-9 <= score.value <= score.high + 1e-9


@given(answers(1, 7, at_least=30), answers(1, 7, at_least=30))
def test_two_means_change_where_welch_says_so(now, before):
    assume(len(now) > 1 and len(before) > 1)  # what never varies makes SciPy warn
    found = scores.ces(now).against(scores.ces(before))
    z = stats.ttest_ind(each(now), each(before), equal_var=False).statistic

    assert found.is_change == (abs(z) > stats.norm.ppf(0.975))


def test_two_waves_of_nps_are_compared_by_their_errors():
    """z = (N₁ − N₂) / √(SE₁² + SE₂²). By hand, of 400 each: NPS 30 with SE 3.890, NPS 10 with SE 4.134, z 3.523."""
    now, before = scores.nps(of_hundred(400)), scores.nps({9: 160, 8: 120, 3: 120})
    errors = [score.above / stats.norm.ppf(0.975) for score in (now, before)]
    z = (now.value - before.value) / sqrt(sum(error**2 for error in errors))

    found = now.against(before)

    assert found.value == pytest.approx(20)
    assert z == pytest.approx(3.523, abs=0.001)
    assert found.interval.low == pytest.approx(20 * (1 - stats.norm.ppf(0.975) / z), abs=1e-3)
    assert found.is_change


def test_two_shares_of_the_satisfied_are_compared_by_newcombes_interval():
    """The example of his paper: 56 of 70 against 48 of 80."""
    found = scores.csat({5: 56, 1: 14}).against(scores.csat({5: 48, 1: 32}))

    assert (found.interval.low, found.interval.high) == pytest.approx((5.24, 33.39), abs=0.01)


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_under_thirty_answers_nothing_is_compared(name):
    few, many = MEASURES[name].score({5: 29}), MEASURES[name].score({5: 300})

    assert few.is_few
    assert few.against(many) is None
    assert many.against(few) is None


def test_a_distribution_names_every_value_of_the_scale():
    found = scores.distribution({5: 3, 1: 1}, low=1, high=5)

    assert [(value, share.count, share.of) for value, share in found] == [
        (1, 1, 4),
        (2, 0, 4),
        (3, 0, 4),
        (4, 0, 4),
        (5, 3, 4),
    ]


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_everybody_is_of_one_sort(name):
    low, high = SCALES[name]
    counts = dict.fromkeys(range(low, high + 1), 1)

    assert sum(part.share.count for part in scores.parts(counts, MEASURES[name])) == high - low + 1
