"""Who answers a ticket: by a colleague's word, or by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from crm.tasking import NotAColleague
from support import changing, clocks
from support.changing import Held
from support.models import Team, Ticket


@transaction.atomic
def assign(
    ticket: Ticket, *, to: User | None, by: User | None, at: datetime, version: int | None = None
) -> Ticket:
    """Give a ticket to a colleague, or to nobody. To whom it is given already: nothing changes.

    Locks the customer's row, then the ticket's.

    Raises:
        TicketChanged, NotAColleague: nothing is changed.
    """
    held = changing.hold(ticket, version=version)
    if to and not (to.is_staff and to.is_active):
        raise NotAColleague
    if held.ticket.assignee != to:
        _hand(held, to, kind="assigned" if to else "unassigned", by=by, at=at)
    return held.ticket


@transaction.atomic
def pass_to_team(
    ticket: Ticket, *, team: Team | None, by: User | None, at: datetime, version: int | None = None
) -> Ticket:
    """Let another team answer; whoever had it and is not in that team has it no more. Again: nothing changes.

    Locks the customer's row, then the ticket's.

    Raises:
        TicketChanged: nothing is changed.
    """
    held = changing.hold(ticket, version=version)
    if held.ticket.team == team:
        return held.ticket
    held.ticket.team = team
    figures = {"team": team.names} if team else {}
    changing.happen(held.ticket, "teamed" if team else "unteamed", by=by, at=at, fields=["team"], **figures)
    clocks.reconsidered(held.ticket, at=at)
    if team and held.ticket.assignee and not team.agents.filter(user=held.ticket.assignee).exists():
        _hand(held, None, kind="unassigned", by=by, at=at)
    return held.ticket


@transaction.atomic
def give(ticket: Ticket, *, at: datetime) -> User | None:
    """Give a ticket that nobody has to whoever is right for it; None: nobody is, for now. Locks as `assign`."""
    held = changing.hold(ticket)
    find_agent(held, at=at)
    return held.ticket.assignee


def find_agent(held: Held, *, at: datetime) -> None:
    """As `give`, of a ticket that is locked already."""


@transaction.atomic
def hand_back(user: User, *, at: datetime) -> int:
    """A shift is over: what waits for us is given to others, or to nobody; how many.

    What waits for the customer stays.
    """
    return 0


def _hand(held: Held, to: User | None, *, kind: str, by: User | None, at: datetime) -> None:
    figures = {"to": str(to), "to_id": to.pk} if to else {}
    held.ticket.assignee = to
    changing.happen(held.ticket, kind, by=by, at=at, fields=["assignee"], **figures)
