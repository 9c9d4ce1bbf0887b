"""How far a customer has come: one stage on each day, told from the days of purchases alone."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.worth.stages import IN_FOUR, LADDER, Stage, Step, may_follow, way

NEW_YEAR = date(2025, 1, 1)
HORIZON = 90


def day(number: int) -> date:
    return NEW_YEAR + timedelta(days=number)


def way_of(*numbers: int, until: int, known: int = 0) -> list[tuple[int, Stage]]:
    steps = way([day(n) for n in numbers], known_on=day(known), horizon_days=HORIZON, until=day(until))
    return [((step.on - NEW_YEAR).days, step.stage) for step in steps]


def test_who_never_bought_shows_interest():
    assert way_of(until=500) == [(0, Stage.INTEREST)]


def test_purchases_lead_up_the_ladder():
    assert way_of(5, 30, 60, 70, 80, 90, until=100) == [
        (0, Stage.INTEREST),
        (5, Stage.FIRST),
        (30, Stage.EVALUATION),
        (60, Stage.LOYAL),
        (90, Stage.RELATIONSHIP),
    ]


def test_ten_days_of_purchases_over_a_year_are_a_solid_base():
    bought = range(0, 400, 40)

    assert way_of(*bought, until=370)[-1] == (360 - 160, Stage.RELATIONSHIP)
    assert way_of(*bought, 400, until=400)[-1] == (400, Stage.SOLID)


def test_a_horizon_without_a_purchase_is_sleep_and_two_are_a_loss():
    assert way_of(10, until=10 + HORIZON)[-1] == (10, Stage.FIRST)
    assert way_of(10, until=11 + HORIZON)[-1] == (11 + HORIZON, Stage.ASLEEP)
    assert way_of(10, until=400)[-2:] == [(11 + HORIZON, Stage.ASLEEP), (11 + 2 * HORIZON, Stage.LOST)]


def test_who_comes_back_stands_where_their_purchases_carry_them():
    assert way_of(10, 300, until=310)[-3:] == [
        (11 + HORIZON, Stage.ASLEEP),
        (11 + 2 * HORIZON, Stage.LOST),
        (300, Stage.EVALUATION),
    ]


def test_a_purchase_before_somebody_was_known_begins_the_way():
    assert way_of(0, until=10, known=5) == [(0, Stage.FIRST)]


def test_every_stage_that_is_awake_has_a_word_in_four():
    assert set(IN_FOUR) == set(LADDER)


@given(st.sets(st.integers(0, 900), max_size=25), st.integers(0, 300), st.integers(300, 1000))
def test_one_stage_holds_on_each_day_and_follows_from_the_one_before(numbers, known, until):
    bought = [day(n) for n in numbers]
    steps = way(bought, known_on=day(known), horizon_days=HORIZON, until=day(until))

    assert all(before.on < after.on for before, after in pairwise(steps))
    assert all(may_follow(before.stage, after.stage) for before, after in pairwise(steps))
    assert steps[-1].on <= day(until)
    for today in range(0, until, 37):
        seen = way(bought, known_on=day(known), horizon_days=HORIZON, until=day(today))
        held = [step for step in steps if step.on <= day(today)]
        assert not held or seen[-1] == held[-1]


def test_falling_back_needs_sleep():
    assert not may_follow(Stage.LOYAL, Stage.FIRST)
    assert not may_follow(Stage.LOYAL, Stage.LOST)
    assert may_follow(Stage.ASLEEP, Stage.LOST)
    assert Step(NEW_YEAR, Stage.LOST).stage == "lost"
