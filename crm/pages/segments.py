"""Segments, for those who build them: a list, one with its people, and why somebody is in it or is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import exporting, rules
from crm.admin.exported import CUSTOMERS
from crm.dashboards.charts import BarChart, bar_chart
from crm.errors import Refusal
from crm.models import Customer, Segment, SegmentMember, SegmentSize
from crm.pages.files import csv_file
from crm.pages.paging import newest_first, number_in
from crm.pages.requests import StaffRequest
from crm.people import revealing
from crm.segments import explaining, writing
from crm.segments.asking import ROOT
from crm.words.wording import number

SEES, CHANGES, TAKES_OUT = "crm.view_segment", "crm.change_segment", "crm.export_segment"
SHOWN = 25
DAYS_DRAWN = 30


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The latest days that were counted, oldest first."""

    rows: list[SegmentSize]
    chart: BarChart | None


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    found = Segment.objects.kept().seen_by(request.user).select_related("owner")
    rows, before = newest_first(found, request, shown=SHOWN)
    context = {
        **admin.site.each_context(request),
        "title": _("Segments"),
        "segments": rows,
        "before": before,
        "may_add": request.user.has_perm("crm.add_segment"),
    }
    return TemplateResponse(request, "crm/segments/list.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
def segment(request: StaffRequest, pk: int) -> HttpResponse:
    its = segment_or_404(request, pk)
    members = SegmentMember.objects.filter(segment=its).select_related("customer")
    people, before = newest_first(members, request, shown=SHOWN)
    asked = number_in(request, "customer")
    context = {
        **admin.site.each_context(request),
        "title": its.name,
        "segment": its,
        "said": rules.sentence(its.conditions, ROOT),
        "people": people,
        "before": before,
        "sizes": _sizes(its),
        "snapshots": its.snapshots.select_related("taken_by").order_by("-pk")[:SHOWN],
        "asked": request.GET.get("customer", ""),
        "explained": explaining.explain(its, asked, at=timezone.now()) if asked else None,
        "may_change": its.archived_at is None and request.user.has_perm(CHANGES),
        "may_act": its.archived_at is None and request.user.has_perm("crm.add_campaign"),
        "may_take_out": request.user.has_perm(TAKES_OUT),
        "sees_people": request.user.has_perm("crm.view_customer"),
    }
    return TemplateResponse(request, "crm/segments/segment.html", context)


@require_GET
@permission_required(TAKES_OUT, raise_exception=True)
def export(request: StaffRequest, pk: int) -> Any:
    """Everybody in it, with how to reach them; whoever stands in the file can see who took it."""
    its = segment_or_404(request, pk)
    rows = Customer.objects.filter(memberships_of_segments__segment=its)
    rows = rows.select_related("figures").prefetch_related("identities")

    def note(those: Any) -> None:
        revealing.note_list_taken(
            (one.pk for one in those), list_name="crm.segment", colleague=request.user, at=timezone.now()
        )

    pieces = exporting.csv_of(rows, CUSTOMERS, note=note)
    return csv_file(pieces, name=f"segment-{its.pk}", on=timezone.localdate())


@require_POST
@permission_required(CHANGES, raise_exception=True)
def archiving(request: StaffRequest, pk: int) -> HttpResponse:
    its = segment_or_404(request, pk)
    try:
        writing.archive(its, at=timezone.now())
        messages.success(request, _("The segment is put away. Its sizes and snapshots are kept."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(reverse("segments:segment", args=[its.pk]))
    return HttpResponseRedirect(reverse("segments:list"))


def segment_or_404(request: StaffRequest, pk: int) -> Segment:
    """A colleague's own segment that is not shared is not there."""
    return get_object_or_404(Segment.objects.seen_by(request.user), pk=pk)


def _sizes(its: Segment) -> Sizes:
    rows = list(SegmentSize.objects.filter(segment=its).order_by("-on")[:DAYS_DRAWN])[::-1]
    if len(rows) < 2:
        return Sizes(rows=rows, chart=None)
    chart = bar_chart(
        name=_("People in the segment, by day"),
        series=[[float(row.size) for row in rows]],
        labels=[formats.date_format(row.on, "SHORT_DATE_FORMAT") for row in rows],
        say=number,
    )
    return Sizes(rows=rows, chart=chart)
