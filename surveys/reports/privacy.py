"""What is not shown of anonymous answers: groups under five, and what would tell them by subtraction. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from surveys.scores import FEWEST_ANONYMOUS, Counts

Key = TypeVar("Key", bound=Hashable)


def hidden(parts: Mapping[Key, Counts]) -> set[Key]:
    """Which of these parts of a whole are not shown.

    Those under five; and where all of these together are under five too, the next smallest beside them: else they are
    the whole less what is shown.
    """
    by_size = sorted(parts, key=lambda part: (of(parts[part]), str(part)))
    found: set[Key] = set()
    together = 0
    for part in by_size:
        size = of(parts[part])
        if size >= FEWEST_ANONYMOUS and not 0 < together < FEWEST_ANONYMOUS:
            break
        if size:
            found.add(part)
            together += size
    return found


def is_hidden(counts: Counts, *, among: Counts) -> bool:
    """A whole that was narrowed from a larger one: either it or what was left out may be somebody."""
    left_out = of(among) - of(counts)
    return 0 < of(counts) < FEWEST_ANONYMOUS or 0 < left_out < FEWEST_ANONYMOUS


def of(counts: Counts) -> int:
    return sum(counts.values())
