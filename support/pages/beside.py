"""What the forms beside a conversation show: what may still be given, who was asked, who is on the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm import abilities
from crm.models import User
from support.answering import identity_checks
from support.models import IdentityCheck, SideConversation, Ticket

ANSWERS = "support.answer_ticket"
MOST_ASIDE = 10


def beside(ticket: Ticket, reader: User, at: datetime) -> dict[str, Any]:
    """What the forms of this module show. The number of queries does not depend on the ticket."""
    may_answer = reader.has_perm(ANSWERS)
    asked = SideConversation.objects.filter(ticket=ticket).select_related("team", "asked_by")
    is_unsure = may_answer and identity_checks.is_needed(ticket, at=at)
    return {
        "offers": abilities.offers_goodwill()(ticket.customer, by=reader, at=at) if may_answer else [],
        "asked_aside": list(asked.prefetch_related("messages__author").order_by("-asked_at")[:MOST_ASIDE]),
        "is_unsure": is_unsure,
        "proofs": _proofs(ticket) if is_unsure else [],
    }


def _proofs(ticket: Ticket) -> list[tuple[str, str]]:
    known = identity_checks.possible(ticket.customer)
    return [(value, str(label)) for value, label in IdentityCheck.Proof.choices if value in known]
