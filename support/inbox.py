"""The inbox: which tickets stand in which view, in what order, a page at a time, and how many there are, up to a bound.

Reads only. Never a COUNT of everything, never an OFFSET; as many queries for a full page as for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.core import signing
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from crm import customer_page
from crm.customer_page import Mark
from crm.messages.channel_names import CHANNELS
from crm.people import same_person
from support.models import Clock, Promise, Ticket
from support.models.tagging import Category
from support.models.ticket import TicketQuerySet
from support.sight import Sight

PAGE = 50
COUNTED_AT_MOST = 100
# What falls due within it burns already.
BURNS = timedelta(minutes=30)


class BadPlace(ValueError):
    """The place to go on from was not made by us."""


@dataclass(frozen=True)
class Phase:
    """A stretch of an order: rows that fit, by one moment, and by id where it is the same."""

    which: Q
    moment: str
    descending: bool = False

    @property
    def order(self) -> tuple[str, str]:
        sign = "-" if self.descending else ""
        return f"{sign}{self.moment}", f"{sign}pk"

    def after(self, moment: datetime, pk: int) -> Q:
        way = "lt" if self.descending else "gt"
        beyond = Q(**{f"{self.moment}__{way}": moment}) | Q(**{f"pk__{way}": pk})
        return Q(**{f"{self.moment}__{way}e": moment}) & beyond


URGENT = (
    Phase(Q(next_due_at__isnull=False), "next_due_at"),
    Phase(Q(next_due_at=None), "last_message_at", descending=True),
)
NEWEST = (Phase(Q(), "last_message_at", descending=True),)
SORTINGS: Mapping[str, Sequence[Phase]] = {"urgent": URGENT, "newest": NEWEST}


@dataclass(frozen=True)
class Place:
    """Behind a ticket in an order."""

    phase: int
    moment: datetime
    pk: int

    def __str__(self) -> str:
        return signing.dumps([self.phase, self.moment.isoformat(), self.pk], salt="inbox")

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises BadPlace."""
        try:
            phase, moment, pk = signing.loads(text, salt="inbox")
        except signing.BadSignature as error:
            raise BadPlace from error
        return cls(phase, datetime.fromisoformat(moment), pk)


Narrow = Callable[[TicketQuerySet, Sight, datetime], TicketQuerySet]


@dataclass(frozen=True, kw_only=True)
class View:
    """`order`: where it has one of its own; else the reader chooses. `keys` leads there."""

    name: str
    label: str | Lazy
    icon: str
    narrow: Narrow
    keys: str
    empty: str | Lazy
    order: Sequence[Phase] | None = None
    mood: str = ""


def _awake(tickets: TicketQuerySet, at: datetime) -> TicketQuerySet:
    return tickets.at_work().awake(at)


