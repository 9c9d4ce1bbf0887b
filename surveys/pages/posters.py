"""A sheet for each place with the code of a survey: whoever scans it answers, and nobody knows who it was."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm import qr
from crm.models import Shop
from crm.pages.requests import StaffRequest
from surveys.answers import links
from surveys.models import Survey
from surveys.pages.builder import SEES

MOST_SHEETS = 100


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`shop`: None is the company as a whole, for a site or a parcel."""

    shop: Shop | None
    address: str
    drawing: qr.Drawing


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    its = get_object_or_404(Survey, pk=pk)
    shops = Shop.objects.filter(is_active=True).order_by("name")[:MOST_SHEETS]
    context = {
        **admin.site.each_context(request),
        "title": its.name,
        "survey": its,
        "is_asked": Survey.objects.in_use(timezone.now()).filter(pk=pk).exists(),
        "sheets": [_sheet(its, shop) for shop in (None, *shops)],
    }
    return TemplateResponse(request, "surveys/posters.html", context)


def _sheet(survey: Survey, shop: Shop | None) -> Sheet:
    address = links.address_by(links.open_token(survey, shop))
    return Sheet(shop=shop, address=address, drawing=qr.drawing(address))
