"""A day is to be counted anew: something of it happened, was heard of late, or is taken back.

A mark is written after what it tells of, so whoever counts by a mark sees that. Marks of one day are one row, whose
turn grows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from crm import company
from crm.facts import Fact
from crm.models import TimelineEntry
from crm.rollups.rollup import Moments, dimension_facts, rollups

# Before these, and beyond, is nothing that can be believed: a shop's clock was wrong.
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)
DAY = timedelta(days=1)

MARK = """
INSERT INTO crm_staleday AS s (rollup, "on", turn, since)
SELECT told.rollup, told.day, 1, coalesce(%(at)s::timestamptz, now())
FROM unnest(%(rollups)s::text[], %(days)s::date[]) AS told(rollup, day)
ORDER BY 1, 2
ON CONFLICT (rollup, "on") DO UPDATE SET turn = s.turn + 1
"""


def mark_heard(entries: Sequence[TimelineEntry], *, at: datetime) -> int:
    """Mark every day that these entries change. Returns how many marks. Repeats do no harm.

    Locks the marks of these days until the transaction ends.
    """
    days: dict[tuple[str, date], None] = {}
    changed = set(_days(entries, dimension_facts(), _from_first_to_last))
    for one in rollups():
        moved = dict.fromkeys(dimension_facts(), one.stale_after_moves)
        for day in (*_days(entries, one.stale, _each), *_days(entries, moved, _each), *changed):
            days[one.name, day] = None
    return _mark(days, at=at)


def mark(rollup: str, days: Iterable[date], *, at: datetime | None) -> int:
    """As `mark_heard`, where it is known which days. `at` empty: now, by the database's clock."""
    return _mark({(rollup, day): None for day in days}, at=at)


def mark_all_rollups(days: Iterable[date], *, at: datetime | None) -> int:
    """Somebody is of another category from these days on."""
    its = set(days)
    return _mark({(one.name, day): None for one in rollups() for day in its}, at=at)


def between(first: date, last: date) -> list[date]:
    """Both included; nothing that lies beyond belief."""
    first, last = max(first, EARLIEST), min(last, LATEST)
    return [first + n * DAY for n in range((last - first).days + 1)]


def _days(
    entries: Sequence[TimelineEntry],
    facts: Mapping[type[Fact], Moments],
    spread: Callable[[list[date]], Collection[date]],
) -> Iterable[date]:
    clock = company.current().clock
    for fact, moments_of in facts.items():
        its = [entry for entry in entries if entry.kind == fact.kind]
        if its:
            yield from spread([moment.astimezone(clock).date() for moment in moments_of(its)])


def _each(days: list[date]) -> Collection[date]:
    return days


def _from_first_to_last(days: list[date]) -> Collection[date]:
    return between(min(days), max(days)) if days else ()


def _mark(days: Collection[tuple[str, date]], *, at: datetime | None) -> int:
    if not days:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            MARK, {"rollups": [name for name, _on in days], "days": [on for _name, on in days], "at": at}
        )
    return len(days)
