"""Tickets in the one search box."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.colleagues.desk import Row
from crm.models import User
from crm.search.search_sources import Group
from crm.words.wording import near
from support import finding
from support.pages.rows import name_of
from support.sight import Sight

SHOWN = 10


def tickets(typed: str, reader: User, at: datetime) -> Group | None:
    found = finding.tickets(typed, sight=Sight(reader), at=at, limit=SHOWN)
    rows = [
        Row(
            text=f"№ {ticket.pk} {ticket.subject or ticket.last_words}",
            url=reverse("support:ticket", args=[ticket.pk]),
            more=f"{name_of(ticket)}, {ticket.get_category_display()}",
            end=near(ticket.last_message_at, at),
        )
        for ticket in found
    ]
    return Group(title=_("Tickets"), rows=rows)
