"""What a company pays, what there is, and how old that is: for agents with a buyer on the telephone."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from crm.models import Company
from crm.pages.paging import newest_first, number_in
from crm.pages.requests import StaffRequest
from crm.purchases import price_lists

ON_A_PAGE = 50
LONGEST_WORDS = 100


@require_GET
@permission_required(("crm.view_company", "crm.view_agreement"), raise_exception=True)
def company_prices(request: StaffRequest, pk: int) -> HttpResponse:
    """By the agreement of one shop; of the first, unless the address names another."""
    company, now = get_object_or_404(Company, pk=pk), timezone.now()
    agreements = price_lists.agreements_of(company, on=timezone.localdate(now))
    asked = number_in(request, "agreement")
    chosen = next((one for one in agreements if one.pk == asked), next(iter(agreements), None))
    words = request.GET.get("q", "")[:LONGEST_WORDS]
    context = {
        **admin.site.each_context(request),
        "title": _("Prices and stock"),
        "company": company,
        "agreements": agreements,
        "chosen": chosen,
        "words": words,
        "now": now,
    }
    if chosen:
        found = price_lists.items_of(chosen.price_list, words=words)
        context["items"], context["older"] = newest_first(found, request, shown=ON_A_PAGE)
        context["fresh"] = price_lists.freshness(chosen.price_list.shop, at=now)
    return render(request, "crm/price_lookup.html", context)
