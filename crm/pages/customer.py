"""A customer's page: who they are, what they bought, and everything that happened, on one timeline."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import customer_page
from crm.customer_page import Visit
from crm.errors import Refusal
from crm.history import BadCursor
from crm.models import Customer
from crm.pages import timeline
from crm.pages.requests import StaffRequest
from crm.pages.timeline import Choice
from crm.people import noting, revealing
from crm.people.same_person import ids_of, with_ids


@require_GET
@permission_required("crm.view_customer", raise_exception=True)
def customer(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole page; or, for htmx, its history anew, or the next turn of it."""
    person = _person(pk)
    if person.merged_into_id:
        return HttpResponseRedirect(reverse("crm:customer", args=[ids_of(person)[0]]))
    visit = Visit(customer=person, reader=request.user, at=timezone.now())
    target = request.htmx.target
    if target in ("older", "newer"):
        return TemplateResponse(request, "crm/customer/_turn.html", _turn(request, visit))
    if target == "history":
        return TemplateResponse(request, "crm/customer/_history.html", _history(request, visit))
    revealing.note_opening(person, colleague=request.user, at=visit.at)
    return TemplateResponse(request, "crm/customer/page.html", _page(request, visit))


@require_POST
@permission_required("crm.change_customer", raise_exception=True)
def notes(request: StaffRequest, pk: int) -> HttpResponse:
    """Write a note. The form carries a key, so that sending it twice leaves one note."""
    person = _person(pk)
    at = timezone.now()
    refusal = ""
    try:
        noting.write_note(
            person,
            text=request.POST.get("text", ""),
            author=request.user,
            key=request.POST.get("key", "")[:64] or uuid.uuid4().hex,
            at=at,
        )
    except Refusal as refused:
        refusal = str(refused.title)
    if request.htmx:
        context = _history(request, Visit(customer=person, reader=request.user, at=at), refusal=refusal)
        return render(request, "crm/customer/_history.html", context)
    if refusal:
        messages.error(request, refusal)
    else:
        messages.success(request, _("The note is saved. Colleagues see it on this page."))
    return HttpResponseRedirect(f"{reverse('crm:customer', args=[pk])}#history")


def _person(pk: int) -> Customer:
    people = with_ids(Customer.objects.all()).select_related(
        "figures", "worth", "loyalty", "account_manager", "deputy_manager"
    )
    return get_object_or_404(people, pk=pk)


def _page(request: StaffRequest, visit: Visit) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        **_history(request, visit),
        "title": str(visit.customer),
        "notice": customer_page.notice(visit),
        "badges": customer_page.badges(visit),
        "tiles": customer_page.tiles(visit),
        "panels": customer_page.panels(visit),
    }


def _history(request: StaffRequest, visit: Visit, *, refusal: str = "") -> dict[str, Any]:
    choice = Choice.from_query(request.GET)
    groups, channels = timeline.chips(visit.customer, choice, reader=visit.reader)
    return {
        **_turn(request, visit),
        "groups": groups,
        "channels": channels,
        "may_change": request.user.has_perm("crm.change_customer") and visit.customer.erased_at is None,
        "note_key": uuid.uuid4().hex,
        "note_text": request.POST.get("text", "") if refusal else "",
        "note_refusal": refusal,
        "longest_note": noting.LONGEST,
    }


def _turn(request: StaffRequest, visit: Visit) -> dict[str, Any]:
    choice = Choice.from_query(request.GET)
    try:
        page = timeline.read(
            visit.customer,
            choice,
            reader=visit.reader,
            older=request.GET.get("older", ""),
            newer=request.GET.get("newer", ""),
        )
    except BadCursor as error:
        raise BadRequest(_("This link into the history is broken. Open the customer's page anew.")) from error
    found = timeline.days(page.entries, today=visit.today)
    turned = request.htmx.target if request.htmx.target in ("older", "newer") else ""
    shown = request.GET.get("shown", "")
    return {
        "visit": visit,
        "customer": visit.customer,
        "choice": choice,
        "days": found,
        "older": choice.query(older=str(page.older), shown=str(found[-1].on)) if page.older else "",
        "newer": choice.query(newer=str(page.newer), shown=str(found[0].on)) if page.newer else "",
        # A day that goes on from one turn to the next has one head: over its latest entry.
        "day_shown_above": shown if turned == "older" else "",
        "day_shown_below": shown if turned == "newer" and found and str(found[-1].on) == shown else "",
        "turned": turned,
    }
