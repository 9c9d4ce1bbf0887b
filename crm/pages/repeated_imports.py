"""An import that was done may go on by itself: from where, how often, and until somebody stops it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from crm.connectors.wording import sentence_of
from crm.errors import Refusal
from crm.importing import repeating
from crm.models import ImportJob, RepeatedImport
from crm.outside.requests import LONGEST_URL
from crm.pages.requests import StaffRequest

HOURS = ((1, _("every hour")), (6, _("every six hours")), (24, _("every day")), (168, _("every week")))


class RepetitionForm(forms.Form):
    place = forms.CharField(
        label=_("Where the file lies"),
        max_length=LONGEST_URL,
        help_text=_("An address that begins with https://, or the name of a file in the folder for imports."),
    )
    every_hours = forms.TypedChoiceField(label=_("How often"), choices=HOURS, coerce=int, initial=24)


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def repetition(request: StaffRequest, pk: int) -> HttpResponse:
    pattern = _job(pk)
    form = RepetitionForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(repeating.NoSuchPlace.title))
        return _back(pattern)
    try:
        repeating.repeat(pattern, **form.cleaned_data, at=timezone.now(), by=request.user)
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        messages.success(request, _("The file is looked for by itself from now on."))
    return _back(pattern)


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def end(request: StaffRequest, pk: int) -> HttpResponse:
    pattern = _job(pk)
    repeating.stop(pattern, at=timezone.now())
    messages.success(request, _("The file is looked for no longer. What was imported stays."))
    return _back(pattern)


def panel(pattern: ImportJob, *, at: datetime) -> dict[str, Any]:
    """What the page of the import shows of it. One query."""
    standing = RepeatedImport.objects.standing().filter(pattern=pattern).first()
    return {
        "repeated": standing,
        "repetition_failure": sentence_of(standing.failure_code) if standing else "",
        "repetition_form": RepetitionForm(),
        "now": at,
    }


def _job(pk: int) -> ImportJob:
    return get_object_or_404(ImportJob, pk=pk)


def _back(pattern: ImportJob) -> HttpResponse:
    return HttpResponseRedirect(reverse("crm:import", args=[pattern.pk]))
