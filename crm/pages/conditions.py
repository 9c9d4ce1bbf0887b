"""What a tree of conditions says, or what is wrong with it, and what there is to choose from.

Asked by the editor while somebody works on it.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from crm import rules
from crm.pages.requests import StaffRequest
from crm.rules.errors import UnusableConditions
from crm.rules.fields import ConditionFormField
from crm.rules.registry import ROOTS


@require_POST
def said(request: HttpRequest, root: str) -> HttpResponse:
    """The sentence of the posted `tree`, or its faults; either is an answer to what was asked. Nothing is kept."""
    if root not in ROOTS:
        raise Http404
    field = ConditionFormField(root=root)
    try:
        conditions = rules.check(field.to_python(request.POST.get("tree", "")), root)
    except UnusableConditions as refused:
        return TemplateResponse(request, "crm/_conditions_said.html", {"faults": refused.faults})
    except ValidationError as unreadable:
        context = {"messages_of_field": unreadable.messages}
        return TemplateResponse(request, "crm/_conditions_said.html", context)
    return TemplateResponse(request, "crm/_conditions_said.html", {"said": conditions.sentence()})


@require_GET
def choices(request: StaffRequest, root: str) -> HttpResponse:
    """The menu of a field, as far as it is the reader's to see; null where a value is written instead."""
    if root not in ROOTS:
        raise Http404
    try:
        told = rules.choices(root, request.GET.get("field", ""), request.user)
    except LookupError as unknown:
        raise Http404 from unknown
    return JsonResponse({"choices": told})
