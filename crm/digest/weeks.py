"""Which week a letter tells of. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from crm.dashboards.periods import Period

WEEK = timedelta(days=7)
# By then the night's figures are counted, and whoever reads it in the morning has it.
SENT_FROM_HOUR = 8


def week_to_tell(now: datetime) -> date:
    """The Monday of the latest week that is over and may be told of; `now` is on the company's clock."""
    monday = now.date() - timedelta(days=now.weekday())
    is_too_early = now.date() == monday and now.hour < SENT_FROM_HOUR
    return monday - (2 * WEEK if is_too_early else WEEK)


def period_of_week(monday: date) -> Period:
    return Period(monday, monday + WEEK - timedelta(days=1))
