"""Clocks that run out climb a ladder: the assigned colleague is warned, then the lead is told, then the manager.

Each rung is told once: as an event of the clock, an event of the ticket, and a fact on the person's timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from crm.facts import Fact
from crm.models import Customer, User
from crm.people.same_person import ids_by
from support import changing
from support.changing import Held
from support.facts.clocks import ClockEscalated, ClockMissed, ClockWarned
from support.models import Clock, ClockEvent, Ticket, TicketEvent
from support.timekeeping import clocks
from support.timekeeping.deadlines import LADDER, Kind

AT_ONCE = 500
WHOM: Mapping[str, str] = {rung.event: rung.whom for rung in LADDER}
FACTS: Mapping[str, type[ClockWarned | ClockMissed | ClockEscalated]] = {
    fact.event: fact for fact in (ClockWarned, ClockMissed, ClockEscalated)
}


def climb_due(*, at: datetime) -> int:
    """Tell every rung that was reached by now. Returns how many. May run beside itself: each rung is told once.

    A person whom somebody works with at this moment is left for the next time.
    """
    due = Clock.objects.due(at).order_by("next_rung_at").values_list("ticket_id", flat=True)[:AT_ONCE]
    tickets = Ticket.objects.in_bulk(set(due))
    return sum(climb(tickets[pk], at=at) for pk in dict.fromkeys(due))


@transaction.atomic
def climb(ticket: Ticket, *, at: datetime) -> int:
    """Tell the rungs that the clocks of one ticket, and of those merged into it, have reached. Returns how many.

    Locks the person's row, unless somebody else holds it, then the ticket's.
    """
    if not _is_free(ticket):
        return 0
    held = changing.hold(ticket)
    due = Clock.objects.due(at).filter(ticket__in=clocks.tickets_of(held.ticket)).select_related("calendar")
    climbed = [
        (clock, event) for clock in due.order_by("next_rung_at") for event in clocks.climb(clock, at=at)
    ]
    for clock, event in climbed:
        # That a promise was broken is told where promises are kept, with what was promised.
        if (clock.kind, event.kind) != (Kind.PROMISE, ClockEvent.Kind.BREACH):
            _tell(held, clock, event, at=at)
    return len(climbed)


def _is_free(ticket: Ticket) -> bool:
    person = ids_by(changing.successor(ticket).customer_id)[0]
    free = Customer.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=person)
    return bool(free.values_list("pk"))


def _tell(held: Held, clock: Clock, event: ClockEvent, *, at: datetime) -> None:
    """The ticket's version stays: nothing was said that an answer could overlook."""
    told_name = _name_of(_told(held.ticket, WHOM[event.kind]))
    TicketEvent.objects.create(
        ticket=held.ticket,
        kind=f"{event.kind}_{clock.kind}",
        figures={"name": told_name},
        actor=None,
        at=event.at,
    )
    fact: Fact = FACTS[event.kind](clock=clock.kind, number=str(held.ticket.pk), told_name=told_name)
    changing.tell(held.ticket, held.person, fact, event=f"clock:{clock.pk}", at=at)


def _told(ticket: Ticket, whom: str) -> User | None:
    """Who hears it first. Managers are several: they see it on their page."""
    lead = ticket.team.lead if ticket.team else None
    return {"assignee": ticket.assignee or lead, "team_lead": lead}.get(whom)


def _name_of(colleague: User | None) -> str:
    return colleague.name if colleague else ""
