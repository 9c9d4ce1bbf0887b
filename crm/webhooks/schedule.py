"""When to knock again: the schedule of the Standard Webhooks specification, and the pace of an address that fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import uniform

# Behind the first attempt, which is made at once.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = 1 + len(PAUSES)
GONE = 410
SLOW_DOWN = frozenset({429, 502, 503, 504})
# Unless the answer says how long.
USUAL_PACE = timedelta(seconds=10)
LONGEST_PACE = timedelta(hours=1)
# After so many failures in a row an address is in trouble: one request at a time, after growing pauses.
TROUBLE = 3
FIRST_PROBE = timedelta(seconds=5)
LONGEST_PROBE = timedelta(minutes=5)


def next_try(attempts: int, at: datetime) -> datetime | None:
    """After so many attempts, with jitter; None: the schedule is over."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return at + PAUSES[attempts - 1] * uniform(1.0, 1.1)  # noqa: S311 - jitter, not a secret


def pace(failures_in_a_row: int, at: datetime) -> datetime | None:
    """Before when an address in trouble is not knocked at again; None: it is not in trouble."""
    if failures_in_a_row < TROUBLE:
        return None
    times: int = 2 ** min(failures_in_a_row - TROUBLE, 10)
    return at + min(FIRST_PROBE * times, LONGEST_PROBE)


def asked_to_wait(status: int | None, headers: Mapping[str, str], at: datetime) -> datetime | None:
    """Until when an answer asks for patience, an hour at most. `Retry-After` holds seconds or a date (RFC 9110)."""
    if status not in SLOW_DOWN:
        return None
    asked = _moment_in(headers.get("retry-after", ""), at)
    bounded: datetime = at + USUAL_PACE if asked is None else min(max(asked, at), at + LONGEST_PACE)
    return bounded


def _moment_in(text: str, at: datetime) -> datetime | None:
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return at + timedelta(seconds=int(text))
    try:
        asked = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return asked if asked.tzinfo else None
