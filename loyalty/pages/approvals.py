"""`/dashboard/approvals/`: what colleagues ask for above their allowance, for a second person to decide."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from loyalty.models import AdjustmentRequest
from loyalty.points import adjustment

SHOWN = 50


@require_GET
@permission_required(adjustment.MAY_DECIDE, raise_exception=True)
def approvals(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    waiting = AdjustmentRequest.objects.filter(decision="", expires_at__gt=now)
    context = {
        **admin.site.each_context(request),
        "title": _("Waiting for a decision"),
        "now": now,
        "waiting": waiting.select_related("member__customer", "requested_by").order_by("expires_at")[:SHOWN],
    }
    return TemplateResponse(request, "loyalty/staff/approvals.html", context)


@require_POST
@permission_required(adjustment.MAY_DECIDE, raise_exception=True)
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse. Nobody decides about what they asked for themselves."""
    asked = get_object_or_404(AdjustmentRequest, pk=pk)
    note = " ".join(request.POST.get("note", "").replace("\0", "").split())[:200]
    told: dict[str, Any] = {"by": request.user, "at": timezone.now(), "note": note}
    try:
        if request.POST.get("decision") == "approve":
            adjustment.approve(asked, **told)
            messages.success(request, _("Approved: the points are adjusted."))
        else:
            adjustment.refuse(asked, **told)
            messages.success(request, _("Refused: nothing is changed."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("loyalty:approvals"))
