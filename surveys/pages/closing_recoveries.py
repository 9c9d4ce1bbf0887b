"""Who was unhappy: who waits to be spoken to, what was wrong, what was done, and whether it helped."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.dashboards.tile_words import interval_said, rate_said
from crm.errors import Refusal
from crm.measures.intervals import Share
from crm.pages.requests import StaffRequest
from surveys.closing import recovering, recovery_figures
from surveys.models import Recovery
from surveys.pages.builder import number_of

SEES, CHANGES = "surveys.view_recovery", "surveys.change_recovery"
SHOWN = 50


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """Those who wait, the first due first; `?all=1` everybody, the latest first. `?after=moment|id` leads on."""
    at, is_all = timezone.now(), request.GET.get("all") == "1"
    column = "opened_at" if is_all else "due_at"
    rows = Recovery.objects.select_related(
        "response__customer", "response__version__survey", "response__shop"
    ).prefetch_related("response__answers")
    rows = (
        rows.order_by(f"-{column}", "-pk")
        if is_all
        else rows.filter(contacted_at=None).order_by(column, "pk")
    )
    found = list(rows.filter(_after(request.GET.get("after", ""), column, down=is_all))[: SHOWN + 1])
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    figures = recovery_figures.lately(at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Unhappy customers"),
        "recoveries": [_shown(one) for one in found[:SHOWN]],
        "after": f"{getattr(last, column).isoformat()}|{last.pk}" if last else "",
        "is_all": is_all,
        "figures": figures,
        "in_time": _said(figures.in_time),
        "recovered": _said(figures.recovered),
        "may_change": request.user.has_perm(CHANGES),
        "now": at,
    }
    return TemplateResponse(request, "surveys/closing/recoveries.html", context)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def explanation(request: StaffRequest, pk: int) -> HttpResponse:
    """What was wrong and what was done; without a message or a call of ours: that somebody was spoken to elsewhere."""
    found = get_object_or_404(Recovery.objects.select_related("response"), pk=pk)
    try:
        recovering.explain(
            found,
            cause=request.POST.get("cause", ""),
            action=request.POST.get("action", ""),
            spoken_at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        messages.success(request, _("It is known now what was wrong and what was done."))
    shown = "?all=1" if request.POST.get("all") == "1" else ""
    return HttpResponseRedirect(f"{reverse('closing:recoveries')}{shown}")


def _said(share: Share) -> str:
    return "" if share.is_few else f"{rate_said(share)} ({interval_said(share)})"


def _shown(recovery: Recovery) -> dict[str, Any]:
    answers = list(recovery.response.answers.all())
    score = next((one for one in answers if one.value is not None), None)
    return {
        "its": recovery,
        "customer": recovery.response.customer,
        "score": f"{score.value} / {score.scale_high}" if score else "",
        "words": " ".join(one.text for one in answers if one.text),
    }


def _after(place: str, column: str, *, down: bool) -> Q:
    moment, _bar, pk = place.partition("|")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or not timezone.is_aware(at):
        return Q()
    op = "lt" if down else "gt"
    return Q(**{f"{column}__{op}": at}) | Q(**{column: at, f"pk__{op}": number_of(pk)})
