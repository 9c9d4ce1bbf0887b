"""A ticket's page says from time to time that somebody looks at it, and hears what came since."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.models import User
from crm.pages.requests import StaffRequest
from support.answering import presence
from support.pages import deeds, parts
from support.sight import SEES


@require_POST
@permission_required((SEES, deeds.ANSWERS), raise_exception=True)
def pulse(request: StaffRequest, pk: int) -> HttpResponse:
    """What came into the conversation, whose state changed, who else is here."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    others = []
    if request.POST.get("active") == "yes":
        is_typing = request.POST.get("typing") == "yes"
        others = presence.here(ticket, user=request.user, at=at, is_typing=is_typing)
    context: dict[str, Any] = {
        **deeds.news_of(request, ticket, at),
        **deeds.states_of(request, ticket, at),
        **parts.menus(request.user, at),
        "present": [_said(user) for user in others],
        "is_pulse": True,
    }
    return TemplateResponse(request, "support/_news.html", context)


def _said(user: User) -> str:
    sentence = (
        _("{name} is writing here") if getattr(user, "is_typing", False) else _("{name} is reading this too")
    )
    return sentence.format(name=user)
