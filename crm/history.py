"""Reading a customer's timeline: pages by key in both directions, from a date, through filters.

Never a COUNT of a whole timeline, never an OFFSET.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db.models import Q, QuerySet

from crm.colleagues import own_shops
from crm.facts.base import FACTS, Group, kinds_of
from crm.models import Customer, TimelineEntry, User
from crm.people.same_person import ids_of

PAGE = 50
COUNTED_AT_MOST = 1000


class BadCursor(ValueError):
    """The place to go on from was not made by us."""


@dataclass(frozen=True)
class Place:
    """Between two entries of one timeline: (occurred_at, id) of the one it stands at."""

    occurred_at: datetime
    id: int

    @classmethod
    def of(cls, entry: TimelineEntry) -> Place:
        return cls(entry.occurred_at, entry.pk)

    def __str__(self) -> str:
        return signing.dumps([self.occurred_at.isoformat(), self.id], salt="timeline")

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises BadCursor."""
        try:
            moment, pk = signing.loads(text, salt="timeline")
        except signing.BadSignature as error:
            raise BadCursor from error
        return cls(datetime.fromisoformat(moment), pk)


@dataclass(frozen=True)
class Page:
    """Entries newest first; `older` and `newer` are places to go on from, None where there is nothing more."""

    entries: list[TimelineEntry]
    older: Place | None
    newer: Place | None


def page(
    entries: QuerySet[TimelineEntry],
    *,
    older_than: Place | None = None,
    newer_than: Place | None = None,
    at: datetime | None = None,
    limit: int = PAGE,
) -> Page:
    """One page of `entries` (made by `of` and `only`), newest first.

    `older_than` goes on backwards, `newer_than` forwards, `at` jumps to the newest entry not after that moment.
    One query, whose cost depends on the page and not on the length of the timeline.
    """
    if newer_than:
        return _newer_page(entries, newer_than, limit)
    found = entries.order_by("-occurred_at", "-id")
    if older_than:
        found = found.filter(_before(older_than))
    elif at:
        found = found.filter(occurred_at__lte=at)
    read = list(found[: limit + 1])
    shown = read[:limit]
    moved = older_than is not None or at is not None
    return Page(
        entries=shown,
        older=Place.of(shown[-1]) if len(read) > limit else None,
        newer=Place.of(shown[0]) if shown and moved else None,
    )


def _newer_page(entries: QuerySet[TimelineEntry], place: Place, limit: int) -> Page:
    read = list(entries.filter(_after(place)).order_by("occurred_at", "id")[: limit + 1])
    shown = list(reversed(read[:limit]))
    return Page(
        entries=shown,
        older=Place.of(shown[-1]) if shown else None,
        newer=Place.of(shown[0]) if len(read) > limit else None,
    )


def read_by(reader: User, customer: Customer) -> QuerySet[TimelineEntry]:
    """What of it this colleague may read: see crm.colleagues.own_shops."""
    return own_shops.entries_seen_by(reader, of(customer))


def of(customer: Customer) -> QuerySet[TimelineEntry]:
    """Everything on this person's timeline: of a survivor, what happened to those merged into them as well.

    One query of its own, unless the customer was read by crm.people.same_person.with_ids.
    """
    ids = ids_of(customer)
    if len(ids) == 1:
        return TimelineEntry.objects.filter(customer=ids[0])  # an equality walks the index in its order
    return TimelineEntry.objects.filter(customer__in=ids)


def only(
    entries: QuerySet[TimelineEntry],
    *,
    groups: Sequence[str] = (),
    kinds: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> QuerySet[TimelineEntry]:
    """Narrowed to chips, kinds and channels; an empty filter lets everything through."""
    wanted = [*kinds, *kinds_of(list(groups))]
    if wanted or groups:
        entries = entries.filter(kind__in=wanted)
    return entries.filter(channel__in=channels) if channels else entries


def counts(entries: QuerySet[TimelineEntry]) -> dict[str, int]:
    """How many of the latest COUNTED_AT_MOST entries stand under each chip and channel.

    For example {"orders": 12, "channel:online": 3}.
    """
    latest = entries.order_by("-occurred_at", "-id").values_list("kind", "channel")[:COUNTED_AT_MOST]
    found: Counter[str] = Counter()
    for kind, channel in latest:
        found[FACTS[kind].group if kind in FACTS else Group.OTHER] += 1
        if channel:
            found[f"channel:{channel}"] += 1
    return dict(found)


# The first condition lets the index start in the right place; the second settles entries of the same moment.
def _before(place: Place) -> Q:
    return Q(occurred_at__lte=place.occurred_at) & (Q(occurred_at__lt=place.occurred_at) | Q(id__lt=place.id))


def _after(place: Place) -> Q:
    return Q(occurred_at__gte=place.occurred_at) & (Q(occurred_at__gt=place.occurred_at) | Q(id__gt=place.id))
