"""The page behind the one search box, and what it suggests while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.errors import Refusal
from crm.models import Address, Customer, Identity, Order
from crm.pages import timeline
from crm.pages.requests import StaffRequest
from crm.pages.timeline import Row
from crm.people import identifiers
from crm.people.masking import masked
from crm.search import search_sources, searching
from crm.search.searching import Found

WAYS_SHOWN = ("phone", "email", "telegram")
SHORTEST = 3
SUGGESTED_PEOPLE, SUGGESTED_ORDERS = 6, 3


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """Enough to tell one person from a namesake; how to reach them is masked, because others may see the screen."""

    customer: Customer
    ways: list[str]
    city: str


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    row: Row
    customer: Customer | None


@require_GET
@permission_required("crm.view_customer", raise_exception=True)
def results(request: StaffRequest) -> HttpResponse:
    """What was found, in groups; or straight to the one record that was meant, by a card that was scanned too."""
    typed = request.GET.get("q", "")
    if shown := _who_shows(request, typed):
        return HttpResponseRedirect(reverse("crm:customer", args=[shown]))
    found = _allowed(request, searching.search(typed, reader=request.user, at=timezone.now()))
    if found.sure:
        return HttpResponseRedirect(_url_of(found.sure))
    groups = search_sources.groups(typed, reader=request.user, at=timezone.now())
    context = {
        **admin.site.each_context(request),
        **_shown(found),
        "groups": groups,
        "title": _("Search"),
        "typed": searching.tidy(typed),
        "window_days": searching.WINDOW.days,
    }
    return TemplateResponse(request, "crm/search/results.html", context)


@require_GET
@permission_required("crm.view_customer", raise_exception=True)
def suggestions(request: StaffRequest) -> HttpResponse:
    """The likeliest people and orders, under the box. Nothing for less than three letters."""
    typed = searching.tidy(request.GET.get("q", ""))
    found = Found()
    if len(typed) >= SHORTEST:
        orders = searching.orders(typed, reader=request.user)[:SUGGESTED_ORDERS]
        people = searching.people(typed, limit=SUGGESTED_PEOPLE, reader=request.user)
        found = _allowed(request, Found(people=people, orders=orders))
    return TemplateResponse(request, "crm/search/_suggestions.html", {**_shown(found), "typed": typed})


def _who_shows(request: StaffRequest, typed: str) -> int | None:
    """Why a card or a code is refused is said, and the search goes on: a lost card has an owner too."""
    try:
        return identifiers.presented(typed, at=timezone.now())
    except Refusal as refused:
        messages.warning(request, str(refused.title))
        return None


def _allowed(request: HttpRequest, found: Found) -> Found:
    """Without the groups that this colleague may not look at."""
    may_see_orders = request.user.has_perm("crm.view_order")
    may_see_entries = request.user.has_perm("crm.view_timelineentry")
    return Found(
        people=found.people,
        orders=found.orders if may_see_orders else [],
        entries=found.entries if may_see_entries else [],
        sure=None if isinstance(found.sure, Order) and not may_see_orders else found.sure,
    )


def _shown(found: Found) -> dict[str, Any]:
    rows = timeline.rows(found.entries)
    return {
        "found": found,
        "people": _people(found.people),
        "orders": found.orders,
        "entries": [EntryRow(row=row, customer=row.entry.customer) for row in rows],
    }


def _people(people: list[Customer]) -> list[PersonRow]:
    prefetch_related_objects(
        people,
        Prefetch("identities", Identity.objects.filter(kind__in=WAYS_SHOWN).order_by("pk")),
        Prefetch("addresses", Address.objects.order_by("-is_main", "pk")),
        "figures",
    )
    return [_person(customer) for customer in people]


def _person(customer: Customer) -> PersonRow:
    known = sorted(customer.identities.all(), key=lambda identity: WAYS_SHOWN.index(identity.kind))
    cities = [address.city for address in customer.addresses.all() if address.city]
    return PersonRow(
        customer=customer,
        ways=[masked(identity.kind, identity.value) for identity in known[:2]],
        city=cities[0] if cities else "",
    )


def _url_of(record: Customer | Order) -> str:
    if isinstance(record, Order):
        return reverse("admin:crm_order_change", args=[record.pk])
    return reverse("crm:customer", args=[record.pk])
