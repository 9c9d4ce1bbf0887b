"""Where a ticket stands: its category, the company's own sub-state, and what follows from a change of either."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import TimelineEntry, User
from support import changing
from support.changing import Held, TicketIsClosed
from support.facts import TicketReopened, TicketResolved
from support.models import SubState, Ticket
from support.models.tagging import Category
from support.timekeeping import clocks

# A ticket that was resolved so long ago is closed: what comes then is a new one.
CLOSES_AFTER = timedelta(days=7)
AT_ONCE = 500


class SubStateElsewhere(Refusal):
    code = "sub-state-elsewhere"
    title = _("This sub-state belongs to another state.")
    status = 422


@transaction.atomic
def move(
    ticket: Ticket,
    *,
    to: Category,
    by: User | None,
    at: datetime,
    sub_state: SubState | None = None,
    version: int | None = None,
) -> Ticket:
    """Let a ticket stand elsewhere: resolve it, open it again, wait. Where it stands already: nothing changes.

    Locks the customer's row, then the ticket's. Facts: TicketResolved, TicketReopened.

    Raises:
        TicketChanged, TicketIsClosed, SubStateElsewhere: nothing is changed.
    """
    held = changing.hold(ticket, version=version)
    turn(held, to, by=by, at=at, sub_state=sub_state)
    return held.ticket


def turn(
    held: Held,
    to: Category,
    *,
    by: User | None,
    at: datetime,
    sub_state: SubState | None = None,
    caused_by: TimelineEntry | None = None,
) -> None:
    """As `move`, of a ticket that is locked already. Without `by`, the customer wrote, or time did it."""
    ticket, was = held.ticket, Category(held.ticket.category)
    if (was, ticket.sub_state) == (to, sub_state):
        return
    if was == Category.CLOSED:
        raise TicketIsClosed
    if sub_state and sub_state.category != to:
        raise SubStateElsewhere
    ticket.category, ticket.sub_state = to, sub_state
    kind = _kind(was, to, by=by)
    fields = ("category", "sub_state", *_moments(ticket, was, at=at))
    figures = {"sub_state": sub_state.names} if sub_state else {}
    changing.happen(ticket, kind, by=by, at=at, fields=fields, state=to.value, was=was.value, **figures)
    _tell_clocks(ticket, was, at=at, by_customer=by is None)
    _tell_person(held, kind, by=by, at=at, caused_by=caused_by)


@transaction.atomic
def close_resolved(*, at: datetime) -> int:
    """Close what was resolved CLOSES_AFTER ago, at most AT_ONCE; how many. Each in its own savepoint and locks."""
    due = Ticket.objects.filter(
        category=Category.RESOLVED, resolved_at__lte=at - CLOSES_AFTER, merged_into=None
    )
    closed = 0
    for ticket in due.order_by("resolved_at")[:AT_ONCE]:
        closed += _close(ticket, at=at)
    return closed


@transaction.atomic
def _close(ticket: Ticket, *, at: datetime) -> bool:
    held = changing.hold(ticket)
    resolved_at = held.ticket.resolved_at
    is_due = held.ticket.category == Category.RESOLVED and resolved_at and resolved_at <= at - CLOSES_AFTER
    if is_due:
        turn(held, Category.CLOSED, by=None, at=at)
    return bool(is_due)


def _kind(was: Category, to: Category, *, by: User | None) -> str:
    if to == Category.CLOSED:
        return "closed"
    if to == Category.RESOLVED:
        return "resolved" if was != to else "moved"
    if was in clocks.OVER:
        return "reopened_by_us" if by else "reopened"
    return "moved"


def _moments(ticket: Ticket, was: Category, *, at: datetime) -> list[str]:
    """When it was resolved and closed, as its new state says. Returns the fields; the caller saves them."""
    if ticket.category not in clocks.OVER:
        ticket.resolved_at = None
        return ["resolved_at"]
    if was not in clocks.OVER:
        ticket.resolved_at = at
    if ticket.category == Category.CLOSED:
        ticket.closed_at = at
    ticket.unread_since, ticket.snoozed_until = None, None
    return ["resolved_at", "closed_at", "unread_since", "snoozed_until"]


def _tell_clocks(ticket: Ticket, was: Category, *, at: datetime, by_customer: bool) -> None:
    is_over, was_over = ticket.category in clocks.OVER, was in clocks.OVER
    if is_over and not was_over:
        clocks.resolved(ticket, at=at)
    elif was_over and not is_over:
        clocks.reopened(ticket, at=at, by_customer=by_customer)
    else:
        clocks.state_changed(ticket, at=at)


def _tell_person(
    held: Held, kind: str, *, by: User | None, at: datetime, caused_by: TimelineEntry | None
) -> None:
    number, event = str(held.ticket.pk), f"{kind}:{held.ticket.version}"
    if kind == "resolved":
        changing.tell(held.ticket, held.person, TicketResolved(number=number), event=event, at=at, by=by)
    elif kind in ("reopened", "reopened_by_us"):
        fact = TicketReopened(number=number, by_customer=by is None)
        changing.tell(held.ticket, held.person, fact, event=event, at=at, by=by, caused_by=caused_by)
