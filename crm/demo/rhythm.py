"""Who buys when: pure draws of a customer's habits and of the moments they buy at, newest possible moment given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/Sofia")

# How busy a month is against the busiest one, from January: the eighth of March and December stand out.
MONTHS = (0.62, 0.66, 0.80, 0.62, 0.60, 0.54, 0.46, 0.48, 0.60, 0.66, 0.84, 1.0)
STORE_HOURS = {10: 3, 11: 6, 12: 8, 13: 7, 14: 5, 15: 5, 16: 6, 17: 9, 18: 10, 19: 6}
ONLINE_HOURS = {
    7: 1,
    8: 3,
    9: 5,
    10: 6,
    11: 6,
    12: 7,
    13: 7,
    14: 5,
    15: 4,
    16: 4,
    17: 5,
    18: 6,
    19: 8,
    20: 11,
    21: 13,
    22: 9,
    23: 3,
}


@dataclass(frozen=True, kw_only=True)
class Habit:
    """`gap_days` is the person's own rhythm; `loose` how far single gaps stray from it (0 is clockwork)."""

    name: str
    gap_days: float
    loose: float
    first_days_ago: int
    last_days_ago: int


def draw_habit(random: Random, *, mix: Mapping[str, int], days: int) -> Habit:
    """A habit out of the company's `mix` (name → share), for somebody who came within the last `days`."""
    name = random.choices(list(mix), list(mix.values()))[0]
    return _HABITS[name](random, days)


def _once(random: Random, days: int) -> Habit:
    bought = int(random.triangular(0, days, days * 0.25))
    return Habit(name="once", gap_days=9_999, loose=0, first_days_ago=bought, last_days_ago=bought)


def _regular(random: Random, days: int) -> Habit:
    return Habit(
        name="regular",
        gap_days=min(34.0, max(17.0, random.gauss(24, 3.2))),
        loose=random.uniform(0.06, 0.22),
        first_days_ago=int(random.triangular(70, days, days * 0.5)),
        last_days_ago=0,
    )


def _occasional(random: Random, days: int) -> Habit:
    return Habit(
        name="occasional",
        gap_days=random.uniform(45, 140),
        loose=random.uniform(0.3, 0.6),
        first_days_ago=int(random.triangular(60, days, days * 0.6)),
        last_days_ago=0,
    )


def _lapsed(random: Random, days: int) -> Habit:
    first = int(random.triangular(240, max(250, days), max(245, days * 0.8)))
    return Habit(
        name="lapsed",
        gap_days=random.uniform(22, 60),
        loose=random.uniform(0.1, 0.35),
        first_days_ago=first,
        last_days_ago=random.randint(130, max(131, first - 60)),
    )


_HABITS = {"once": _once, "regular": _regular, "occasional": _occasional, "lapsed": _lapsed}


def visits(random: Random, habit: Habit, *, now: datetime) -> list[datetime]:
    """The days of a customer's purchases, oldest first; the hour is chosen by the shop (see `at_hour`)."""
    found: list[datetime] = []
    days_ago = float(habit.first_days_ago)
    while days_ago >= habit.last_days_ago:
        day = now - timedelta(days=days_ago)
        if not found or habit.loose < 0.3 or random.random() < 0.35 + 0.65 * MONTHS[day.month - 1]:
            found.append(day)
        days_ago -= max(2.0, random.gauss(habit.gap_days, habit.gap_days * habit.loose))
    return found


def at_hour(random: Random, day: datetime, *, in_store: bool) -> datetime:
    """That day at an hour when people buy there, on the shop's own clock."""
    hours = STORE_HOURS if in_store else ONLINE_HOURS
    hour = random.choices(list(hours), list(hours.values()))[0]
    local = day.astimezone(HERE)
    return local.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60), microsecond=0)
