from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.purchases.purchase_rhythm import rhythm

START = date(2026, 1, 1)


def days(*gaps: int) -> list[date]:
    found = [START]
    for gap in gaps:
        found.append(found[-1] + timedelta(days=gap))
    return found


def test_three_gaps_are_too_few_to_speak_of_a_rhythm():
    assert rhythm(days(10, 10, 10)) is None


def test_the_median_and_the_longest_of_nine_in_ten():
    found = rhythm(days(*range(1, 11)))

    assert found is not None
    assert (found.median_days, found.nine_of_ten_days, found.gaps) == (6, 9, 10)


def test_two_orders_of_one_day_are_one_day_of_buying():
    assert rhythm([START] * 50) is None


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=60))
def test_at_least_nine_of_ten_gaps_are_no_longer_than_said(some_days):
    found = rhythm(some_days)
    ordered = sorted(set(some_days))
    gaps = [(later - earlier).days for earlier, later in pairwise(ordered)]

    if found is None:
        assert len(gaps) < 4
    else:
        kept = [gap for gap in gaps if gap <= found.nine_of_ten_days]
        assert len(kept) >= 0.9 * len(gaps)
        assert found.median_days <= found.nine_of_ten_days
