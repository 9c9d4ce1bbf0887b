"""Which tier a figure gives, and what happens when it falls: pure, and the same as the statement for a million."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from loyalty.tiers import (
    Ladder,
    Needed,
    Standing,
    Step,
    decide,
    faults_of,
    figure_of,
    month_plus,
    to_rise,
    to_stay,
    window,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
STEPS = tuple(
    Step(tier_id=level * 10, level=level, threshold=Decimal(threshold))
    for level, threshold in ((1, 0), (2, 1000), (3, 5000))
)
LADDER = Ladder(steps=STEPS)
GRACEFUL = Ladder(steps=STEPS, grace_days=30)


def on(tier_id: int | None, until_at: datetime | None = None) -> Standing:
    return Standing(tier_id=tier_id, until_at=until_at)


def test_a_figure_lifts_at_once_as_far_as_it_goes():
    assert decide(LADDER, on(10), Decimal("5000.00"), at=NOON) == on(30)
    assert decide(LADDER, on(10), Decimal("4999.99"), at=NOON) == on(20)


def test_everybody_stands_on_a_first_step_that_asks_for_nothing():
    assert decide(LADDER, on(None), Decimal(0), at=NOON) == on(10)


def test_below_the_first_step_there_is_no_tier():
    ladder = Ladder(steps=STEPS[1:])

    assert decide(ladder, on(None), Decimal(999), at=NOON) == on(None)


def test_a_soft_landing_goes_down_one_step_and_rests():
    landed = decide(LADDER, on(30), Decimal(0), at=NOON)

    assert landed == on(20, NOON + timedelta(days=30))
    assert decide(LADDER, landed, Decimal(0), at=NOON + timedelta(days=29)) == landed
    assert decide(LADDER, landed, Decimal(0), at=NOON + timedelta(days=30)) == on(10)


def test_a_hard_landing_goes_to_the_tier_that_was_earned():
    hard = Ladder(steps=STEPS, lands_softly=False)

    assert decide(hard, on(30), Decimal(10), at=NOON) == on(10)


def test_a_grace_is_given_before_anything_is_lost():
    waiting = decide(GRACEFUL, on(20), Decimal(0), at=NOON)

    assert waiting == on(20, NOON + timedelta(days=30))
    assert decide(GRACEFUL, waiting, Decimal(0), at=NOON + timedelta(days=30)) == on(10)


def test_who_buys_enough_within_the_grace_keeps_the_tier():
    waiting = on(20, NOON + timedelta(days=10))

    assert decide(GRACEFUL, waiting, Decimal(1000), at=NOON) == on(20)


def test_a_rolling_year_is_this_month_and_the_twelve_before_it():
    assert window(LADDER, TODAY).since == date(2025, 3, 1)


def test_a_tier_of_a_calendar_year_is_kept_until_the_end_of_the_next():
    ladder = Ladder(steps=STEPS, is_rolling=False)
    months = {date(2025, 6, 1): Decimal(1200)}

    assert figure_of(months, window(ladder, date(2026, 12, 31))) == 1200
    assert figure_of(months, window(ladder, date(2027, 1, 1))) == 0


def test_what_is_missing_to_rise():
    months = {date(2026, 1, 1): Decimal("880.00")}

    assert to_rise(LADDER, on(10), months, TODAY) == Needed(tier_id=20, missing=Decimal("120.00"))
    assert to_rise(LADDER, on(30), months, TODAY) is None


def test_what_is_missing_to_stay_and_by_when():
    months = {date(2025, 5, 1): Decimal(700), date(2026, 1, 1): Decimal(400)}

    assert to_stay(LADDER, on(20), months, TODAY) == Needed(
        tier_id=20, missing=Decimal(600), by=date(2026, 6, 1)
    )
    assert to_stay(LADDER, on(10), months, TODAY) is None


def test_a_tier_of_this_calendar_year_is_safe_for_the_next():
    ladder = Ladder(steps=STEPS, is_rolling=False)
    this_year, last_year = {date(2026, 1, 1): Decimal(1000)}, {date(2025, 1, 1): Decimal(1000)}

    assert to_stay(ladder, on(20), this_year, TODAY) is None
    assert to_stay(ladder, on(20), last_year, TODAY) == Needed(
        tier_id=20, missing=Decimal(1000), by=date(2027, 1, 1)
    )


def test_a_step_nobody_could_ever_stand_on_is_found():
    odd = (STEPS[0], Step(tier_id=20, level=2, threshold=Decimal(0)), STEPS[2])

    assert [step.tier_id for step in faults_of(odd)] == [20]


@given(st.sampled_from([None, 10, 20, 30]), st.decimals(0, 9999, places=2), st.integers(0, 60), st.booleans())
def test_waiting_long_enough_everybody_ends_on_the_tier_they_earned(tier_id, figure, grace, softly):
    ladder = Ladder(steps=STEPS, grace_days=grace, lands_softly=softly)
    standing, at = on(tier_id), NOON
    for _ in range(12):
        standing = decide(ladder, standing, figure, at=at)
        at += timedelta(days=61)

    assert ladder.place(standing.tier_id) == ladder.place_for(figure)
    assert standing.until_at is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-40, 40))
def test_months_are_counted_through(day, months):
    assert month_plus(month_plus(day, months), -months) == day.replace(day=1)
