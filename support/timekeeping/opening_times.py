"""Hours of a day as people type them: “10:00–14:00, 15:00–17:00”. Pure."""

from __future__ import annotations

import re
from datetime import time

from support.timekeeping.business_time import Hours, UnusableHours, refuse_overlaps

TYPED = re.compile(r"\s*(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})\s*")


def read_times(text: str) -> tuple[Hours, ...]:
    """None for an empty text. Closing at 24:00 or 00:00 is the end of the day.

    Raises:
        UnusableHours: it cannot be read, or its hours overlap.
    """
    if not text.strip():
        return ()
    hours = tuple(_read(part) for part in text.split(","))
    refuse_overlaps(hours)
    return hours


def _read(part: str) -> Hours:
    found = TYPED.fullmatch(part)
    if not found:
        raise UnusableHours("Hours are two times with a dash between them.")
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
    if (closes_hour, closes_minute) == (24, 0):
        closes_hour = 0
    try:
        return Hours(time(opens_hour, opens_minute), time(closes_hour, closes_minute))
    except UnusableHours:
        raise
    except ValueError as impossible:
        raise UnusableHours("A day has 24 hours of 60 minutes.") from impossible
