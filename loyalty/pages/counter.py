"""At the counter: who waits to be confirmed, and the code that leads customers to the joining page, to be printed."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import qr
from crm.colleagues import own_shops
from crm.errors import Refusal
from crm.models import Shop
from crm.pages.requests import StaffRequest
from crm.people.masking import masked
from loyalty.members import self_joining
from loyalty.models import JoiningRequest, Programme

WAITING_SHOWN = 50


@require_GET
@permission_required("loyalty.view_member", raise_exception=True)
def codes(request: StaffRequest) -> HttpResponse:
    """One sheet for each shop."""
    shops = own_shops.seen_by(request.user, Shop.objects.filter(is_active=True).order_by("pk"), shop="pk")
    sheets = []
    for shop in shops:
        address = request.build_absolute_uri(f"{reverse('join')}?shop={shop.slug}")
        sheets.append({"shop": shop, "address": address, "drawing": qr.drawing(address)})
    context = {
        **admin.site.each_context(request),
        "title": _("Codes for the counter"),
        "sheets": sheets,
        "programme": Programme.objects.running(timezone.now()).first(),
    }
    return TemplateResponse(request, "loyalty/staff/counter.html", context)


@require_GET
@permission_required("loyalty.change_joiningrequest", raise_exception=True)
def waiting(request: StaffRequest) -> HttpResponse:
    found = _seen(request).filter(member=None).select_related("shop").order_by("-pk")[:WAITING_SHOWN]
    context = {
        **admin.site.each_context(request),
        "title": _("Waiting at the till"),
        "now": timezone.now(),
        "requests": [(one, masked(one.kind, one.value)) for one in found],
    }
    return TemplateResponse(request, "loyalty/staff/waiting.html", context)


@require_POST
@permission_required("loyalty.change_joiningrequest", raise_exception=True)
def confirmation(request: StaffRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(_seen(request), pk=pk)
    try:
        joined = self_joining.confirm_at_the_till(asked, by=request.user, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(reverse("loyalty:waiting"))
    messages.success(request, _("The membership has begun. The card appears on the phone."))
    return HttpResponseRedirect(reverse("loyalty:member", args=[joined.pk]))


def _seen(request: StaffRequest) -> QuerySet[JoiningRequest]:
    """Those at the counters of the colleague's shops."""
    requests = JoiningRequest.objects.filter(asks_the_cashier=True, expires_at__gt=timezone.now())
    return own_shops.seen_by(request.user, requests)
