"""On which day of a wave somebody's turn is. Pure, and the same whenever it is asked again."""

from __future__ import annotations

from crm.drawing import number_of


def day_of(key: str, *, days: int) -> int:
    """On which of so many days, from 0. The database counts the same: see `waves`."""
    return number_of(key) % days
