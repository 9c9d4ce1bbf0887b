"""What colleagues see of incidents where they work: above the inbox, and in a ticket that belongs to one."""

from __future__ import annotations

from typing import Any

from crm.models import User
from support.incidents import linking, watching
from support.models import Incident, Ticket

SHOWN = 3


def above_inbox(reader: User) -> dict[str, Any]:
    """One query; another one for who may draft an incident."""
    if not reader.has_perm("support.view_incident"):
        return {}
    proposals = watching.open_proposals() if reader.has_perm("support.add_incident") else ()
    return {"going_on": list(Incident.objects.going_on()[:SHOWN]), "proposals": proposals[:1]}


def in_ticket(ticket: Ticket, reader: User) -> dict[str, Any]:
    """One query."""
    if not reader.has_perm("support.view_incident"):
        return {}
    return {"incident": linking.incident_of(ticket)}
