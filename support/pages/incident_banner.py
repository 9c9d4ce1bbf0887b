"""What colleagues see of incidents where they work: above the inbox, and in a ticket that belongs to one."""

from __future__ import annotations

from typing import Any

from crm.models import User
from support.incidents import linking
from support.models import Incident, Ticket

SHOWN = 3


def above_inbox(reader: User) -> dict[str, Any]:
    """One query."""
    if not reader.has_perm("support.view_incident"):
        return {}
    return {"going_on": list(Incident.objects.going_on()[:SHOWN])}


def in_ticket(ticket: Ticket, reader: User) -> dict[str, Any]:
    """One query."""
    if not reader.has_perm("support.view_incident"):
        return {}
    return {"incident": linking.incident_of(ticket)}
