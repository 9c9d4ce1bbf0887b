"""The order of history: every entry's gapless position, in commit order. Shops read it for a loss-free sync."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max, Q, QuerySet

from crm.models import FeedRow, TimelineEntry

MOST_AT_ONCE = 1000
SEEN_BY_SHOPS = (TimelineEntry.Visibility.CUSTOMER, TimelineEntry.Visibility.AGENT)


def sequence(at_most: int = MOST_AT_ONCE) -> int:
    """Give waiting entries their positions; returns how many. Safe to call from anywhere, by many at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_sequence_feed(%s)", [at_most])
        return int(cursor.fetchone()[0])


def head() -> int:
    """The last position given so far; 0 in an empty feed."""
    return FeedRow.objects.aggregate(last=Max("position"))["last"] or 0


def after(position: int, *, window: int) -> QuerySet[FeedRow]:
    """The rows behind `position`, within a window of positions (they are gapless), with their entries."""
    return (
        FeedRow.objects.filter(position__gt=position, position__lte=position + window)
        .select_related("entry")
        .order_by("position")
    )


def of_shop(shop_id: int, rows: QuerySet[FeedRow]) -> QuerySet[FeedRow]:
    """What a shop may know: its own and what is of no shop; what only managers may see stays inside."""
    return rows.filter(Q(entry__shop=shop_id) | Q(entry__shop=None), entry__visibility__in=SEEN_BY_SHOPS)


def entries_between(start: int, end: int, kinds: Sequence[str], *, with_history: bool) -> list[TimelineEntry]:
    """Entries of these kinds at positions in (start, end], in order."""
    found = TimelineEntry.objects.filter(
        feed_row__position__gt=start, feed_row__position__lte=end, kind__in=kinds
    )
    if not with_history:
        found = found.filter(is_history=False)
    return list(found.order_by("feed_row__position"))
