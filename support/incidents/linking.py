"""Tickets that are about an incident: by its rule as they come and as they stand, or by a colleague's hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from crm import company, rules
from crm.models import User
from crm.people.same_person import ids_of_each
from support import changing, states
from support.incidents.errors import TicketOfAnotherIncident
from support.models import Incident, IncidentNotice, IncidentTicket, Ticket
from support.models.tagging import AT_WORK, Category

# Who wrote shortly before it was known wrote about it as well.
LOOKS_BACK = timedelta(hours=12)
MOST_LOOKED_AT = 5000


def link_new(ticket: Ticket, *, at: datetime) -> IncidentTicket | None:
    """A ticket has come: does it belong to one that goes on? Idempotent. Locks as `link`. One query where none does."""
    if not ticket.is_at_work:
        return None
    for incident in Incident.objects.going_on().order_by("began_at", "pk"):
        if belongs(ticket, incident, at=at):
            return link(ticket, incident, by=None, at=at)
    return None


def link_standing(incident: Incident, *, at: datetime) -> int:
    """Tickets at work that came since it began. Idempotent; how many were linked. Locks as `link`, one by one."""
    if incident.links is None and not incident.link_words:
        return 0
    standing = Ticket.objects.at_work().filter(
        opened_at__gte=incident.began_at - LOOKS_BACK, merged_into=None, customer__erased_at=None
    )
    if incident.links is not None:
        clock = company.current().clock
        standing = standing.filter(rules.where(incident.links, "ticket", at=at, clock=clock))
    found = [
        ticket
        for ticket in standing.order_by("customer", "pk")[:MOST_LOOKED_AT]
        if _has_words(ticket, incident.link_words)
    ]
    return sum(link(ticket, incident, by=None, at=at) is not None for ticket in found)


def belongs(ticket: Ticket, incident: Incident, *, at: datetime) -> bool:
    """By its rule: the condition holds and one of the words stands there, as far as either is given."""
    if incident.links is None and not incident.link_words:
        return False
    if not _has_words(ticket, incident.link_words):
        return False
    clock = company.current().clock
    return incident.links is None or rules.holds(incident.links, "ticket", ticket, at=at, clock=clock)


@transaction.atomic
def link(ticket: Ticket, incident: Incident, *, by: User | None, at: datetime) -> IncidentTicket | None:
    """Let a ticket belong to an incident. Again: nothing changes. Locks the customer's row, then the ticket's.

    None: its rule links nothing that a colleague has taken out, or that belongs to another one.

    Raises:
        TicketOfAnotherIncident: by hand, and it belongs to another one that goes on.
    """
    held = changing.hold(ticket)
    known = IncidentTicket.objects.filter(ticket=held.ticket)
    standing = known.filter(incident=incident).first()
    if standing and (standing.unlinked_at is None or by is None):
        return standing if standing.unlinked_at is None else None
    if known.standing().filter(incident__state=Incident.State.ANNOUNCED).exclude(incident=incident).exists():
        if by is None:
            return None
        raise TicketOfAnotherIncident
    told = {"linked_at": at, "linked_by": by, "unlinked_at": None, "unlinked_by": None}
    linked, _is_new = IncidentTicket.objects.update_or_create(
        incident=incident, ticket=held.ticket, defaults=told
    )
    changing.happen(held.ticket, "incident_linked", by=by, at=at, incident=incident.names)
    return linked


@transaction.atomic
def unlink(ticket: Ticket, incident: Incident, *, by: User, at: datetime) -> None:
    """It is about something else. Its rule links it no more. Again: nothing changes. Locks as `link`."""
    held = changing.hold(ticket)
    its = IncidentTicket.objects.standing().filter(incident=incident, ticket=held.ticket)
    if its.update(unlinked_at=at, unlinked_by=by):
        changing.happen(held.ticket, "incident_unlinked", by=by, at=at, incident=incident.names)


def resolve_told(notice: IncidentNotice, *, at: datetime) -> int:
    """After the last word: whoever heard it has no other ticket about it open. Idempotent; how many were resolved."""
    if notice.kind != IncidentNotice.Kind.RESOLVED:
        return 0
    told = notice.tellings.filter(message__isnull=False).values_list("customer", flat=True)
    people = {pk for ids in ids_of_each(set(told)).values() for pk in ids}
    linked = IncidentTicket.objects.standing().filter(
        incident=notice.incident, ticket__category__in=AT_WORK, ticket__customer__in=people
    )
    for one in linked.select_related("ticket").order_by("ticket__customer", "ticket"):
        states.move(one.ticket, to=Category.RESOLVED, by=notice.let_out_by, at=at)
    return len(linked)


def incident_of(ticket: Ticket) -> Incident | None:
    """The one that goes on and this ticket belongs to. One query."""
    going_on = Incident.objects.going_on().select_related("script")
    return going_on.filter(linked__ticket=ticket, linked__unlinked_at=None).first()


def _has_words(ticket: Ticket, words: Sequence[str]) -> bool:
    """One of the beginnings of words in what it says; where none are given, anything does."""
    if not words:
        return True
    said = _plainly(f"{ticket.subject} {ticket.last_words}")
    return any(_plainly(word) in said for word in words)


def _plainly(text: str) -> str:
    """Words apart by one blank, with one before the first: so that a beginning of a word is found as one."""
    return " " + " ".join(re.findall(r"\w+", text.casefold().replace("ё", "е")))
