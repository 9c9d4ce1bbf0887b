"""A ticket's page says from time to time that somebody looks at it, and hears what came since."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.pages.requests import StaffRequest
from support import focusing
from support.pages import deeds, parts
from support.sight import SEES


@require_POST
@permission_required((SEES, deeds.ANSWERS), raise_exception=True)
def pulse(request: StaffRequest, pk: int) -> HttpResponse:
    """What came into the conversation, whose state changed, who else is here."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    if request.POST.get("active") == "yes":
        focusing.beat(ticket, agent=request.user, at=at)
    context: dict[str, Any] = {
        **deeds.news_of(request, ticket, at),
        **deeds.states_of(request, ticket, at),
        **parts.menus(at),
        "present": [],
    }
    return TemplateResponse(request, "support/_news.html", context)
