from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.dashboards.periods import Period, months_offered, period_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("key", "since", "until"),
    [
        ("30", "2026-10-24", "2026-11-22"),
        ("365", "2025-11-23", "2026-11-22"),
        ("2026-11", "2026-11-01", "2026-11-22"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("", "2026-08-25", "2026-11-22"),
        ("2027-01", "2026-08-25", "2026-11-22"),
        ("2026-13", "2026-08-25", "2026-11-22"),
    ],
)
def test_a_period_ends_today_or_with_its_month(key, since, until):
    found = period_of(key, TODAY)

    assert (str(found.since), str(found.until)) == (since, until)


@pytest.mark.parametrize(
    ("key", "since", "until"),
    [
        ("30", "2026-09-24", "2026-10-23"),
        ("2026-11", "2026-10-01", "2026-10-22"),
        ("2026-10", "2026-09-01", "2026-09-30"),
        ("2026-03", "2026-02-01", "2026-02-28"),
    ],
)
def test_a_month_is_compared_with_the_same_part_of_the_one_before(key, since, until):
    before = period_of(key, TODAY).previous

    assert (str(before.since), str(before.until)) == (since, until)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 800))
def test_the_steps_adjoin_and_cover_the_period(until, days):
    period = Period(until - timedelta(days=days - 1), until)
    steps = period.steps()

    assert steps[0].since == period.since
    assert steps[-1].until == period.until
    assert all(b.since - a.until == timedelta(days=1) for a, b in pairwise(steps))
    assert all(step.since <= step.until for step in steps)
    assert len(steps) <= 31


def test_a_year_of_months_is_offered_newest_first():
    found = months_offered(TODAY)

    assert [found[0].key, found[-1].key, len(found)] == ["2026-11", "2025-12", 12]
