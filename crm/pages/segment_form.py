"""Building a segment: its conditions, with how many it would be and a few of them while one still builds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import Refusal
from crm.models import Segment
from crm.pages.requests import StaffRequest
from crm.pages.segment_behind import asked_in
from crm.pages.segments import CHANGES, SEES, segment_or_404
from crm.rules.fields import ConditionFormField, always
from crm.segments import counting, writing
from crm.segments.asking import ROOT
from crm.segments.errors import TooLongToCount


class SegmentForm(forms.Form):
    name = forms.CharField(label=_("Name of the segment"), max_length=writing.LONGEST_NAME)
    note = forms.CharField(label=_("What it is for"), max_length=writing.LONGEST_NOTE, required=False)
    conditions = ConditionFormField(root=ROOT, label=_("Who is in it"), initial=always)
    is_shared = forms.BooleanField(label=_("Colleagues see it too"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


@require_http_methods(["GET", "POST"])
@permission_required("crm.add_segment", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """Empty, or with the conditions that the address holds: so figures lead to a segment of those behind them."""
    initial: dict[str, Any] = {"is_shared": True}
    if "conditions" in request.GET:
        try:
            initial["conditions"] = asked_in(request)
        except (Refusal, ValidationError):
            messages.warning(request, _("The conditions of the address cannot be used. Build them anew."))
    return _answered(request, None, _("Build a segment"), initial)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGES, raise_exception=True)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    its = segment_or_404(request, pk)
    return _answered(request, its, its.name, _initial(its))


@require_POST
@permission_required(SEES, raise_exception=True)
def count(request: StaffRequest) -> HttpResponse:
    """How many the posted `tree` would be, and a few of them; what cannot be counted says why. Nothing is kept."""
    context: dict[str, Any] = {"sees_people": request.user.has_perm("crm.view_customer")}
    field = ConditionFormField(root=ROOT)
    try:
        tree = field.to_python(request.POST.get("tree", ""))
        context["counted"] = counting.count(tree, at=timezone.now())
    except TooLongToCount as refused:
        context["refused"] = refused.title
    except (Refusal, ValidationError):
        context["refused"] = _("It is counted as soon as the conditions are complete.")
    return TemplateResponse(request, "crm/segments/_counted.html", context)


def _answered(
    request: StaffRequest, its: Segment | None, title: Any, initial: dict[str, Any]
) -> HttpResponse:
    form = SegmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = _kept(request, its, form)
        if kept is not None:
            return HttpResponseRedirect(reverse("segments:segment", args=[kept.pk]))
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "media": form.media + forms.Media(js=["js/segments.js"]),
        "segment": its,
    }
    return TemplateResponse(request, "crm/segments/form.html", context, status=422 if form.errors else 200)


def _kept(request: StaffRequest, its: Segment | None, form: SegmentForm) -> Segment | None:
    typed = form.cleaned_data
    try:
        return writing.write(
            segment=its,
            owner=request.user,
            name=typed["name"],
            note=typed["note"],
            conditions=typed["conditions"],
            is_shared=typed["is_shared"],
            version=typed["version"],
            at=timezone.now(),
        )
    except Refusal as refused:
        form.add_error(None, str(refused.title))
        return None


def _initial(its: Segment) -> dict[str, Any]:
    names = ("name", "note", "conditions", "version")
    return {**{name: getattr(its, name) for name in names}, "is_shared": its.shared_at is not None}
