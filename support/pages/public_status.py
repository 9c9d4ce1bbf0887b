"""`/status/`: what is wrong at the moment and what was lately, for everybody; it knows nobody and no order."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from support.models import Incident

# What is over stays there for so long.
LATELY = timedelta(days=14)
MOST = 20


@require_safe
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """Two queries."""
    at, public = (
        timezone.now(),
        Incident.objects.public().only("state", "public_words", "began_at", "resolved_at"),
    )
    going_on = public.filter(state=Incident.State.ANNOUNCED)
    over = public.filter(state=Incident.State.RESOLVED, resolved_at__gt=at - LATELY)
    context = {
        "going_on": _told(list(going_on[:MOST])),
        "over": _told(list(over.order_by("-resolved_at", "-pk")[:MOST])),
        "now": at,
    }
    return render(request, "support/public/status.html", context)


def _told(incidents: list[Incident]) -> list[tuple[Incident, dict[str, str]]]:
    return [(incident, incident.public_in(get_language() or "")) for incident in incidents]
