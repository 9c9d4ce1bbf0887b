"""When points can be spent, and when they go: pure, by what a programme says on the day they are earned."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Says(Protocol):
    """What a programme says."""

    pending_days: int
    expiry: str
    expiry_months: int
    expiry_month: int
    expiry_day: int


def available_at(programme: Says, earned_at: datetime) -> datetime | None:
    """Nothing: at once."""
    return earned_at + timedelta(days=programme.pending_days) if programme.pending_days else None


def expires_at(programme: Says, earned_at: datetime, clock: tzinfo) -> datetime | None:
    """Nothing: never, or with the wallet, when nothing is bought for a time. The last day is whole."""
    match programme.expiry:
        case "after_earning":
            return months_later(earned_at, programme.expiry_months, clock)
        case "calendar":
            return _next_day_of_the_year(programme, earned_at, clock)
    return None


def months_later(moment: datetime, months: int, clock: tzinfo) -> datetime:
    """The end of that day on the company's clock; of a shorter month its last day."""
    local = moment.astimezone(clock)
    place = local.year * 12 + local.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return _end_of(date(year, month, min(local.day, monthrange(year, month)[1])), clock)


def _next_day_of_the_year(programme: Says, earned_at: datetime, clock: tzinfo) -> datetime:
    """The first such day that leaves any time to spend the points."""
    spendable = available_at(programme, earned_at) or earned_at
    year = spendable.astimezone(clock).year
    ends = (_end_of(_day_in(programme, which), clock) for which in (year, year + 1))
    return next(end for end in ends if end > spendable)


def _day_in(programme: Says, year: int) -> date:
    last = monthrange(year, programme.expiry_month)[1]
    return date(year, programme.expiry_month, min(programme.expiry_day, last))


def _end_of(day: date, clock: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, clock)
