"""Does a script help? What became of the tickets in which it was played, against comparable ones in which it was not.

Compared is within strata of topic × channel × tier × language only; strata where all or none were played tell nothing
and are left out. *Played* is begun, whether or not it came to its end: who gave up is not taken out (intention to
treat). Scripts are judged, not people: nothing here knows who played.

A difference of shares is Mantel and Haenszel's risk difference with Sato's variance (Sato, Biometrics 45, 1989), which
holds for few large strata and for many small ones. A difference of means weighs strata alike (n₁·n₀/N) with one
variance within all cells: that is least squares with a dummy for each stratum. Handling time is compared by its
logarithm, as a ratio of geometric means, for a few long tickets would outweigh all the others.

Under FEWEST tickets on either side of the comparison nothing is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

from crm.measures.intervals import FEWEST, Difference, Interval, Z


class Stratum(NamedTuple):
    """`tier` is that of today: 0 for who has none."""

    topic: int
    channel: str
    tier: int
    language: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A resolved ticket. None: not known, or not yet."""

    stratum: Hashable
    is_played: bool
    solved_at_once: bool | None = None
    reopened: bool | None = None
    handling_seconds: float | None = None
    is_satisfied: bool | None = None
    effort: float | None = None


@dataclass(frozen=True)
class Effect:
    """With the script less without it. `with_it` and `without_it` are what is compared, over the same mix of strata.

    `played` and `others` are the tickets of the strata that tell something.
    """

    played: int
    others: int
    with_it: float = 0.0
    without_it: float = 0.0
    difference: Difference | None = None

    @property
    def is_few(self) -> bool:
        return min(self.played, self.others) < FEWEST


@dataclass(frozen=True, kw_only=True)
class Effects:
    solved_at_once: Effect
    reopened: Effect
    handling: Effect
    is_satisfied: Effect
    effort: Effect


def effects(cases: Iterable[Case]) -> Effects:
    """Handling is a ratio less one: −0.2 is a fifth less time; its two figures are geometric means in seconds."""
    known = list(cases)
    return Effects(
        solved_at_once=share_effect(_cells(known, lambda case: case.solved_at_once)),
        reopened=share_effect(_cells(known, lambda case: case.reopened)),
        handling=ratio_effect(_cells(known, lambda case: case.handling_seconds or None)),
        is_satisfied=share_effect(_cells(known, lambda case: case.is_satisfied)),
        effort=mean_effect(_cells(known, lambda case: case.effort)),
    )


class Cell(NamedTuple):
    """A stratum: what is known of its tickets with the script, and of the others."""

    played: list[float]
    others: list[float]

    @property
    def weight(self) -> float:
        return len(self.played) * len(self.others) / (len(self.played) + len(self.others))


Cells = list[Cell]


def _cells(cases: Iterable[Case], figure: Callable[[Case], float | None]) -> Cells:
    found: Mapping[Hashable, Cell] = defaultdict(lambda: Cell([], []))
    for case in cases:
        value = figure(case)
        if value is not None:
            found[case.stratum][0 if case.is_played else 1].append(float(value))
    return [cell for cell in found.values() if cell.played and cell.others]


def share_effect(cells: Cells) -> Effect:
    """Mantel–Haenszel risk difference, Sato's variance."""
    effect, weight = _weighed(cells), sum(cell.weight for cell in cells)
    if effect.is_few:
        return effect
    difference = effect.with_it - effect.without_it
    variance = sum(difference * _p(cell) + _q(cell) for cell in cells) / weight**2
    return _told(effect, difference, sqrt(max(0.0, variance)))


def mean_effect(cells: Cells) -> Effect:
    effect, weight = _weighed(cells), sum(cell.weight for cell in cells)
    if effect.is_few:
        return effect
    freedom = sum(len(side) - 1 for cell in cells for side in cell)
    squares = sum((value - _mean(side)) ** 2 for cell in cells for side in cell for value in side)
    if not freedom:
        return effect
    return _told(effect, effect.with_it - effect.without_it, sqrt(squares / freedom / weight))


def ratio_effect(cells: Cells) -> Effect:
    """Of what is above zero."""
    by_log = mean_effect([Cell(*([log(value) for value in side] for side in cell)) for cell in cells])
    if by_log.difference is None:
        return by_log
    interval = by_log.difference.interval
    return Effect(
        by_log.played,
        by_log.others,
        exp(by_log.with_it),
        exp(by_log.without_it),
        Difference(exp(by_log.difference.value) - 1, Interval(exp(interval.low) - 1, exp(interval.high) - 1)),
    )


def _weighed(cells: Cells) -> Effect:
    """Both means over the same mix: each stratum counts by its weight. Under FEWEST they are not told."""
    counted = Effect(sum(len(cell.played) for cell in cells), sum(len(cell.others) for cell in cells))
    if counted.is_few:
        return counted
    weight = sum(cell.weight for cell in cells)
    with_it = sum(cell.weight * _mean(cell.played) for cell in cells) / weight
    without_it = sum(cell.weight * _mean(cell.others) for cell in cells) / weight
    return Effect(counted.played, counted.others, with_it, without_it)


def _told(effect: Effect, difference: float, error: float) -> Effect:
    interval = Interval(difference - Z * error, difference + Z * error)
    return Effect(
        effect.played, effect.others, effect.with_it, effect.without_it, Difference(difference, interval)
    )


def _p(cell: Cell) -> float:
    ours, theirs, n1, n0 = _counts(cell)
    return (n1**2 * theirs - n0**2 * ours + n1 * n0 * (n0 - n1) / 2) / (n1 + n0) ** 2


def _q(cell: Cell) -> float:
    ours, theirs, n1, n0 = _counts(cell)
    return (ours * (n0 - theirs) + theirs * (n1 - ours)) / (2 * (n1 + n0))


def _counts(cell: Cell) -> tuple[float, float, int, int]:
    return sum(cell.played), sum(cell.others), len(cell.played), len(cell.others)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
