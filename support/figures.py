"""The desk's figures from its rows: what support.measures asks for, read in a fixed number of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from crm.among import Among
from crm.measures.intervals import Share
from crm.models import Call, Message
from crm.people.same_person import ids_of_each
from support.measures.first_contact import first_contact_resolution
from support.measures.handling import HEARTBEAT, Focus, handling_times
from support.measures.handling import Call as Talk
from support.measures.resolution import first_resolution, last_resolution, one_touch, reopen_rate
from support.measures.responses import first_response, next_response
from support.measures.stories import RESPONSES, Event, Matter, Story, united
from support.measures.waiting import Wait, Waits
from support.models import Calendar, Clock, ClockEvent, FocusStretch, Ticket, TicketCall, TicketEvent
from support.timekeeping.business_time import OpeningHours
from support.timekeeping.deadlines import Kind
from support.timekeeping.policies import hours_of

LOOK_BACK = timedelta(days=60)
"""So long before a period an issue of it may have begun."""

LONGEST_FOCUS = timedelta(hours=12)
"""So long may an agent look at a ticket without a break."""

UNSAID = (Message.State.HELD, Message.State.CANCELLED)
Moments: TypeAlias = dict[int, list[datetime]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """For what happened from `since` until just before `until`, as it is known at `at`."""

    since: datetime
    until: datetime
    at: datetime


@dataclass(frozen=True)
class Responses:
    """Of the conversations in which somebody waited for an answer in the time asked about."""

    stories: list[Story]
    asked: Asked

    def of(self, asked: Asked) -> Responses:
        """For a part of the time asked about."""
        return replace(self, asked=asked)

    @property
    def first(self) -> Waits:
        return first_response(self.stories, **vars(self.asked))

    @property
    def each(self) -> Waits:
        return next_response(self.stories, **vars(self.asked))

    def first_by(self, key_of: Callable[[Story], str]) -> dict[str, Waits]:
        """`first`, of the conversations of each key."""
        parts: dict[str, list[Story]] = defaultdict(list)
        for story in self.stories:
            parts[key_of(story)].append(story)
        return {key: first_response(its, **vars(self.asked)) for key, its in parts.items()}


@dataclass(frozen=True)
class Resolutions:
    """Of the tickets that were resolved in the time asked about."""

    stories: list[Story]
    asked: Asked

    def of(self, asked: Asked) -> Resolutions:
        """For a part of the time asked about."""
        return replace(self, asked=asked)

    @property
    def _cohort(self) -> dict[str, datetime]:
        return {"since": self.asked.since, "until": self.asked.until}

    @property
    def first(self) -> Waits:
        return first_resolution(self.stories, **self._cohort)

    @property
    def last(self) -> Waits:
        return last_resolution(self.stories, **self._cohort)

    @property
    def reopened(self) -> Share:
        return reopen_rate(self.stories, **self._cohort)

    @property
    def one_touch(self) -> Share:
        return one_touch(self.stories, **self._cohort)

    @property
    def at_first_contact(self) -> Share:
        return first_contact_resolution(self.stories, **vars(self.asked))


def responses(asked: Asked) -> Responses:
    waited = Clock.objects.filter(kind__in=RESPONSES, began_at__gte=asked.since, began_at__lt=asked.until)
    return Responses(_stories(waited.values_list("ticket", flat=True), kinds=RESPONSES), asked)


def resolutions(asked: Asked, *, topics: Collection[int] | None = None) -> Resolutions:
    """With everything that their people asked since LOOK_BACK before: a second contact may stand in another ticket.

    `topics`: only of what was about one of these.
    """
    tickets = dict(_resolved(asked, topics).values_list("clock__ticket", "clock__ticket__customer"))
    people = {pk for ids in ids_of_each(set(tickets.values())).values() for pk in ids}
    theirs = Ticket.objects.filter(Among("customer", people), opened_at__gte=asked.since - LOOK_BACK)
    ids = {*tickets, *theirs.values_list("pk", flat=True)}
    return Resolutions(_stories(ids, kinds=(Kind.RESOLUTION,), is_whole=True), asked)


def _resolved(asked: Asked, topics: Collection[int] | None = None) -> QuerySet[ClockEvent]:
    found = ClockEvent.objects.filter(
        kind=ClockEvent.Kind.FULFIL, clock__kind=Kind.RESOLUTION, at__gte=asked.since, at__lt=asked.until
    )
    return found if topics is None else found.filter(clock__ticket__topic__in=topics)


# A ticket, whatever goes on in it, and what it goes on in.
MERGED = """
WITH RECURSIVE linked AS (
  SELECT id, merged_into_id FROM support_ticket WHERE id = ANY(%s)
  UNION
  SELECT other.id, other.merged_into_id
  FROM linked CROSS JOIN LATERAL (
    SELECT id, merged_into_id FROM support_ticket WHERE id = linked.merged_into_id
    UNION ALL
    SELECT id, merged_into_id FROM support_ticket WHERE merged_into_id = linked.id
  ) other
)
SELECT id FROM linked
"""


def _stories(tickets: Iterable[int], *, kinds: Collection[str], is_whole: bool = False) -> list[Story]:
    """Conversations of these tickets and of all that were merged with them. `is_whole`: with messages and matters."""
    rows = list(_rows(_linked(tickets)))
    ids = [row.pk for row in rows]
    events, calendars = _events(ids, kinds)
    hours = _hours(set(calendars.values()))
    told = _told(rows, events) if is_whole else {}
    return united(
        Story(
            ticket=row.pk,
            hours=hours[calendars[row.pk]],
            events=events[row.pk],
            merged_into=row.merged_into_id,
            **told.get(row.pk, {}),
        )
        for row in rows
        if row.pk in events
    )


def _linked(tickets: Iterable[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(MERGED, [list(tickets)])
        return [pk for (pk,) in cursor.fetchall()]


def _rows(ids: Sequence[int]) -> QuerySet[Ticket]:
    return Ticket.objects.filter(Among("pk", ids)).only(
        "merged_into_id", "customer_id", "topic_id", "team_id"
    )


def _events(
    ids: Sequence[int], kinds: Collection[str]
) -> tuple[dict[int, list[Event]], dict[int, int | None]]:
    """What happened to the clocks of each ticket, in time, and by which calendar its first one goes."""
    events: dict[int, list[Event]] = {}
    calendars: dict[int, int | None] = {}
    wanted = Q(clock__kind__in=kinds) | Q(kind=ClockEvent.Kind.ESCALATE)
    rows = ClockEvent.objects.filter(wanted, Among("clock__ticket", ids)).order_by("at", "pk")
    for ticket, calendar, clock, of, kind, at, reason in rows.values_list(
        "clock__ticket", "clock__calendar", "clock", "clock__kind", "kind", "at", "reason"
    ):
        events.setdefault(ticket, []).append(Event(clock, Kind(of), kind, at, reason))
        calendars.setdefault(ticket, calendar)
    return events, calendars


def _hours(calendars: Collection[int | None]) -> dict[int | None, OpeningHours]:
    rows = Calendar.objects.whole().filter(pk__in=[pk for pk in calendars if pk])
    return {row.pk: hours_of(row) for row in rows} | {None: hours_of(None)}


def _told(rows: Sequence[Ticket], events: Mapping[int, Sequence[Event]]) -> dict[int, dict[str, Any]]:
    """What was said in each ticket and what it is about, as a Story has them."""
    ids = [row.pk for row in rows]
    contacts, replies = _messages(ids)
    passed_on = _passed_on(ids, replies)
    persons = ids_of_each({row.customer_id for row in rows})
    of_ticket = Ticket.orders.through.objects.filter(Among("ticket", ids)).values_list("ticket")
    orders = dict(of_ticket.annotate(Min("order")))
    return {
        row.pk: {
            "matter": _matter(row, persons[row.customer_id][0], orders.get(row.pk)),
            "contacts": contacts.get(row.pk, ()),
            "replies": replies.get(row.pk, ()),
            "escalations": [*_escalated(events.get(row.pk, ())), *passed_on.get(row.pk, ())],
        }
        for row in rows
    }


def _matter(ticket: Ticket, person: int, order: int | None) -> Matter | None:
    if order:
        return Matter(person, f"order {order}")
    return Matter(person, f"topic {ticket.topic_id}") if ticket.topic_id else None


def _messages(ids: Sequence[int]) -> tuple[Moments, Moments]:
    """When the customer wrote or rang, and when a human answered in public or talked to them."""
    contacts: Moments = defaultdict(list)
    replies: Moments = defaultdict(list)
    rows = (
        Message.objects.filter(Among("place__ticket", ids))
        .exclude(state__in=UNSAID)
        .order_by("occurred_at", "pk")
    )
    for ticket, direction, author, at in rows.values_list(
        "place__ticket", "direction", "author_kind", "occurred_at"
    ):
        if direction == Message.Direction.IN:
            contacts[ticket].append(at)
        elif author == Message.Author.COLLEAGUE:
            replies[ticket].append(at)
    for place in _calls(ids):
        if place.call.direction == Call.Direction.IN:
            contacts[place.ticket_id].append(place.call.began_at)
        if place.call.answered_at:
            replies[place.ticket_id].append(place.call.answered_at)
    return contacts, replies


def _calls(ids: Collection[int]) -> QuerySet[TicketCall]:
    return TicketCall.objects.filter(Among("ticket", ids)).select_related("call")


def _escalated(events: Iterable[Event]) -> list[datetime]:
    """Told to the manager by the ladder."""
    return [its.at for its in events if its.kind == ClockEvent.Kind.ESCALATE]


def _passed_on(ids: Sequence[int], replies: Moments) -> Moments:
    """Given to another team by a colleague after the customer had been answered: that is an escalation too."""
    found: Moments = defaultdict(list)
    passed = TicketEvent.objects.filter(Among("ticket", ids), kind="teamed", actor__isnull=False)
    for ticket, at in passed.values_list("ticket", "at"):
        if any(reply <= at for reply in replies.get(ticket, ())):
            found[ticket].append(at)
    return found


@dataclass(frozen=True, kw_only=True)
class Handling:
    """Handling times of the tickets that were resolved in the time asked about: of all, and by team."""

    all: Waits
    by_team: dict[int | None, Waits]


def handling(asked: Asked) -> Handling:
    """Tickets that nobody was ever seen to work on are not there: their time is not known."""
    waits: dict[int | None, list[Wait]] = defaultdict(list)
    for ticket, time in handled(asked).items():
        waits[ticket.team_id].append(Wait(time.total_seconds()))
    everybody = [wait for its in waits.values() for wait in its]
    return Handling(all=Waits(everybody), by_team={team: Waits(its) for team, its in waits.items()})


def handled(asked: Asked, *, topics: Collection[int] | None = None) -> dict[Ticket, timedelta]:
    """Handling time of each ticket resolved in the time asked about; of merged ones together."""
    resolved = _resolved(asked, topics).values_list("clock__ticket", flat=True)
    rows = {row.pk: row for row in _rows(_linked(resolved))}
    spent: dict[Ticket, timedelta] = defaultdict(timedelta)
    for pk, time in handling_times(_focus(rows), _talks(rows)).items():
        if pk in rows:
            spent[_successor(rows[pk], rows)] += time
    return spent


def _successor(ticket: Ticket, rows: Mapping[int, Ticket]) -> Ticket:
    while ticket.merged_into_id:
        ticket = rows[ticket.merged_into_id]
    return ticket


def _focus(tickets: Collection[int]) -> list[Focus]:
    """Everything their agents looked at meanwhile too: seconds are shared with it."""
    of_tickets = FocusStretch.objects.filter(Among("ticket", tickets))
    agents = of_tickets.aggregate(since=Min("began_at"), until=Max("last_at"))
    if agents["since"] is None:
        return []
    beside = FocusStretch.objects.filter(
        agent__in=of_tickets.values("agent"),
        began_at__gte=agents["since"] - LONGEST_FOCUS,
        began_at__lte=agents["until"],
    )
    return [
        Focus(agent, ticket, began_at, last_at + HEARTBEAT)
        for agent, ticket, began_at, last_at in beside.values_list("agent", "ticket", "began_at", "last_at")
    ]


def _talks(tickets: Collection[int]) -> list[Talk]:
    """Wrap-up is what the agent does on the ticket's page afterwards: its heartbeats tell."""
    found = []
    for place in _calls(tickets):
        call = place.call
        length = timedelta(seconds=call.talk_seconds or 0)
        if call.colleague_id and call.answered_at:
            end = call.ended_at or call.answered_at + length
            found.append(
                Talk(call.colleague_id, place.ticket_id, call.answered_at, max(end, call.answered_at))
            )
    return found