def _mine(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    return _awake(tickets, at).filter(assignee=sight.reader)


def _team(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    """Of the reader's teams; whoever is in none sees all that they may see."""
    its = _awake(tickets, at)
    return its.filter(team__in=sight.teams) if sight.teams else its


def _unassigned(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    return _awake(tickets, at).filter(assignee=None)


def _breaching(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    return _awake(tickets, at).filter(next_due_at__lt=at + BURNS)


def _snoozed(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    return tickets.at_work().filter(snoozed_until__gt=at)


def _promises(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    """From the promises, of which few are open, to their tickets; those of a merged one are of where it goes on."""
    goes_on = Coalesce("ticket__merged_into", "ticket")
    return tickets.at_work().filter(pk__in=Promise.objects.open().values_list(goes_on))


def _resolved(tickets: TicketQuerySet, sight: Sight, at: datetime) -> TicketQuerySet:
    return tickets.filter(category=Category.RESOLVED)


VIEWS: Sequence[View] = (
    View(
        name="mine",
        label=_("Mine"),
        icon="user",
        narrow=_mine,
        keys="g m",
        empty=_("You have no open tickets. Those of your team wait under g t."),
    ),
    View(
        name="team",
        label=_("The team's"),
        icon="users",
        narrow=_team,
        keys="g t",
        empty=_("Everybody has an answer. What customers write next appears here by itself."),
    ),
    View(
        name="unassigned",
        label=_("Nobody's"),
        icon="ticket",
        narrow=_unassigned,
        keys="g u",
        empty=_("Every ticket has somebody who looks after it."),
    ),
    View(
        name="breaching",
        label=_("Burning"),
        icon="warning",
        narrow=_breaching,
        keys="g f",
        mood="bad",
        empty=_("Nothing is late, and nothing falls due within half an hour."),
    ),
    View(
        name="snoozed",
        label=_("Put off for later"),
        icon="clock",
        narrow=_snoozed,
        keys="g z",
        order=(Phase(Q(snoozed_until__isnull=False), "snoozed_until"),),
        empty=_("Nothing is put off. Press z in a ticket, and it comes back at the hour you name."),
    ),
    View(
        name="promises",
        label=_("Promises"),
        icon="phone",
        narrow=_promises,
        keys="g y",
        empty=_("No promise is open. Promise something in a ticket, and it is reminded of in time."),
    ),
    View(
        name="resolved",
        label=_("Resolved"),
        icon="check",
        narrow=_resolved,
        keys="g e",
        order=(Phase(Q(resolved_at__isnull=False), "resolved_at", descending=True),),
        empty=_("Nothing was resolved lately."),
    ),
)
BY_NAME: Mapping[str, View] = {view.name: view for view in VIEWS}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a reader asked to see, as it stands in the address."""

    view: View = BY_NAME["team"]
    channel: str = ""
    topic: int | None = None
    tag: int | None = None
    tier: str = ""
    language: str = ""
    sorting: str = "urgent"

    @classmethod
    def from_query(cls, query: QueryDict, *, otherwise: str = "team") -> Choice:
        return cls(
            view=BY_NAME.get(query.get("view", ""), BY_NAME[otherwise]),
            channel=query.get("channel", "") if query.get("channel", "") in CHANNELS else "",
            topic=_pk(query.get("topic", "")),
            tag=_pk(query.get("tag", "")),
            tier=query.get("tier", "")[:50].replace("\0", ""),
            language=query.get("language", "")[:5].replace("\0", ""),
            sorting=query.get("sort", "") if query.get("sort", "") in SORTINGS else "urgent",
        )

    def query(self, **more: str) -> str:
        """The address for the same choice, with these changes; without what is as ever."""
        pairs = {
            "view": self.view.name,
            "channel": self.channel,
            "topic": str(self.topic or ""),
            "tag": str(self.tag or ""),
            "tier": self.tier,
            "language": self.language,
            "sort": "" if self.sorting == "urgent" else self.sorting,
            **more,
        }
        found = QueryDict(mutable=True)
        found.update({name: value for name, value in pairs.items() if value})
        return found.urlencode()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.channel or self.topic or self.tag or self.tier or self.language)

    @property
    def phases(self) -> Sequence[Phase]:
        return self.view.order or SORTINGS[self.sorting]

    def tickets(self, sight: Sight, *, at: datetime) -> TicketQuerySet:
        """All of them, in no order."""
        tickets = self.view.narrow(sight.of(Ticket.objects.filter(merged_into=None)), sight, at)
        for name, value in (
            ("channel", self.channel),
            ("topic", self.topic),
            ("tags", self.tag),
            ("language", self.language),
        ):
            tickets = tickets.filter(**{name: value}) if value else tickets
        if self.tier:
            tickets = tickets.filter(customer__in=customer_page.marks().bearing(self.tier, at=at))
        return tickets


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a row shows beside the ticket itself."""

    ticket: Ticket
    mark: Mark | None = None
    began_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    lines: Sequence[Line]
    next: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """Of one view or saved view. `is_cut`: there are more than anybody counts."""

    number: int = 0
    is_cut: bool = False


def read(choice: Choice, sight: Sight, *, at: datetime, after: Place | None = None, size: int = PAGE) -> Page:
    """One page. Two queries for its tickets at most, one for each kind of what stands beside them."""
    tickets = choice.tickets(sight, at=at).select_related("customer", "topic", "assignee", "sub_state")
    found: list[tuple[int, Ticket]] = []
    for number, phase in enumerate(choice.phases):
        if after and number < after.phase:
            continue
        rows = tickets.filter(phase.which).order_by(*phase.order)
        if after and number == after.phase:
            rows = rows.filter(phase.after(after.moment, after.pk))
        found += [(number, ticket) for ticket in rows[: size + 1 - len(found)]]
        if len(found) > size:
            break
    shown = found[:size]
    place = None
    if len(found) > size:
        number, last = shown[-1]
        place = Place(number, getattr(last, choice.phases[number].moment), last.pk)
    return Page(lines=lines([ticket for _number, ticket in shown], at=at), next=place)


def lines(tickets: Sequence[Ticket], *, at: datetime) -> list[Line]:
    """Rows of these tickets, in this order. Three queries, none for none."""
    if not tickets:
        return []
    marks = marks_of({ticket.customer_id for ticket in tickets}, at=at)
    began = _beginnings([ticket.pk for ticket in tickets if ticket.next_due_at])
    return [
        Line(
            ticket=ticket,
            mark=marks.get(ticket.customer_id),
            began_at=began.get((ticket.pk, ticket.next_due_kind)),
        )
        for ticket in tickets
    ]


def marks_of(people: Collection[int], *, at: datetime) -> dict[int, Mark]:
    """How each of them stands, by any id of the person. Two queries."""
    ids = same_person.ids_of_each(people)
    known = customer_page.marks().of(list(chain.from_iterable(ids.values())), at=at)
    found = {pk: next((known[one] for one in its if one in known), None) for pk, its in ids.items()}
    return {pk: mark for pk, mark in found.items() if mark}


def counts(asked: Mapping[str, Choice], sight: Sight, *, at: datetime) -> dict[str, Count]:
    """How many tickets each of these choices has, up to a bound. One query for all of them."""
    parts = [
        choice.tickets(sight, at=at)
        .order_by()
        .annotate(of=Value(name))
        .values_list("of", flat=True)[:COUNTED_AT_MOST]
        for name, choice in asked.items()
    ]
    if not parts:
        return {}
    names = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    return {name: _count(names.count(name)) for name in asked}


def _count(number: int) -> Count:
    return Count(number=min(number, COUNTED_AT_MOST - 1), is_cut=number >= COUNTED_AT_MOST)


def _beginnings(ids: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """When the clocks that run on these tickets began, by ticket and kind; of several the latest."""
    going = Clock.objects.going().filter(ticket__in=ids).order_by("began_at")
    return {(ticket, kind): began for ticket, kind, began in going.values_list("ticket", "kind", "began_at")}


def _pk(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
