"""Bursts on simulated months: days and weeks have their pattern, some days are busier, and a few things go wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import exp, pi, sin

import pytest

from support.incidents import bursts
from support.incidents.bursts import BESIDE, WEEKS, WINDOW, at_least, judge

MINUTE = timedelta(minutes=1)
LOOKS_EVERY = 3
WEEK = 7 * 24 * 60
MONTH = 30 * 24 * 60
# How many tickets eight topics have on a usual day.
TOPICS = (160, 90, 60, 45, 30, 20, 12, 6)
# What goes wrong brings so many more tickets a minute.
PLANTED = (0.8, 1.0, 1.5, 2.0, 3.0)
BURST_MINUTES = 60


@dataclass
class Month:
    """Minutes from the start of the earlier weeks on: how many tickets came before each of them."""

    came: list[int]

    def between(self, since: int, until: int) -> int:
        return self.came[until] - self.came[since]


def rate(minute: int, a_day: float) -> float:
    """Tickets a minute: quiet at night, two humps by day, half of it on Sundays."""
    hour, weekday = minute / 60 % 24, minute // (24 * 60) % 7
    hump = max(0.04, sin((hour - 7) / 15 * pi)) if 7 <= hour < 22 else 0.04
    evening = 1.25 if 18 <= hour < 21 else 1.0
    return a_day / 600 * hump * evening * (0.5 if weekday == 6 else 1.0)


def drawn(chance: random.Random, mean: float) -> int:
    """Poisson, by Knuth: the means of a minute are small."""
    limit, n, product = exp(-mean), 0, chance.random()
    while product > limit:
        n += 1
        product *= chance.random()
    return n


def month(chance: random.Random, a_day: float, planted: dict[int, float]) -> Month:
    came, total = [0], 0
    busy = 1.0
    for minute in range(WEEKS * WEEK + MONTH):
        if minute % (24 * 60) == 0:
            busy = chance.gammavariate(12, 1 / 12)
        more = next((extra for at, extra in planted.items() if at <= minute < at + BURST_MINUTES), 0.0)
        total += drawn(chance, rate(minute, a_day) * busy + more)
        came.append(total)
    return Month(came)


def alarms(its: Month) -> Iterator[int]:
    """Minutes at which a burst would be told, once for each: as support.incidents.watching looks."""
    window, beside = WINDOW // MINUTE, BESIDE // MINUTE
    last = -10_000
    for now in range(WEEKS * WEEK + window, WEEKS * WEEK + MONTH, LOOKS_EVERY):
        count = its.between(now - window, now)
        if count < bursts.FEWEST_TICKETS:
            continue
        weeks = [
            its.between(max(0, now - n * WEEK - window - beside), now - n * WEEK + beside)
            for n in range(1, WEEKS + 1)
        ]
        verdict = judge(count, weeks)
        if verdict and verdict.is_burst:
            if now - last > 120:
                yield now
            last = now


def watched(seed: int) -> tuple[int, int, int]:
    """A month with four bursts of each topic: how many were planted, found in time, and what else was told."""
    chance = random.Random(seed)
    planted_in_all = found = false = 0
    for a_day in TOPICS:
        planted = {
            WEEKS * WEEK + day * 24 * 60 + chance.randrange(8 * 60, 21 * 60): chance.choice(PLANTED)
            for day in chance.sample(range(1, 29), 4)
        }
        told = list(alarms(month(chance, a_day, planted)))
        planted_in_all += len(planted)
        found += sum(any(at < one <= at + 15 for one in told) for at in planted)
        false += sum(not any(at <= one <= at + BURST_MINUTES + 15 for at in planted) for one in told)
    return planted_in_all, found, false


def test_nine_of_ten_bursts_are_found_within_a_quarter_of_an_hour_and_hardly_anything_else_is() -> None:
    months = [watched(seed) for seed in range(8)]

    assert sum(found for _planted, found, _false in months) >= 0.9 * sum(planted for planted, _, _ in months)
    assert max(false for _planted, _found, false in months) <= 1


def test_the_tail_is_that_of_a_negative_binomial() -> None:
    """By hand: shape 1 is the geometric distribution, P(N ≥ n) = (m / (m + 1))ⁿ."""
    assert at_least(5, mean=1.0, shape=1.0) == pytest.approx(0.5**5)
    assert at_least(3, mean=4.0, shape=1.0) == pytest.approx(0.8**3)
    assert at_least(0, mean=4.0, shape=1.0) == 1.0


def test_many_shapes_alike_are_a_poisson() -> None:
    """P(N ≥ 3) of a Poisson with mean 2 is 1 − 5 e⁻² = 0.3233."""
    assert at_least(3, mean=2.0, shape=1e7) == pytest.approx(0.32332, abs=1e-4)


def test_without_a_past_nothing_is_said() -> None:
    assert judge(50, []) is None
    assert judge(50, [3]) is None


def test_few_tickets_are_no_burst_however_quiet_it_is_otherwise() -> None:
    verdict = judge(bursts.FEWEST_TICKETS - 1, [0] * WEEKS)

    assert verdict is not None
    assert not verdict.is_burst


def test_a_burst_of_another_week_does_not_hide_one_of_today() -> None:
    usual, with_a_burst = judge(14, [7, 6, 8, 7, 6, 7]), judge(14, [7, 6, 90, 7, 6, 7])

    assert usual is not None
    assert with_a_burst is not None
    assert usual.is_burst
    assert with_a_burst.is_burst
