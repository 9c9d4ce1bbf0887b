"""Scores by fifths, and who may stop buying."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm.measures.churn import Reason, churn_rate, is_silent, nine_of_ten, risk
from crm.measures.intervals import Share
from crm.measures.rfm import FREQUENCIES, Cuts, Scores, fifths, frequency_cuts

MONEY = tuple(Decimal(n) for n in (10, 20, 30, 40))
CUTS = Cuts(recency_days=(10, 20, 30, 40), frequency=(1, 2, 4, 8), monetary=MONEY)


def test_the_latest_the_most_frequent_and_the_dearest_score_five():
    assert CUTS.scores(days_since=3, purchase_days=9, money=Decimal(41)) == Scores(5, 5, 5)
    assert CUTS.scores(days_since=41, purchase_days=1, money=Decimal(10)) == Scores(1, 1, 1)


def test_whoever_stands_on_a_cut_point_scores_as_those_below_it():
    assert CUTS.scores(days_since=10, purchase_days=2, money=Decimal(20)) == Scores(5, 2, 2)


def test_a_hundred_different_customers_are_five_times_twenty():
    values = list(range(100))
    cuts = Cuts(recency_days=fifths(values), frequency=fifths(values), monetary=MONEY)
    found = [cuts.scores(days_since=n, purchase_days=n, money=Decimal(0)) for n in values]

    for score in range(1, 6):
        assert sum(one.recency == score for one in found) == 20
        assert sum(one.frequency == score for one in found) == 20


@given(st.lists(st.integers(0, 50), min_size=5, max_size=200))
def test_no_fifth_is_larger_than_a_fifth_but_for_equals(values):
    cuts = fifths(values)

    assert list(cuts) == sorted(cuts)
    for number, cut in enumerate(cuts, start=1):
        assert sum(value < cut for value in values) <= len(values) * number / 5
        assert sum(value <= cut for value in values) >= len(values) * number / 5


def test_where_most_bought_once_frequency_has_given_cut_points():
    assert frequency_cuts([1, 1, 1, 2], once=41, customers=100) == FREQUENCIES
    assert frequency_cuts([1, 2, 3, 4], once=40, customers=100) == (1, 2, 3, 4)


def test_the_churn_rate_is_of_those_who_were_active():
    assert churn_rate(200, 50) == Share(50, 200)
    assert churn_rate(29, 5).is_few


def test_nine_of_ten_gaps_by_rank_and_nothing_of_few():
    assert nine_of_ten({7: 27, 40: 3}) == 7
    assert nine_of_ten({7: 26, 40: 4}) == 40
    assert nine_of_ten({7: 29}) is None


def test_silent_is_more_than_usual():
    assert is_silent(31, 30)
    assert not is_silent(30, 30)
    assert not is_silent(None, 30)
    assert not is_silent(400, None)


def at_risk(**more):
    told = {"days_since": 10, "usual_gap": 30, "horizon": 90, "lately": 3, "earlier": 3, "expected": 2.0}
    return risk(**{**told, **more})


def test_risk_comes_with_its_reasons():
    assert at_risk().level == "low"
    assert at_risk(days_since=None).level == "none"
    assert at_risk(days_since=91).reasons == (Reason("gone", 91, 90),)
    assert at_risk(days_since=31).level == "high"
    assert at_risk(days_since=31).reasons == (Reason("silent", 31, 30),)
    assert at_risk(days_since=25).reasons == (Reason("late", 25, 30),)
    slower = at_risk(lately=1, earlier=2, expected=0.1)
    assert slower.level == "raised"
    assert slower.reasons == (Reason("slower", 1, 2), Reason("few_expected", 0.1, 90))
    assert at_risk(returned_often=True, returns=2, orders=4).reasons == (Reason("returns", 2, 4),)


def test_nothing_is_said_of_what_the_model_does_not_say():
    assert at_risk(expected=None).level == "low"
