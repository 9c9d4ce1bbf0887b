"""The team lead's page: who is here, what is late, whose answers to read; and everybody's own shift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import Refusal
from crm.models import User
from crm.pages import dashboard
from crm.pages.requests import StaffRequest
from support import inbox
from support.colleagues import reviewing, shifts, team
from support.inbox import BY_NAME, Choice
from support.models import QualityReview
from support.pages import parts
from support.pages.deeds import ANSWERS, number_of
from support.sight import Sight

LEADS = "support.lead_ticket"
SHIFT = timedelta(hours=8)
HOW: dict[str, tuple[Callable[[User, datetime], object], str | Promise]] = {
    "begin": (
        lambda user, at: shifts.begin(user, until=at + SHIFT, at=at),
        gettext_lazy("Your shift has begun. Tickets come to you by themselves."),
    ),
    "away": (
        lambda user, at: shifts.step_away(user, at=at),
        gettext_lazy("You are away for a while. No ticket comes to you meanwhile."),
    ),
    "back": (
        lambda user, at: shifts.come_back(user, at=at),
        gettext_lazy("You are back. Tickets come to you again."),
    ),
    "end": (
        lambda user, at: shifts.end(user, at=at),
        gettext_lazy("Your shift is over. What waits for an answer goes to others."),
    ),
}


@require_GET
@permission_required(LEADS, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    at, sight = timezone.now(), Sight(request.user)
    last_month = (timezone.localdate(at).replace(day=1) - timedelta(days=1)).replace(day=1)
    asked = {name: Choice(view=BY_NAME[name]) for name in ("breaching", "unassigned", "promises")}
    context = {
        **admin.site.each_context(request),
        "title": _("The team"),
        "tabs": dashboard.tabs("support", request.user),
        "standings": team.standings(at=at, month=last_month),
        "counts": inbox.counts(asked, sight, at=at),
        "to_review": team.to_review(request.user, at=at),
        "latest_reviews": team.latest_reviews(at=at),
        "month": last_month,
        "now": at,
    }
    return TemplateResponse(request, "support/lead.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(LEADS, raise_exception=True)
def review(request: StaffRequest, pk: int, agent_pk: int) -> HttpResponse:
    """The scorecard beside the conversation that it is about."""
    ticket, agent = parts.ticket_for(request, pk), get_object_or_404(User, pk=agent_pk, is_staff=True)
    refusal = ""
    if request.method == "POST":
        try:
            reviewing.review(
                ticket,
                agent=agent,
                marks={name: number_of(request.POST.get(name, "")) or 0 for name in QualityReview.MARKS},
                comment=request.POST.get("comment", ""),
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as refused:
            refusal = str(refused.title)
        else:
            messages.success(request, _("The review is kept. {name} sees it.").format(name=agent))
            return HttpResponseRedirect(reverse("support:lead"))
    at = timezone.now()
    standing = QualityReview.objects.filter(ticket=ticket, agent=agent, reviewer=request.user).first()
    context = {
        **admin.site.each_context(request),
        **parts.talk(ticket, request.user, at),
        "title": _("Review of an answer"),
        "ticket": ticket,
        "agent": agent,
        "criteria": [_criterion(name, request, standing) for name in QualityReview.MARKS],
        "comment": request.POST.get("comment", standing.comment if standing else ""),
        "refusal": refusal,
        "now": at,
    }
    return TemplateResponse(request, "support/review.html", context)


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def shift(request: StaffRequest) -> HttpResponse:
    """Begin one's shift, step away, come back, end it."""
    deed, words = HOW.get(request.POST.get("how", ""), HOW["begin"])
    try:
        deed(request.user, timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        messages.success(request, str(words))
    return HttpResponseRedirect(reverse("support:inbox"))


def _criterion(name: str, request: StaffRequest, standing: QualityReview | None) -> dict[str, object]:
    given = number_of(request.POST.get(name, "")) or (getattr(standing, name) if standing else 0)
    label = QualityReview._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return {"name": name, "label": label, "given": given, "scale": range(1, 6)}
