"""A question on the shop's own site: the tag to copy for each shop, whose pages may show it, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass

from csp.constants import SELF
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.models import Shop
from crm.pages.requests import StaffRequest
from surveys.answers import links
from surveys.models import Survey
from surveys.pages import framing
from surveys.pages.builder import SEES
from surveys.pages.posters import MOST_SHEETS


@dataclass(frozen=True, kw_only=True)
class Tag:
    """`shop`: None is the company as a whole. `html`: what stands in the pages of its site."""

    shop: Shop | None
    html: str


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    its = get_object_or_404(Survey, pk=pk)
    shops = Shop.objects.filter(is_active=True).order_by("name")[:MOST_SHEETS]
    is_asked = Survey.objects.in_use(timezone.now()).filter(pk=pk).exists()
    context = {
        **admin.site.each_context(request),
        "title": its.name,
        "survey": its,
        "is_asked": is_asked,
        "token": links.open_token(its),
        "tags": [_tag(its, shop) for shop in (None, *shops)],
        "sites": framing.sites(),
    }
    response = TemplateResponse(request, "surveys/widget.html", context)
    response._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]
    return response


def _tag(survey: Survey, shop: Shop | None) -> Tag:
    script = f"{settings.PUBLIC_ADDRESS}{settings.STATIC_URL}js/survey-widget.js"
    context = {"script": script, "token": links.open_token(survey, shop)}
    return Tag(shop=shop, html=render_to_string("surveys/widget_tag.html", context).strip())
