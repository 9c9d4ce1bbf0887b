"""The desk's first page: tickets that burn for the reader, and promises that fall due."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.colleagues.desk import ROWS, DeskList, Morning, Row
from crm.words.wording import near
from support.inbox import BURNS
from support.models import Promise, Ticket
from support.pages.deeds import ANSWERS
from support.pages.rows import name_of
from support.sight import Sight


def burning(morning: Morning) -> DeskList | None:
    """Theirs and nobody's, the longest late first."""
    if not morning.reader.has_perm(ANSWERS):
        return None
    due = (
        Ticket.objects.at_work()
        .awake(morning.at)
        .filter(next_due_at__lt=morning.at + BURNS, merged_into=None)
    )
    theirs = due.filter(Q(assignee=morning.reader) | Q(assignee=None))
    found = Sight(morning.reader).of(theirs).select_related("customer").order_by("next_due_at", "pk")
    rows = [
        Row(
            text=ticket.subject or ticket.last_words or f"№ {ticket.pk}",
            url=reverse("support:ticket", args=[ticket.pk]),
            more=name_of(ticket),
            end=near(ticket.next_due_at, morning.at) if ticket.next_due_at else "",
            mood="bad" if ticket.next_due_at and ticket.next_due_at < morning.at else "warn",
        )
        for ticket in found[: ROWS + 1]
    ]
    return DeskList(
        title=_("Tickets to answer now"),
        icon="ticket",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=f"{reverse('support:inbox')}?view=breaching",
        empty=_("Nothing is late, and nothing falls due within half an hour."),
    )


def promises(morning: Morning) -> DeskList | None:
    """What the reader promised, up to this evening."""
    if not morning.reader.has_perm(ANSWERS):
        return None
    mine = Promise.objects.open().filter(made_by=morning.reader, due_at__lte=morning.evening)
    found = mine.select_related("ticket__customer").order_by("due_at", "pk")[: ROWS + 1]
    rows = [
        Row(
            text=promise.what,
            url=reverse("support:ticket", args=[promise.ticket_id]),
            more=name_of(promise.ticket),
            end=near(promise.due_at, morning.at),
            mood="bad" if promise.due_at < morning.at else "",
        )
        for promise in found
    ]
    return DeskList(
        title=_("Your promises for today"),
        icon="phone",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=f"{reverse('support:inbox')}?view=promises",
        empty=_("You have promised nothing for today."),
    )
