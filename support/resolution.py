"""What can be said of how a ticket ended."""

from __future__ import annotations

from datetime import datetime

from support.models import Ticket
from support.timekeeping.clocks import OVER

# As colleagues in three languages tag what no customer wrote.
SPAM = ("spam", "спам")


def is_to_be_asked_about(ticket: Ticket, *, resolved_at: datetime) -> bool:
    """Was somebody helped here at that moment, and is it so still? One query.

    Not where it was opened again since, goes on in another ticket, was spam, or no customer ever wrote.
    """
    is_still_so = (
        ticket.category in OVER and ticket.resolved_at == resolved_at and ticket.merged_into_id is None
    )
    return is_still_so and ticket.last_customer_at is not None and not _is_spam(ticket)


def _is_spam(ticket: Ticket) -> bool:
    return any(tag.name.strip().lower() in SPAM for tag in ticket.tags.all())
