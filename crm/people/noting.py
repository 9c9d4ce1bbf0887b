"""Notes that colleagues leave for one another on a customer's timeline. Customers never see them."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Refusal
from crm.facts import NoteWritten
from crm.models import Customer, TimelineEntry, User
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain

LONGEST = 1900
LONGEST_BYTES = 4000  # an entry holds 4 KB; emoji take four each


class EmptyNote(Refusal):
    code = "empty-note"
    title = _("There is nothing in the note yet. Write a word or two and save it again.")
    status = 422


class NoteTooLong(Refusal):
    code = "note-too-long"
    title = _("The note is too long. Keep it under 1,900 characters, or write two.")
    status = 422


@transaction.atomic
def write_note(customer: Customer, *, text: str, author: User, key: str, at: datetime) -> TimelineEntry:
    """Put a note on the customer's timeline, once per `key`. Locks the customer's row.

    Raises:
        EmptyNote: nothing is written.
        NoteTooLong: nothing is written.
        PersonErased: nothing is written.
    """
    words = plain(text)
    if not words:
        raise EmptyNote
    if len(words) > LONGEST or len(json.dumps(words, ensure_ascii=False).encode()) > LONGEST_BYTES:
        raise NoteTooLong
    refuse_words_about(customer)
    return timeline.record(
        customer,
        NoteWritten(text=words),
        source="agent",
        source_id=f"note:{customer.pk}:{key}",
        occurred_at=at,
        recorded_at=at,
        actor=author,
        language=author.language,
    )
