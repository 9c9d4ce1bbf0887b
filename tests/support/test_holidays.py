"""Public holidays, against the calendars that the two governments published."""

from __future__ import annotations

from datetime import date

import pytest

from support.timekeeping.holidays import orthodox_easter, public_holidays


def days_off(country: str, year: int) -> set[str]:
    """The weekdays among the holidays, as month-day."""
    return {f"{its.on:%m-%d}" for its in public_holidays(country, year) if its.on.weekday() < 5}


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        *((2015, 4, 12), (2016, 5, 1), (2017, 4, 16), (2018, 4, 8), (2019, 4, 28), (2020, 4, 19)),
        *((2021, 5, 2), (2022, 4, 24), (2023, 4, 16), (2024, 5, 5), (2025, 4, 20), (2026, 4, 12)),
        *((2027, 5, 2), (2028, 4, 16), (2029, 4, 8), (2030, 4, 28)),
    ],
)
def test_orthodox_easter_falls_on_its_sunday(year: int, month: int, day: int) -> None:
    assert orthodox_easter(year) == date(year, month, day)
    assert orthodox_easter(year).weekday() == 6


def test_russia_in_2025_is_off_as_its_decree_says() -> None:
    january = {"01-01", "01-02", "01-03", "01-06", "01-07", "01-08"}

    assert days_off("RU", 2025) == january | {
        *("05-01", "05-02", "05-08", "05-09", "06-12", "06-13", "11-03", "11-04", "12-31")
    }


def test_russia_in_2026_is_off_as_its_decree_and_the_rule_say() -> None:
    january = {"01-01", "01-02", "01-05", "01-06", "01-07", "01-08", "01-09"}

    assert days_off("RU", 2026) == january | {
        *("02-23", "03-09", "05-01", "05-11", "06-12", "11-04", "12-31")
    }


def test_without_a_decree_russia_follows_the_rule_and_january_stays_where_it_is() -> None:
    january = {"01-01", "01-04", "01-05", "01-06", "01-07", "01-08"}

    assert days_off("RU", 2027) == january | {*("02-23", "03-08", "05-03", "05-10", "06-14", "11-04")}


def test_bulgaria_in_2026_has_its_easter_and_what_moves_from_weekends() -> None:
    assert days_off("BG", 2026) == {
        *("01-01", "01-02", "03-03", "04-10", "04-13", "05-01", "05-06"),
        *("05-25", "09-07", "09-22", "12-24", "12-25", "12-28"),
    }


def test_two_bulgarian_holidays_on_one_weekend_give_two_working_days() -> None:
    # 25 and 26 December 2021 were a Saturday and a Sunday.
    assert {"12-24", "12-27", "12-28"} <= days_off("BG", 2021)


def test_a_holiday_beside_easter_moves_behind_easter_monday() -> None:
    # 1 May 2021 was Holy Saturday; Monday 3 May was Easter Monday.
    assert {"05-03", "05-04"} <= days_off("BG", 2021)


def test_easter_itself_is_never_given_again() -> None:
    assert "04-14" not in days_off("BG", 2026)


def test_holidays_are_told_in_order_and_once() -> None:
    for country in ("RU", "BG"):
        for year in range(2024, 2040):
            days = [its.on for its in public_holidays(country, year)]
            assert days == sorted(set(days))


def test_an_unknown_country_has_no_rule() -> None:
    with pytest.raises(KeyError):
        public_holidays("DE", 2026)
