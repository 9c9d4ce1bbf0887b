"""When answers are due, with pauses, on the hours of a shop in Sofia."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from support.timekeeping.business_time import Hours, OpeningHours, around_the_clock, open_time
from support.timekeeping.deadlines import LADDER, Stretch, read, read_promise

SOFIA = ZoneInfo("Europe/Sofia")
SHOP = OpeningHours(zone=SOFIA, week=(*[(Hours(time(9), time(13)), Hours(time(14), time(18)))] * 5, (), ()))
HOUR = timedelta(hours=1)


def monday(hour: int, minute: int = 0, second: int = 0, *, day: int = 8) -> datetime:
    return datetime(2026, 6, day, hour, minute, second, tzinfo=SOFIA)


def test_an_answer_is_due_when_its_open_time_has_passed() -> None:
    reading = read([Stretch(monday(12), None)], 2 * HOUR, SHOP)

    assert reading.due_at == monday(15)


def test_a_warning_comes_at_three_quarters_of_the_target_and_the_manager_hears_at_half_as_much_again() -> (
    None
):
    reading = read([Stretch(monday(9), None)], 4 * HOUR, SHOP)

    assert [(its.rung.event, its.rung.whom, its.at) for its in reading.rungs] == [
        ("warn", "assignee", monday(12)),
        ("breach", "team_lead", monday(13)),
        ("escalate", "manager", monday(16)),
    ]


def test_sixty_seconds_of_a_chat_are_over_at_the_sixtieth() -> None:
    reading = read([Stretch(monday(9, 30), None)], timedelta(seconds=60), SHOP)

    assert reading.due_at == monday(9, 31)


def test_hours_in_which_the_shop_is_closed_are_left_out() -> None:
    saturday = monday(15, day=6)

    assert read([Stretch(saturday, None)], timedelta(seconds=60), SHOP).due_at == monday(9, 1)


def test_a_paused_clock_has_nothing_due() -> None:
    reading = read([Stretch(monday(9), monday(10))], 2 * HOUR, SHOP)

    assert reading.due_at is None
    assert reading.spent == HOUR
    assert reading.next_rung(()) is None


def test_a_pause_moves_what_is_due_by_its_open_time() -> None:
    reading = read([Stretch(monday(9), monday(10)), Stretch(monday(15), None)], 2 * HOUR, SHOP)

    assert reading.due_at == monday(16)


def test_a_warning_that_was_due_before_the_pause_stays_due_then() -> None:
    reading = read([Stretch(monday(9), monday(10, 50)), Stretch(monday(15), None)], 2 * HOUR, SHOP)

    warning = reading.next_rung(())
    assert warning is not None
    assert (warning.rung.event, warning.at) == ("warn", monday(10, 30))


def test_the_next_rung_is_the_lowest_that_nobody_heard_of() -> None:
    reading = read([Stretch(monday(9), None)], 4 * HOUR, SHOP)

    assert [
        rung.rung.event if (rung := reading.next_rung(climbed)) else None
        for climbed in ((), ("warn",), ("warn", "breach"), ("warn", "breach", "escalate"))
    ] == ["warn", "breach", "escalate", None]


def test_a_promise_is_due_at_its_own_moment_also_when_the_shop_is_closed() -> None:
    reading = read_promise(monday(9), monday(21))

    assert reading.due_at == monday(21)
    assert [its.at for its in reading.rungs] == [monday(18), monday(21), monday(3, day=9)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 3 * 86_400), min_size=1, max_size=7).map(
        lambda steps: steps[: len(steps) // 2 * 2 + 1]
    ),
    st.integers(1, 40 * 3600),
)
def test_at_each_rung_just_its_part_of_the_target_was_spent(steps: list[int], target: int) -> None:
    moments = [monday(9)]
    for step in steps:
        moments.append(moments[-1] + timedelta(seconds=step))
    edges = moments[:-1] if len(moments) % 2 == 0 else moments
    stretches = [
        Stretch(began, ended) for began, ended in zip(edges[::2], [*edges[1::2], None], strict=False)
    ]

    reading = read(stretches, timedelta(seconds=target), SHOP)

    for its in reading.rungs:
        spent = sum(
            (open_time(SHOP, began, min(its.at, ended) if ended else its.at) for began, ended in stretches),
            timedelta(0),
        )
        assert spent == timedelta(seconds=target) * its.rung.percent / 100


def test_the_ladder_climbs() -> None:
    assert [rung.percent for rung in LADDER] == sorted(rung.percent for rung in LADDER)


def test_around_the_clock_every_hour_counts() -> None:
    assert read([Stretch(monday(22), None)], 4 * HOUR, around_the_clock(SOFIA)).due_at == monday(2, day=9)
