"""Lists of the admin taken out as a file, and their saved views."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import exporting
from crm.colleagues import saved_views
from crm.errors import Refusal
from crm.models import Customer, SavedView
from crm.pages.files import csv_file, xlsx_file
from crm.pages.requests import StaffRequest
from crm.people import revealing

log = logging.getLogger(__name__)


@require_GET
@permission_required("crm.export_list", raise_exception=True)
def export(request: StaffRequest, name: str, kind: str) -> Any:
    """The list as it is narrowed in the address, with every column it can give."""
    its = _list(request, f"crm.{name}")
    if not its.export_columns:
        raise Http404
    try:
        rows = its.get_changelist_instance(request).queryset
    except IncorrectLookupParameters as error:
        raise BadRequest(_("This list cannot be narrowed like that.")) from error
    log.info("list taken out", extra={"list": name, "format": kind, "user_id": request.user.pk})
    note = _note_of(request, its.opts.label_lower)
    today = timezone.localdate()
    if kind == "csv":
        return csv_file(exporting.csv_of(rows, its.export_columns, note=note), name=name, on=today)
    try:
        file = exporting.xlsx_of(rows, its.export_columns, note=note)
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(_address(its, request.GET.urlencode()))
    return xlsx_file(file, name=name, on=today)


def _note_of(request: StaffRequest, list_name: str) -> exporting.Note:
    """Writes down whom a page of the file tells of, so that it stands on their pages who took them out."""

    def note(page: Sequence[Any]) -> None:
        found = [row.pk if isinstance(row, Customer) else getattr(row, "customer_id", None) for row in page]
        revealing.note_list_taken(
            (pk for pk in found if pk), list_name=list_name, colleague=request.user, at=timezone.now()
        )

    return note


@require_POST
def views(request: StaffRequest) -> HttpResponse:
    """Keep the address of a list under a name."""
    list_name, query = request.POST.get("list", ""), request.POST.get("query", "")
    its = _list(request, list_name)
    try:
        view = saved_views.save_view(
            owner=request.user,
            list_name=list_name,
            name=request.POST.get("name", ""),
            query=query,
            is_shared=request.POST.get("shared") == "yes",
            at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(_address(its, query[:1000]))
    messages.success(request, _("The view “%(name)s” is saved. It stands over the list.") % {"name": view})
    return HttpResponseRedirect(_address(its, view.query))


@require_POST
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else's view is not there to be forgotten."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    its = _list(request, view.list_name)
    saved_views.forget_view(view)
    messages.success(request, _("The view is forgotten. What it showed is still there."))
    return HttpResponseRedirect(_address(its, ""))


def _list(request: StaffRequest, name: str) -> Any:
    """The admin's list of this model, if there is one and the reader may open it."""
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    its: Any = admin.site._registry.get(model)
    if not hasattr(its, "export_columns"):
        raise Http404
    if not its.has_view_permission(request):
        raise PermissionDenied
    return its


def _address(its: Any, query: str) -> str:
    address = reverse(f"admin:{its.opts.app_label}_{its.opts.model_name}_changelist")
    return f"{address}?{query}" if query else address
