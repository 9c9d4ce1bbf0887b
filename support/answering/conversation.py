"""What was said and done in a ticket, as one list: messages, calls, notes and events, the latest page first.

Reads only. The kinds stand in tables of their own, each in the order of its ids; a page is what is latest at the
heads of all of them, and a place is how far each of them was read. So nothing is skipped or shown twice, whatever came
late, and the cost is that of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.core import signing
from django.db.models import Q, QuerySet

from crm.models import Message
from support.models import Note, Ticket, TicketCall, TicketEvent

PAGE = 30
KINDS = ("message", "note", "event", "call")


class BadPlace(ValueError):
    """The place to go on from was not made by us."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """`kind`: message, call, note or event, and the row of that kind."""

    kind: str
    at: datetime
    row: Any

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.row.pk}"


@dataclass(frozen=True)
class Place:
    """Ids of each kind: before them (None: nothing was read of it yet)."""

    message: int | None = None
    note: int | None = None
    event: int | None = None
    call: int | None = None

    def __str__(self) -> str:
        return signing.dumps([self.message, self.note, self.event, self.call], salt="conversation")

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises BadPlace."""
        try:
            return cls(*signing.loads(text, salt="conversation"))
        except (signing.BadSignature, TypeError) as error:
            raise BadPlace from error


@dataclass(frozen=True, kw_only=True)
class Page:
    """Oldest first, as one reads. `older` goes on before it; `newest` is where news will come after."""

    items: Sequence[Item]
    older: Place | None
    newest: Place


Rows: TypeAlias = "QuerySet[Any]"


def latest(ticket: Ticket, *, before: Place | None = None, size: int = PAGE) -> Page:
    """Six queries, whatever the ticket's length."""
    at = before or Place()
    heads = {kind: _before(_rows(ticket, kind), getattr(at, kind), kind)[: size + 1] for kind in KINDS}
    lists = {kind: [_item(kind, row) for row in rows] for kind, rows in heads.items()}
    newest = Place(**{kind: items[0].row.pk for kind, items in lists.items() if items})
    found: list[Item] = []
    while len(found) < size and any(lists.values()):
        kind = max((kind for kind in KINDS if lists[kind]), key=lambda kind: lists[kind][0].at)
        found.append(lists[kind].pop(0))
    older = _reached(found, at) if any(lists.values()) else None
    return Page(items=found[::-1], older=older, newest=newest)


def since(ticket: Ticket, place: Place, *, size: int = PAGE) -> list[Item]:
    """What came after this place, oldest first."""
    found = [
        _item(kind, row)
        for kind in KINDS
        for row in _rows(ticket, kind).filter(**{f"{_KEYS[kind]}__gt": getattr(place, kind) or 0})[:size]
    ]
    return sorted(found, key=lambda item: item.at)


def moved(place: Place, items: Sequence[Item]) -> Place:
    """The place behind all of these."""
    ids = {kind: getattr(place, kind) or 0 for kind in KINDS}
    for item in items:
        ids[item.kind] = max(ids[item.kind], item.row.pk)
    return Place(**ids)


_KEYS = {"message": "place__message", "note": "pk", "event": "pk", "call": "pk"}


def as_item(message: Message) -> Item:
    return _item("message", message)


def messages_of(ticket: Ticket) -> Rows:
    """As a page shows them, the latest first. What was quoted is read when somebody asks for it."""
    its = Message.objects.filter(place__ticket=ticket).select_related("author", "account", "customer")
    told = its.annotate(has_uncut=~Q(uncut_text=""), has_html=~Q(html="")).defer("uncut_text", "html")
    return told.prefetch_related("attachments").order_by("-place__message")


def _notes(ticket: Ticket) -> Rows:
    return Note.objects.filter(ticket=ticket).select_related("author").order_by("-pk")


def _events(ticket: Ticket) -> Rows:
    return TicketEvent.objects.filter(ticket=ticket).select_related("actor").order_by("-pk")


def _calls(ticket: Ticket) -> Rows:
    return TicketCall.objects.filter(ticket=ticket).select_related("call__colleague").order_by("-pk")


_READERS: dict[str, Callable[[Ticket], Rows]] = {
    "message": messages_of,
    "note": _notes,
    "event": _events,
    "call": _calls,
}


def _rows(ticket: Ticket, kind: str) -> Rows:
    return _READERS[kind](ticket)


def _before(rows: Rows, pk: int | None, kind: str) -> Rows:
    return rows if pk is None else rows.filter(**{f"{_KEYS[kind]}__lt": pk})


def _item(kind: str, row: Any) -> Item:
    moment = {"message": "recorded_at", "note": "written_at", "event": "at", "call": "placed_at"}[kind]
    return Item(kind=kind, at=getattr(row, moment), row=row)


def _reached(found: Sequence[Item], at: Place) -> Place:
    """How far each kind was read: the lowest id that is shown, or where it began."""
    lowest = {kind: getattr(at, kind) for kind in KINDS}
    for item in found:
        lowest[item.kind] = item.row.pk
    return Place(**lowest)
