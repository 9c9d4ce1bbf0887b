"""A ticket is put off until a moment, and comes back by itself then, or as soon as the customer writes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.colleagues.tasking import AlreadyPast
from crm.models import User
from support import changing
from support.changing import TicketIsClosed
from support.models import Ticket

AT_ONCE = 500


@transaction.atomic
def snooze(ticket: Ticket, *, until: datetime, by: User, at: datetime) -> Ticket:
    """Until the same moment again: nothing changes. Its clocks run on. Locks the customer's row, then the ticket's.

    Raises:
        AlreadyPast, TicketIsClosed: nothing is changed.
    """
    ticket = changing.hold(ticket).ticket
    if ticket.snoozed_until == until:
        return ticket
    if until <= at:
        raise AlreadyPast
    if not ticket.is_at_work:
        raise TicketIsClosed
    ticket.snoozed_until, ticket.unread_since = until, None
    fields = ["snoozed_until", "unread_since"]
    changing.happen(ticket, "snoozed", by=by, at=at, fields=fields, until=until.isoformat())
    return ticket


@transaction.atomic
def end(ticket: Ticket, *, by: User | None, at: datetime) -> Ticket:
    """Bring it back now; one that is not put off stays as it is. Locks the customer's row, then the ticket's."""
    ticket = changing.hold(ticket).ticket
    if ticket.snoozed_until is not None:
        ticket.snoozed_until, ticket.unread_since = None, at
        changing.happen(ticket, "woke", by=by, at=at, fields=["snoozed_until", "unread_since"])
    return ticket


def wake(*, at: datetime) -> int:
    """Bring back what was put off until now, at most AT_ONCE; how many. Each in a transaction of its own."""
    due = Ticket.objects.filter(snoozed_until__lte=at).order_by("snoozed_until", "pk")[:AT_ONCE]
    return sum(_wake(ticket, at=at) for ticket in due)


@transaction.atomic
def _wake(ticket: Ticket, *, at: datetime) -> bool:
    locked = changing.hold(ticket).ticket
    is_due = locked.snoozed_until is not None and locked.snoozed_until <= at
    if is_due:
        end(locked, by=None, at=at)
    return is_due
