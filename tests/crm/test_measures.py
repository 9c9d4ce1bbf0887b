import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.measures.intervals import Share, Sum
from crm.measures.repeat import repeat_rate, repeat_rate_over_time
from tests.factories.import_files import REAL_FILE

CDNOW = REAL_FILE.parent / "cdnow_sample_summary.csv"


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(8, 10, 49, 94), (80, 100, 71, 87), (0, 0, 0, 100), (0, 10, 0, 28)]
)
def test_a_share_has_wilsons_interval(count, of, low, high):
    interval = Share(count, of).interval

    assert (round(100 * interval.low), round(100 * interval.high)) == (low, high)


def test_two_shares_differ_by_newcombes_interval():
    """The example of his paper: 56 of 70 against 48 of 80."""
    found = Share(56, 70).against(Share(48, 80))

    assert found.value == pytest.approx(0.2)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=0.0001)
    assert found.is_change


def test_few_are_not_compared():
    assert Share(20, 29).against(Share(5, 100)) is None
    assert Sum.of_ones(29).against(Sum.of_ones(100)) is None


@given(st.integers(0, 10_000), st.integers(30, 10_000))
def test_a_share_lies_in_its_interval_and_does_not_differ_from_itself(count, of):
    share = Share(min(count, of), of)
    interval = share.interval

    assert 0 <= interval.low <= share.value + 1e-12
    assert share.value - 1e-12 <= interval.high <= 1
    assert not share.against(share).is_change


@given(st.lists(st.floats(0, 1e6), min_size=30, max_size=60))
def test_a_sum_does_not_differ_from_itself(amounts):
    one = Sum(sum(amounts), len(amounts), sum(amount**2 for amount in amounts))

    assert not one.against(one).is_change


def test_few_large_orders_tell_less_than_many_small_ones():
    small, large = Sum(1000, 100, 100 * 10**2), Sum(1000, 30, 30 * 33.3**2)

    assert small.against(Sum(700, 70, 70 * 10**2)).is_change
    assert not large.against(Sum(700, 30, 30 * 23.3**2)).is_change


def test_the_rate_over_time_counts_everything_known_up_to_each_day():
    rates = repeat_rate_over_time(
        [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)], {0: 10, 2: 5, 3: 99}, {1: 4, 2: 2, 3: 50}
    )

    assert rates == [Share(0, 10), Share(4, 10), Share(6, 15)]


@pytest.mark.skipif(not CDNOW.exists(), reason="the real data is not here")
def test_cdnows_sample_comes_again_as_the_literature_says():
    """Of its 2,357 customers 946 bought on a second day (x counts the days after the first)."""
    with CDNOW.open() as file:
        days = [int(float(row["x"])) for row in csv.DictReader(file)]

    found = repeat_rate(len(days), sum(again > 0 for again in days))

    assert (found.count, found.of) == (946, 2357)
    assert found.value == pytest.approx(0.4014, abs=0.0001)
