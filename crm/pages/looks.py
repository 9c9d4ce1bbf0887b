"""Who looked at this person, and what was changed: for those who watch over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crm import audit
from crm.models import Customer, ListTaken, Look
from crm.pages.paging import newest_first, number_in
from crm.pages.requests import StaffRequest
from crm.people.same_person import ids_of

SHOWN = 50


@require_GET
@never_cache
@permission_required(("crm.view_customer", "crm.view_look"), raise_exception=True)
def looks(request: StaffRequest, pk: int) -> HttpResponse:
    """Openings of the page (one an hour) and revealings, the latest first; of those merged into this one too."""
    customer = get_object_or_404(Customer, pk=pk)
    rows = Look.objects.filter(customer__in=ids_of(customer)).select_related("colleague")
    found, before = newest_first(rows, request, shown=SHOWN)
    context = {
        **admin.site.each_context(request),
        "title": _("Who looked at this person"),
        "customer": customer,
        "looks": found,
        "lists": [] if number_in(request, "before") else _lists_with(ids_of(customer)),
        "before": before,
    }
    return render(request, "crm/looks/page.html", context)


def _lists_with(ids: Sequence[int]) -> list[tuple[ListTaken, str]]:
    """Files that told of this person, the latest first, and what they were lists of."""
    taken = ListTaken.objects.filter(customers__overlap=list(ids)).select_related("colleague").order_by("-pk")
    return [
        (one, str(capfirst(apps.get_model(one.list_name)._meta.verbose_name_plural))) for one in taken[:SHOWN]
    ]


@require_GET
@never_cache
@permission_required("crm.view_customerchange", raise_exception=True)
def changes(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """What was changed on a record, field by field; its own permission to be seen is asked for too."""
    if kind not in audit.TRACKED:
        raise Http404
    model: Any = audit.TRACKED[kind].pgh_tracked_model
    if not request.user.has_perm(f"crm.view_{kind}"):
        raise Http404
    record = get_object_or_404(model, pk=pk)
    before = number_in(request, "before")
    found = audit.changes_of(record, before=before)
    context = {
        **admin.site.each_context(request),
        "title": _("What was changed"),
        "record": record,
        "changes": found,
        "beside": [] if before else audit.changes_beside(record),
        "before": str(found[-1].pk) if len(found) == audit.SHOWN else "",
    }
    return render(request, "crm/looks/changes.html", context)
