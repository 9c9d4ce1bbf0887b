"""What a tree of conditions says, or what is wrong with it: asked by the editor while somebody works on it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from crm import rules
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
