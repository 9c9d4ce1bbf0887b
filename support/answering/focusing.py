"""Heartbeats of the ticket page: what handling time is made from. See support.measures.handling."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from support.measures.handling import HEARTBEAT, IDLE
from support.models import FocusStretch, Ticket

# The page asks for news every 8 seconds, so that what a customer writes in the chat stands there soon. It says each
# time that it is looked at; what comes sooner than a heartbeat after the last one is no further heartbeat.
TOO_SOON = HEARTBEAT


@transaction.atomic
def beat(ticket: Ticket, *, agent: User, at: datetime) -> FocusStretch:
    """The page of the ticket is visible and in use: prolong the agent's stretch, or begin one after a break.

    The page calls it at least every 15 seconds, and not after a minute without a key or a movement. Two beats at once
    may begin two stretches of the same time; the figures count that time once.
    """
    latest = (
        FocusStretch.objects.select_for_update(no_key=True)
        .filter(ticket=ticket, agent=agent)
        .order_by("-last_at")
        .first()
    )
    if latest is None or at - latest.last_at > IDLE:
        return FocusStretch.objects.create(ticket=ticket, agent=agent, began_at=at, last_at=at)
    if at - latest.last_at >= TOO_SOON:
        latest.last_at = at
        latest.save(update_fields=["last_at"])
    return latest
