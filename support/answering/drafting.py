"""What colleagues are writing and have not sent. A draft is theirs alone; it goes when it is sent, or emptied."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from support.models import Draft, Ticket

LONGEST = 100_000


@transaction.atomic
def keep_draft(ticket: Ticket, *, text: str, kind: str, by: User, at: datetime) -> Draft | None:
    """The newest words take the place of earlier ones; without words there is no draft. No lock but its row's."""
    words = text.replace("\0", "")[:LONGEST]
    if not words.strip():
        drop_draft(ticket, by=by)
        return None
    draft, _is_new = Draft.objects.update_or_create(
        ticket=ticket, author=by, defaults={"text": words, "kind": Draft.Kind(kind), "saved_at": at}
    )
    return draft


@transaction.atomic
def drop_draft(ticket: Ticket, *, by: User) -> None:
    """It was sent. What is not there is dropped already."""
    Draft.objects.filter(ticket=ticket, author=by).delete()
