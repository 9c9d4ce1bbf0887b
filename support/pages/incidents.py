"""Incidents as a list, what looks like one, and the form that drafts one."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from support.incidents import drafting, watching
from support.models import Incident, IncidentProposal
from support.models.incident import IncidentQuerySet
from support.pages.incident_form import IncidentForm, initial_of

SEES = "support.view_incident"
DRAFTS = "support.add_incident"
CHANGES = "support.change_incident"
SHOWN = 50


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """The newest first. `?after=moment|id` leads on."""
    found = list(_after(request.GET.get("after", ""))[: SHOWN + 1])
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    context = {
        **admin.site.each_context(request),
        "title": _("Incidents"),
        "incidents": found[:SHOWN],
        "after": f"{last.began_at.isoformat()}|{last.pk}" if last else "",
        "proposals": watching.open_proposals(),
        "may_draft": request.user.has_perm(DRAFTS),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "support/incidents/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(DRAFTS, raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    form = IncidentForm(request.POST or None, initial={"began_at": timezone.localtime(at)})
    if request.method == "POST" and form.is_valid():
        try:
            incident = drafting.draft(form.told(), by=request.user, at=at)
        except Refusal as refused:
            say_faults(form, refused)
        else:
            messages.success(request, _("The draft is kept. Nobody is told of anything yet."))
            return HttpResponseRedirect(page_of(incident))
    return _form_page(request, form, title=_("A new incident"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGES, raise_exception=True)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    incident = get_object_or_404(Incident, pk=pk)
    form = IncidentForm(request.POST or None, initial=initial_of(incident))
    if request.method == "POST" and form.is_valid():
        try:
            drafting.change(incident, form.told(), at=timezone.now())
        except Refusal as refused:
            say_faults(form, refused)
        else:
            messages.success(request, _("The incident is kept as you wrote it."))
            return HttpResponseRedirect(page_of(incident))
    return _form_page(request, form, title=incident.name, incident=incident)


@require_POST
@permission_required(DRAFTS, raise_exception=True)
def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """What was noticed becomes a draft, or is nothing."""
    found = get_object_or_404(IncidentProposal, pk=pk)
    at = timezone.now()
    if request.POST.get("how") == "dismiss":
        watching.dismiss(found, by=request.user, at=at)
        messages.success(request, _("It is put aside."))
        return HttpResponseRedirect(reverse("incidents:list"))
    incident = watching.draft_of(found, by=request.user, at=at)
    return HttpResponseRedirect(reverse("incidents:change", args=[incident.pk]))


def page_of(incident: Incident) -> str:
    return reverse("incidents:incident", args=[incident.pk])


def say_faults(form: IncidentForm, refused: Refusal) -> None:
    for said in [fault.detail for fault in refused.faults] or [refused.title]:
        form.add_error(None, str(said))


def _form_page(
    request: StaffRequest, form: IncidentForm, *, title: str, incident: Incident | None = None
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "media": form.media,
        "incident": incident,
    }
    return TemplateResponse(request, "support/incidents/form.html", context)


def _after(place: str) -> IncidentQuerySet:
    incidents = Incident.objects.order_by("-began_at", "-pk")
    moment, _bar, pk = place.partition("|")
    began_at = _moment(moment)
    if began_at is None or not pk.isdecimal() or len(pk) > 18:
        return incidents
    return incidents.filter(Q(began_at__lt=began_at) | Q(began_at=began_at, pk__lt=int(pk)))


def _moment(said: str) -> datetime | None:
    try:
        found = parse_datetime(said)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
