"""How many answered what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.measures.intervals import Share
from surveys.scores.measures import Group, Measure
from surveys.scores.score import Counts


@dataclass(frozen=True)
class Part:
    """Of all who answered, those of one sort."""

    group: Group
    share: Share


def distribution(counts: Counts, *, low: int, high: int) -> Sequence[tuple[int, Share]]:
    """Every value of the scale, from the lowest, also those that nobody chose."""
    n = sum(counts.values())
    return [(value, Share(counts.get(value, 0), n)) for value in range(low, high + 1)]


def parts(counts: Counts, measure: Measure) -> Sequence[Part]:
    """From the best to the worst."""
    n = sum(counts.values())
    return [Part(group, Share(_within(counts, group), n)) for group in measure.groups]


def _within(counts: Counts, group: Group) -> int:
    return sum(count for value, count in counts.items() if group.low <= value <= group.high)
