"""The check of a programme: what is wrong with it, and where to mend it."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.pages.requests import StaffRequest
from loyalty import health as checking
from loyalty.health import Finding
from loyalty.models import Rule
from loyalty.pages.programme import chosen


@require_GET
@permission_required("loyalty.view_rule", raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    programme = chosen(request)
    if programme is None:
        raise Http404
    found = checking.examine(programme, at=timezone.now())
    named = {finding.fault for finding in found}
    context = {
        **admin.site.each_context(request),
        "title": _("Check of the programme"),
        "programme": programme,
        "findings": [(checking.NAMES[one.fault], one, _place(one)) for one in found],
        "fine": [name for fault, name in checking.NAMES.items() if fault not in named],
    }
    return TemplateResponse(request, "loyalty/dashboard/health.html", context)


def _place(finding: Finding) -> str:
    """Where it is mended; nothing where the reader has no such page."""
    about = finding.about
    if isinstance(about, Rule):
        return reverse("programme:rule", args=[about.pk])
    try:
        return reverse(f"admin:loyalty_{about._meta.model_name}_change", args=[about.pk])
    except NoReverseMatch:
        return ""
