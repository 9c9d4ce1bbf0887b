"""A page of history made ready to be read: by day, with the words, the drawing and the marks of each entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from crm import history
from crm.facts import Fact, Group
from crm.history import Page, Place
from crm.messages.channel_names import CHANNELS, channel_icon, channel_name
from crm.models import Customer, TimelineEntry, User
from crm.search import searching
from crm.words.wording import near, near_day

LATE_AFTER = timedelta(minutes=10)
GROUP_ICONS = {
    Group.ORDERS: "order",
    Group.POINTS: "gift",
    Group.MESSAGES: "chat",
    Group.CALLS: "phone",
    Group.SURVEYS: "survey",
    Group.CONSENTS: "lock",
    Group.NOTES: "note",
    Group.PERSON: "user",
    Group.OTHER: "star",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry. `arrived_later` says when we heard of it, if that was long after it happened."""

    entry: TimelineEntry
    fact: Fact
    icon: str
    mood: str
    url: str
    arrived_later: str

    @property
    def is_note(self) -> bool:
        return self.fact.group == Group.NOTES

    @property
    def channel(self) -> Any:
        return channel_name(self.entry.channel) if self.entry.channel else ""


@dataclass(frozen=True)
class Day:
    on: date
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Chip:
    value: str
    label: Any
    icon: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Choice:
    """What the reader asked to see, as it stands in the address."""

    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    day: date | None = None
    find: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Choice:
        return cls(
            groups=tuple(group for group in query.getlist("group") if group in Group.values),
            channels=tuple(query.getlist("channel")),
            kinds=tuple(query.getlist("kind")),
            day=_day(query.get("day", "")),
            find=searching.tidy(query.get("find", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.groups or self.channels or self.kinds or self.find)

    def query(self, **more: str) -> str:
        """The address's query for the same choice, from another place on."""
        pairs = [("group", value) for value in self.groups] + [("channel", value) for value in self.channels]
        pairs += [("kind", value) for value in self.kinds]
        pairs += [("find", self.find)] if self.find else []
        return urlencode([*pairs, *more.items()])


def read(customer: Customer, choice: Choice, *, reader: User, older: str = "", newer: str = "") -> Page:
    """Raises history.BadCursor."""
    entries = history.only(
        history.read_by(reader, customer).select_related("actor", "shop"),
        groups=choice.groups,
        kinds=choice.kinds,
        channels=choice.channels,
    )
    if choice.find:
        entries = searching.holding(choice.find, entries)
    return history.page(
        entries,
        older_than=Place.parse(older) if older else None,
        newer_than=Place.parse(newer) if newer else None,
        at=_end_of(choice.day) if choice.day else None,
    )


def days(entries: Iterable[TimelineEntry], *, today: date) -> list[Day]:
    by_day = groupby(entries, key=lambda entry: timezone.localdate(entry.occurred_at))
    return [Day(on, near_day(on, today), [_row(entry) for entry in of_day]) for on, of_day in by_day]


def chips(customer: Customer, choice: Choice, *, reader: User) -> tuple[list[Chip], list[Chip]]:
    """Groups and channels that this timeline has, with how many of the latest entries stand under each."""
    counts = history.counts(history.read_by(reader, customer))
    groups = [
        Chip(group.value, group.label, GROUP_ICONS[group], counts.get(group, 0), group in choice.groups)
        for group in Group
        if counts.get(group) or group in choice.groups
    ]
    known = [key.removeprefix("channel:") for key in counts if key.startswith("channel:")]
    order = {name: position for position, name in enumerate(CHANNELS)}
    channels = [
        Chip(name, channel_name(name), channel_icon(name), counts[f"channel:{name}"], name in choice.channels)
        for name in sorted(known, key=lambda name: order.get(name, len(order)))
    ]
    return groups, channels


def rows(entries: Iterable[TimelineEntry]) -> list[Row]:
    return [_row(entry) for entry in entries]


def _row(entry: TimelineEntry) -> Row:
    fact = entry.fact
    by_channel = fact.group in (Group.MESSAGES, Group.CALLS) and entry.channel
    return Row(
        entry=entry,
        fact=fact,
        icon=channel_icon(entry.channel) if by_channel else fact.icon,
        mood=fact.mood,
        url=_url_of(entry),
        arrived_later=near(entry.recorded_at) if _came_late(entry) else "",
    )


def _came_late(entry: TimelineEntry) -> bool:
    return not entry.is_history and entry.recorded_at - entry.occurred_at > LATE_AFTER


def _url_of(entry: TimelineEntry) -> str:
    """Where the subject of an entry can be looked at, if there is a page for it."""
    if not (entry.subject_type and entry.subject_id):
        return ""
    try:
        return reverse(f"admin:{entry.subject_type.replace('.', '_')}_change", args=[entry.subject_id])
    except NoReverseMatch:
        return ""


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
