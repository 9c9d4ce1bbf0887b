"""Open seconds, beside a model that looks at every single minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.timekeeping.business_time import (
    Hours,
    NeverOpens,
    OpeningHours,
    UnusableHours,
    around_the_clock,
    is_open,
    moment_after,
    open_time,
)

MINUTE = timedelta(minutes=1)
SOFIA = ZoneInfo("Europe/Sofia")
ZONES = [
    *("Europe/Sofia", "Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("America/St_Johns", "Pacific/Apia", "UTC"),
]
# Around changes of the clocks both ways in either hemisphere, and the day that Samoa left out.
BEGINNINGS = [
    *(
        datetime(2026, 3, 28, tzinfo=UTC),
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 3, 7, tzinfo=UTC),
    ),
    *(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)),
    *(datetime(2011, 12, 29, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC)),
]

SPLIT = (Hours(time(9), time(13)), Hours(time(14), time(18)))
NOBODY: tuple[Hours, ...] = ()
SHOP = OpeningHours(zone=SOFIA, week=(*[SPLIT] * 5, (Hours(time(10), time(14)),), NOBODY))


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> tuple[Hours, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Hours(_wall(opens), _wall(closes)) for opens, closes in pairs)


def _wall(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[OpeningHours, datetime]:
    begin = draw(st.sampled_from(BEGINNINGS))
    week = draw(st.lists(hours_of_a_day(), min_size=7, max_size=7).filter(any))
    days = st.sampled_from([(begin + timedelta(days=ahead)).date() for ahead in range(-1, 4)])
    exceptions = draw(st.dictionaries(days, hours_of_a_day(), max_size=3))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return OpeningHours(zone=zone, week=week, exceptions=exceptions), begin


def naive_minutes(hours: OpeningHours, since: datetime, until: datetime) -> int:
    """Every minute is asked what the clock on the wall shows."""
    open_minutes, at = 0, since
    while at < until:
        open_minutes += is_open_naively(hours, at.astimezone(hours.zone))
        at += MINUTE
    return open_minutes


def is_open_naively(hours: OpeningHours, local: datetime) -> bool:
    shown = local.hour * 60 + local.minute
    return any(
        its.opens.hour * 60 + its.opens.minute
        <= shown
        < (its.closes.hour * 60 + its.closes.minute or 24 * 60)
        for its in hours.of(local.date())
    )


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(0, 2 * 1440), st.integers(0, 2 * 1440))
def test_open_time_is_the_sum_of_its_open_minutes(
    told: tuple[OpeningHours, datetime], begin: int, length: int
) -> None:
    hours, start = told
    since = start + begin * MINUTE
    until = since + length * MINUTE

    assert open_time(hours, since, until) == naive_minutes(hours, since, until) * MINUTE


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(0, 3 * 86_400), st.integers(0, 20 * 86_400))
def test_the_inverse_finds_the_first_moment_at_which_so_much_has_passed(
    told: tuple[OpeningHours, datetime], begin: int, needed: int
) -> None:
    hours, start = told
    since, wanted = start + timedelta(seconds=begin), timedelta(seconds=needed)

    found = moment_after(hours, since, wanted)

    assert open_time(hours, since, found) == wanted
    assert needed == 0 or open_time(hours, since, found - timedelta(seconds=1)) < wanted


@settings(max_examples=100, deadline=None)
@given(calendars(), st.lists(st.integers(0, 5 * 86_400), min_size=3, max_size=3))
def test_two_stretches_that_meet_add_up(told: tuple[OpeningHours, datetime], seconds: list[int]) -> None:
    hours, start = told
    first, second, third = (start + timedelta(seconds=its) for its in sorted(seconds))

    assert open_time(hours, first, third) == open_time(hours, first, second) + open_time(hours, second, third)


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 4 * 1440))
def test_a_minute_counts_where_the_shop_is_open_in_it(
    told: tuple[OpeningHours, datetime], begin: int
) -> None:
    hours, start = told
    at = start + begin * MINUTE

    assert is_open(hours, at) == (open_time(hours, at, at + MINUTE) == MINUTE)


def test_lunch_nights_and_sundays_do_not_count() -> None:
    friday, monday = datetime(2026, 6, 5, 12, tzinfo=SOFIA), datetime(2026, 6, 8, 9, 30, tzinfo=SOFIA)

    # Friday 12–13 and 14–18, Saturday 10–14, Monday 9–9:30.
    assert open_time(SHOP, friday, monday) == timedelta(hours=1 + 4 + 4, minutes=30)


def test_a_holiday_is_closed_and_a_short_day_has_its_own_hours() -> None:
    hours = OpeningHours(
        zone=SOFIA,
        week=SHOP.week,
        exceptions={date(2026, 3, 3): NOBODY, date(2026, 3, 2): (Hours(time(9), time(12)),)},
    )
    monday, wednesday = datetime(2026, 3, 2, tzinfo=SOFIA), datetime(2026, 3, 4, tzinfo=SOFIA)

    assert open_time(hours, monday, wednesday) == timedelta(hours=3)


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    night, morning = datetime(2026, 3, 29, tzinfo=SOFIA), datetime(2026, 3, 29, 6, tzinfo=SOFIA)

    assert open_time(around_the_clock(SOFIA), night, morning) == timedelta(hours=5)


def test_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    night, morning = datetime(2026, 10, 25, tzinfo=SOFIA), datetime(2026, 10, 25, 6, tzinfo=SOFIA)

    assert open_time(around_the_clock(SOFIA), night, morning) == timedelta(hours=7)


def test_parts_of_a_second_are_kept() -> None:
    since = datetime(2026, 6, 5, 12, 0, 0, 250_000, tzinfo=SOFIA)

    assert open_time(SHOP, since, since + MINUTE) == MINUTE
    assert moment_after(SHOP, since, MINUTE) == since + MINUTE


def test_nothing_passes_backwards() -> None:
    noon = datetime(2026, 6, 5, 12, tzinfo=SOFIA)

    assert open_time(SHOP, noon, noon - MINUTE) == timedelta(0)
    assert moment_after(SHOP, noon, timedelta(0)) == noon


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(NeverOpens):
        OpeningHours(zone=SOFIA, week=(NOBODY,) * 7, exceptions={date(2026, 3, 3): SPLIT})


@pytest.mark.parametrize(
    "hours",
    [
        (Hours(time(9), time(13)), Hours(time(12), time(18))),
        (Hours(time(14), time(18)), Hours(time(9), time(13))),
        (Hours(time(9), time(0)), Hours(time(20), time(21))),
    ],
)
def test_hours_that_overlap_are_refused(hours: tuple[Hours, ...]) -> None:
    with pytest.raises(UnusableHours):
        OpeningHours(zone=SOFIA, week=(hours,) * 7)


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(18), time(2))])
def test_hours_that_end_before_they_begin_are_refused(opens: time, closes: time) -> None:
    with pytest.raises(UnusableHours):
        Hours(opens, closes)


def test_a_week_of_six_days_is_refused() -> None:
    with pytest.raises(UnusableHours):
        OpeningHours(zone=SOFIA, week=(SPLIT,) * 6)
