"""What is done for many at once: the list of campaigns, and of plans to keep customers, with what came of each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.campaigns.kinds import kinds
from crm.campaigns.measuring import over_at
from crm.campaigns.playbooks import PLAYBOOKS, Playbook
from crm.models import Campaign, RetentionPlan
from crm.pages.paging import newest_first
from crm.pages.requests import StaffRequest

SEES, CHANGES = "crm.view_campaign", "crm.change_campaign"
SHOWN = 25


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    rows, before = newest_first(Campaign.objects.select_related("started_by"), request, shown=SHOWN)
    labels = {name: kind.label for name, kind in kinds().items()}
    context = {
        **admin.site.each_context(request),
        "title": _("Campaigns"),
        "campaigns": [{"its": one, "kind": labels.get(one.kind, one.kind)} for one in rows],
        "before": before,
        "may_add": request.user.has_perm("crm.add_campaign"),
    }
    return TemplateResponse(request, "crm/campaigns/list.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
def plans(request: StaffRequest) -> HttpResponse:
    rows, before = newest_first(
        RetentionPlan.objects.select_related("campaign", "owner"), request, shown=SHOWN
    )
    context = {
        **admin.site.each_context(request),
        "title": _("Plans to keep customers"),
        "plans": [{"its": one, "over_at": over_at(one.campaign)} for one in rows],
        "before": before,
        "playbooks": [begun_by(one) for one in PLAYBOOKS],
        "may_add": request.user.has_perm("crm.add_campaign"),
    }
    return TemplateResponse(request, "crm/campaigns/plans.html", context)


def begun_by(playbook: Playbook) -> dict[str, Any]:
    """A playbook, with the way to a draft of it."""
    url = f"{reverse('campaigns:new')}?{urlencode({'playbook': playbook.name})}"
    return {"its": playbook, "category": playbook.category.label, "url": url}
