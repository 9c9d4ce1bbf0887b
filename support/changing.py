"""How a ticket is changed: its person's row is locked first, then its own; every change moves its version and is told.

All verbs of tickets go through here, so that two of them can wait for one another but never in a circle: the person
(the survivor, where people were merged), then the ticket; of two tickets the one with the lower number first. What
happens to messages and clocks of a ticket is under the same lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Refusal
from crm.facts import Fact
from crm.models import Customer, Message, TimelineEntry, User
from crm.people import same_person
from crm.segments import waiting
from support.answering.mood import mood_of
from support.models import Ticket, TicketEvent, TicketMessage

SOURCE = "support"
WORDS_SHOWN = 200
# What counts as said: a held message is nobody's word yet, a cancelled one never was.
UNSAID = (Message.State.HELD, Message.State.CANCELLED)
lock_person = same_person.lock_person


class TicketChanged(Refusal):
    """`version` is what stands; `fresh` are the ids of messages that came since, in their order."""

    code = "ticket-changed"
    title = _("Something happened in this ticket since you opened it. Look at what is new first.")


class TicketIsClosed(Refusal):
    code = "ticket-is-closed"
    title = _("This ticket is closed. What comes now is a new one.")


class Held(NamedTuple):
    """Locked until commit: a ticket as it stands, and the person whom it is about."""

    ticket: Ticket
    person: Customer


def hold(ticket: Ticket, *, version: int | None = None) -> Held:
    """Lock the ticket in which this one goes on, and before it its person.

    `version`: what the caller saw.

    Raises:
        TicketChanged: with what is new, if it is an older one.
    """
    person = lock_person(successor(ticket).customer_id)
    locked = lock_ticket(ticket)
    if version is not None and version < locked.version:
        raise TicketChanged(version=locked.version, fresh=fresh_messages(locked, since=version))
    return Held(locked, person)


def lock_ticket(ticket: Ticket) -> Ticket:
    """The ticket in which this one goes on, locked (FOR NO KEY UPDATE). Its person is locked by the caller."""
    rows = Ticket.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer", "sub_state", "topic", "team", "assignee", "account__shop", "shop"
    )
    locked = rows.get(pk=successor(ticket).pk)
    # One that was merged while we waited goes on elsewhere.
    return lock_ticket(locked) if locked.merged_into_id else locked


def successor(ticket: Ticket) -> Ticket:
    """The ticket in which this one goes on: itself, unless it was merged."""
    while ticket.merged_into is not None:
        ticket = ticket.merged_into
    return ticket


def fresh_messages(ticket: Ticket, *, since: int) -> list[int]:
    """Ids of messages that came into the ticket after its version was `since`."""
    later = TicketMessage.objects.filter(ticket=ticket, version__gt=since)
    return list(later.order_by("message_id").values_list("message_id", flat=True))


def place(ticket: Ticket, message: Message, *, at: datetime) -> TicketMessage:
    """Let a message stand in the ticket. The caller saves the ticket with its next version."""
    return TicketMessage.objects.create(
        ticket=ticket, message=message, placed_at=at, version=ticket.version + 1
    )


def save(ticket: Ticket, *fields: str) -> None:
    """With its next version: whoever looks at an older one is told."""
    ticket.version += 1
    ticket.save(update_fields=[*fields, "version"])


def happen(
    ticket: Ticket, kind: str, *, by: User | None, at: datetime, fields: Iterable[str] = (), **figures: Any
) -> TicketEvent:
    """Save the ticket with its next version, and tell what happened: `kind` is one of support.happenings.

    Few of these are facts of the person; segments ask for all of them.
    """
    save(ticket, *fields)
    waiting.look_at([ticket.customer_id], at=at)
    return TicketEvent.objects.create(ticket=ticket, kind=kind, figures=figures, actor=by, at=at)


def tell(
    ticket: Ticket,
    person: Customer,
    fact: Fact,
    *,
    event: str,
    at: datetime,
    by: User | None = None,
    caused_by: TimelineEntry | None = None,
) -> TimelineEntry:
    """Record a fact on the person's timeline, once per `event` of this ticket. The person is locked already."""
    return timeline.record(
        person,
        fact,
        source=SOURCE,
        source_id=f"ticket:{ticket.pk}:{event}",
        occurred_at=at,
        recorded_at=at,
        actor=by,
        shop=ticket.shop,
        subject=ticket,
        caused_by=caused_by,
    )


def words_of(message: Message) -> str:
    """For lists: the beginning of what was said, in one line."""
    return " ".join((message.text or message.subject).split())[:WORDS_SHOWN]


def retell(ticket: Ticket) -> list[str]:
    """Read from the ticket's messages what its row says of them. Returns the fields; the caller saves them.

    Two queries.
    """
    said = (
        Message.objects.filter(place__ticket=ticket).exclude(state__in=UNSAID).order_by("-occurred_at", "-pk")
    )
    last = said.first()
    if last:
        ticket.last_message_at, ticket.last_words = last.occurred_at, words_of(last)
    theirs = said.filter(direction=Message.Direction.IN).select_related("account").first()
    ticket.last_customer_at = theirs.occurred_at if theirs else None
    fields = ["last_message_at", "last_words", "last_customer_at"]
    if theirs:
        fields += answer_to(ticket, theirs)
    return fields


def answer_to(ticket: Ticket, message: Message) -> list[str]:
    """Answers go where this message came from, and to the mood it was written in. Returns the fields; the caller
    saves them.
    """
    ticket.channel, ticket.account, ticket.address = (
        message.account.channel,
        message.account,
        message.address,
    )
    fields = ["channel", "account", "address"]
    if message.language:
        ticket.language = message.language[:5]
        fields.append("language")
    if message.is_from_customer:
        ticket.mood = mood_of(message.text)
        fields.append("mood")
    return fields
