"""A ticket as a row of the inbox: its words, its clock, and a sign by which a page knows whether it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any

from django.template.loader import get_template
from django.utils.translation import gettext as _

from crm.channels import CHANNELS
from crm.messages.channel_names import channel_icon, channel_name
from crm.models import User
from crm.people.masking import masked
from crm.words.wording import near
from support.inbox import Line
from support.models import Ticket
from support.models.tagging import Category
from support.timekeeping import clock_faces
from support.timekeeping.clock_faces import Face


@dataclass(frozen=True, kw_only=True)
class Row:
    """`have` changes whenever anything that is shown does."""

    pk: int
    html: str
    have: str


def rows(lines: Sequence[Line], *, reader: User, at: datetime) -> list[Row]:
    template = get_template("support/_row.html")
    found = []
    for line in lines:
        html = template.render(shown(line, reader=reader, at=at))
        found.append(
            Row(pk=line.ticket.pk, html=html, have=blake2s(html.encode(), digest_size=4).hexdigest())
        )
    return found


def shown(line: Line, *, reader: User, at: datetime) -> dict[str, Any]:
    ticket = line.ticket
    return {
        "ticket": ticket,
        "mark": line.mark,
        "name": name_of(ticket),
        "channel": channel_name(ticket.channel),
        "icon": channel_icon(ticket.channel),
        "face": face(ticket, began_at=line.began_at, at=at),
        "topic_mood": "warn" if ticket.priority >= Ticket.Priority.URGENT else "",
        "is_mine": ticket.assignee_id == reader.pk,
        "now": at,
    }


def face(ticket: Ticket, *, began_at: datetime | None, at: datetime) -> Face | None:
    """The one clock of a row: until when it sleeps, what is due next, or whom it waits for."""
    if ticket.snoozed_until and ticket.snoozed_until > at:
        return clock_faces.paused(_("until {moment}").format(moment=near(ticket.snoozed_until, at)))
    if ticket.next_due_at and ticket.is_at_work:
        return clock_faces.running(ticket.next_due_kind, began_at=began_at, due_at=ticket.next_due_at, at=at)
    if ticket.category == Category.WAITING_CUSTOMER:
        return clock_faces.paused(_("waits for the customer"))
    if ticket.is_at_work:
        return None
    return clock_faces.paused(str(ticket.get_category_display()))


def name_of(ticket: Ticket) -> str:
    """Of the customer; of somebody without a name the address they wrote from, masked."""
    name = " ".join(ticket.customer.full_name.split())
    return name or masked_address(ticket) or str(ticket.customer)


def masked_address(ticket: Ticket) -> str:
    channel = CHANNELS.get(ticket.channel)
    return masked(channel.identity_kind, ticket.address) if channel and ticket.address else ""
