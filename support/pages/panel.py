"""Tickets on a customer's page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customer_page import Panel, Visit
from support.models import Ticket
from support.pages.deeds import ANSWERS
from support.sight import SEES, Sight

SHOWN = 5


def tickets(visit: Visit) -> Panel | None:
    """The latest that the reader sees, and the way to write first."""
    if not visit.reader.has_perm(SEES):
        return None
    theirs = Sight(visit.reader).of(Ticket.objects.filter(customer__in=visit.people, merged_into=None))
    may_write = visit.reader.has_perm(ANSWERS) and visit.customer.erased_at is None
    return Panel(
        title=_("Tickets"),
        template="support/_panel.html",
        context={
            "tickets": list(theirs.order_by("-last_message_at", "-pk")[:SHOWN]),
            "new_url": f"{reverse('support:new')}?customer={visit.customer.pk}" if may_write else "",
        },
    )
