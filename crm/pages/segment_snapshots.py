"""Snapshots of a segment: taken, taken out as a file, and set beside one another or beside those who are in it now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm import exporting
from crm.admin.exported import CUSTOMERS
from crm.errors import Refusal
from crm.models import Customer, Segment, SegmentSnapshot
from crm.pages.files import csv_file
from crm.pages.paging import newest_first, number_in
from crm.pages.requests import StaffRequest
from crm.pages.segments import CHANGES, SEES, SHOWN, TAKES_OUT, segment_or_404
from crm.people import revealing
from crm.segments import comparing, snapshots

PARTS = {"came": gettext_lazy("Came in between"), "went": gettext_lazy("Went in between")}


@require_POST
@permission_required(CHANGES, raise_exception=True)
def take(request: StaffRequest, pk: int) -> HttpResponse:
    its = segment_or_404(request, pk)
    try:
        taken = snapshots.take(its, name=request.POST.get("name", ""), by=request.user, at=timezone.now())
        messages.success(request, _("The snapshot “{name}” is kept.").format(name=taken.name))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("segments:segment", args=[its.pk]))


@require_GET
@permission_required(SEES, raise_exception=True)
def beside(request: StaffRequest, pk: int, snapshot: int) -> HttpResponse:
    """A snapshot beside the one that `with` names, or beside those who are in the segment now."""
    both = _compared(request, pk, snapshot)
    names = [one for one in both.segment.snapshots.order_by("-pk")[:SHOWN] if one.pk != snapshot]
    context = {
        **admin.site.each_context(request),
        "title": _("What changed in “{name}”").format(name=both.segment.name),
        "segment": both.segment,
        "both": both,
        "parts": [_part(request, part, rows) for part, rows in comparing.moved(both)],
        "others": names,
        "asked": number_in(request, "with"),
        "snapshot": snapshot,
        "may_take_out": request.user.has_perm(TAKES_OUT),
        "sees_people": request.user.has_perm("crm.view_customer"),
    }
    return TemplateResponse(request, "crm/segments/compared.html", context)


@require_GET
@permission_required(TAKES_OUT, raise_exception=True)
def export(request: StaffRequest, pk: int, snapshot: int, part: str) -> Any:
    """As a file: who was in it (`people`), or who `came` and who `went` between the two that are compared."""
    both = _compared(request, pk, snapshot)
    standing = get_object_or_404(both.segment.snapshots, pk=snapshot)
    parts = {"people": comparing.people(both.segment, standing), **dict(comparing.moved(both))}
    if part not in parts:
        raise Http404
    rows = parts[part].filter(erased_at=None).select_related("figures").prefetch_related("identities")

    def note(those: Any) -> None:
        revealing.note_list_taken(
            (one.pk for one in those), list_name="crm.segment", colleague=request.user, at=timezone.now()
        )

    pieces = exporting.csv_of(rows, CUSTOMERS, note=note)
    return csv_file(pieces, name=f"segment-{pk}-{part}-{snapshot}", on=timezone.localdate())


def _compared(request: StaffRequest, pk: int, snapshot: int) -> comparing.Compared:
    its = segment_or_404(request, pk)
    asked = number_in(request, "with")
    other = get_object_or_404(its.snapshots, pk=asked) if asked else None
    return comparing.compared(its, _of(its, snapshot), other)


def _of(segment: Segment, pk: int) -> SegmentSnapshot:
    found: SegmentSnapshot = get_object_or_404(segment.snapshots, pk=pk)
    return found


def _part(request: StaffRequest, part: str, rows: QuerySet[Customer]) -> dict[str, Any]:
    """The latest who are known; each part has a place of its own in the address, by which one reads on."""
    people, before = newest_first(rows, request, shown=SHOWN, name=f"{part}_before")
    return {
        "name": part,
        "title": PARTS[part],
        "count": rows.count(),
        "people": people,
        "before": before,
    }
