"""What colleagues tell one another in a ticket. It stands in a table of its own, and in no fact: nothing sends it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain
from support import changing
from support.models import Note, Ticket


class EmptyNote(Refusal):
    code = "empty-internal-note"
    title = _("Write what your colleagues should know.")
    status = 422


@transaction.atomic
def write_note(ticket: Ticket, *, text: str, by: User, key: str, at: datetime) -> Note:
    """Write a note, once per `key`. Locks the customer's row, then the ticket's.

    Raises:
        EmptyNote, PersonErased: nothing is written.
    """
    words = plain(text)
    if not words:
        raise EmptyNote
    held = changing.hold(ticket)
    refuse_words_about(held.person)
    note, is_new = Note.objects.get_or_create(
        key=f"{by.pk}:{key}",
        defaults={"ticket": held.ticket, "author": by, "text": words, "written_at": at},
    )
    if is_new:
        changing.save(held.ticket)
    return note
