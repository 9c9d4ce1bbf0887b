"""Macros beside the answer: what each would do stands there before it runs; its words come into the field."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.models import User
from crm.pages.requests import StaffRequest
from support.answering import macros
from support.models import Macro, Ticket
from support.pages import parts, playing
from support.pages.deeds import ANSWERS, Said, chosen, do, key_of, seen
from support.scripts.variables import About

SHOWN = 40


@require_GET
@permission_required(ANSWERS, raise_exception=True)
def choice(request: StaffRequest, pk: int) -> HttpResponse:
    """Those of its team, each with what it says and does. Asked for when somebody opens the menu."""
    ticket, at = parts.ticket_for(request, pk), timezone.now()
    about = About(ticket, request.user, at)
    found = [_shown(macro, about, request.user) for macro in macros.offered(ticket, at=at)[:SHOWN]]
    context = {"ticket": ticket, "macros": found, "key": uuid.uuid4().hex, **playing.offered(ticket, at)}
    return TemplateResponse(request, "support/_macros.html", context)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def run(request: StaffRequest, pk: int) -> HttpResponse:
    """Do what it does; its words come into the field, to be looked at before they are sent."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        macro: Macro = chosen(Macro.objects.in_use(at), request.POST.get("macro", ""))
        text = macros.text_for(macro, About(ticket, request.user, at))
        macros.run(macro, ticket=ticket, by=request.user, key=key_of(request), at=at, version=seen(request))
        words = _("Macro “{name}” is done. Look at its words before you send them.").format(name=macro)
        return Said(words=words, tells={"macro-words": {"text": text}} if text else {})

    return do(request, pk, deed)


def _shown(macro: Macro, about: About, reader: User) -> dict[str, object]:
    try:
        steps = macros.preview(macro, by=reader)
        text = macros.text_for(macro, about)
    except Refusal as refused:
        return {"macro": macro, "refusal": str(refused.title)}
    return {
        "macro": macro,
        "steps": steps,
        "text": text,
        "is_allowed": all(step.is_allowed for step in steps),
    }
