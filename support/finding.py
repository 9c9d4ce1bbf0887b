"""Finding tickets by what somebody has at hand: a number, whose they are, or words that were written in them.

Reads only, by index only. Words are looked for where crm looks for them: on the timeline, in what customers and the
company wrote lately (see crm.search.searching); and, for those who may read them, in what colleagues noted lately.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from crm.facts import MessageReceived, MessageSent
from crm.models import TimelineEntry
from crm.people import same_person
from crm.search import searching
from support.models import Note, Ticket
from support.sight import Sight

READS_NOTES = "support.view_note"
NOTED = "support_note_words(support_note.text, support_note.written_at)"
SHOWN = 20
MOST_ENTRIES = 100
NUMBER = re.compile(r"(?:№|#|no\.?|n)?\s*(\d{1,15})", re.IGNORECASE)


def tickets(typed: str, *, sight: Sight, at: datetime, limit: int = SHOWN) -> list[Ticket]:
    """Those that the reader sees: of this number first, then of these people, then with these words, newest first."""
    text = searching.tidy(typed)
    if not text or not sight.sees_any:
        return []
    words = [*_with_words(text, at), *_with_notes(text, sight, at)]
    ids = dict.fromkeys([*_numbered(text), *_of_people(text, sight), *words])
    seen = sight.of(Ticket.objects.filter(pk__in=list(ids)[: 4 * limit]))
    rows = seen.select_related("customer", "topic", "assignee", "sub_state")
    found = {ticket.pk: ticket for ticket in rows}
    return [found[pk] for pk in ids if pk in found][:limit]


def _numbered(text: str) -> list[int]:
    number = NUMBER.fullmatch(text)
    return [int(number[1])] if number else []


def _of_people(text: str, sight: Sight) -> list[int]:
    people = searching.people(text, reader=sight.reader)
    ids = same_person.ids_of_each([person.pk for person in people]).values()
    its = sight.of(Ticket.objects.filter(customer__in=[pk for each in ids for pk in each]))
    return list(its.order_by("-last_message_at").values_list("pk", flat=True)[:SHOWN])


def _with_words(text: str, at: datetime) -> list[int]:
    kinds = [MessageReceived.kind, MessageSent.kind]
    lately = TimelineEntry.objects.filter(occurred_at__gte=at - searching.WINDOW, kind__in=kinds)
    written = searching.holding(text, lately, months=searching.months_from(at - searching.WINDOW))
    latest = written.order_by("-occurred_at", "-id").values_list("subject_id", flat=True)[:MOST_ENTRIES]
    return _holding(int(pk) for pk in latest if pk)


def _with_notes(text: str, sight: Sight, at: datetime) -> list[int]:
    if not sight.reader.has_perm(READS_NOTES):
        return []
    since = at - searching.WINDOW
    lately = Note.objects.filter(written_at__gte=since)
    noted = searching.with_words(text, lately, words=NOTED, months=searching.months_from(since))
    return list(noted.order_by("-written_at", "-pk").values_list("ticket_id", flat=True)[:MOST_ENTRIES])


def _holding(messages: Iterable[int]) -> list[int]:
    """The tickets in which these messages stand, newest message first."""
    its = Ticket.objects.filter(placed__message__in=list(messages)).order_by("-placed__message")
    return list(its.values_list("pk", flat=True))
