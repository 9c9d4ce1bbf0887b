"""A ringing telephone on every page of the house: who it is, before anybody picks up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.customer_page import Mark
from crm.messages import calling
from crm.models import Call
from crm.pages.requests import StaffRequest
from crm.people.masking import masked
from support import inbox
from support.models import Ticket
from support.pages.deeds import ANSWERS
from support.sight import Sight

SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Ringing:
    call: Call
    number: str
    mark: Mark | None
    ticket: Ticket | None


@require_GET
@permission_required((ANSWERS, "crm.view_customer"), raise_exception=True)
def ringing(request: StaffRequest) -> HttpResponse:
    """What rings at this colleague's desk, or at everybody's. 204 where nothing does and nothing did."""
    at = timezone.now()
    calls = list(calling.ringing_for(request.user, at=at))[:SHOWN]
    told = ",".join(str(call.pk) for call in calls)
    if told == request.GET.get("told", ""):
        return HttpResponse(status=204)
    context = {"told": told, "calls": _shown(calls, Sight(request.user), at)}
    return TemplateResponse(request, "support/_ringing.html", context)


def _shown(calls: list[Call], sight: Sight, at: datetime) -> list[Ringing]:
    known = {call.customer_id for call in calls if call.customer_id}
    marks = inbox.marks_of(known, at=at)
    open_ones = sight.of(Ticket.objects.at_work().filter(customer__in=known)).order_by("last_message_at")
    tickets = {ticket.customer_id: ticket for ticket in open_ones} if known else {}
    return [
        Ringing(
            call=call,
            number=masked("phone", call.phone),
            mark=marks.get(call.customer_id or 0),
            ticket=tickets.get(call.customer_id or 0),
        )
        for call in calls
    ]
