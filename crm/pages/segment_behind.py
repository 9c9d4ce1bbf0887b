"""Who is behind a figure: the people whom conditions from an address find, without a segment being kept for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import rules
from crm.errors import Refusal
from crm.pages.paging import number_in
from crm.pages.requests import StaffRequest
from crm.pages.segments import SEES, SHOWN
from crm.rules.fields import ConditionFormField
from crm.segments import counting
from crm.segments.asking import ROOT
from crm.segments.errors import TooLongToCount


def asked_in(request: StaffRequest) -> Any:
    """The tree that the address holds under `conditions`.

    Raises:
        ValidationError: it is none, or cannot be used; the message says why.
    """
    return ConditionFormField(root=ROOT).clean(request.GET.get("conditions", ""))


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """Their number, what was asked, and page by page who they are. Nothing is kept."""
    context = {
        **admin.site.each_context(request),
        "title": _("Who is behind it"),
        "conditions": request.GET.get("conditions", ""),
        "may_add": request.user.has_perm("crm.add_segment"),
        "sees_people": request.user.has_perm("crm.view_customer"),
    }
    try:
        tree = asked_in(request)
        context |= {"said": rules.sentence(tree, ROOT), **_found(request, tree)}
    except TooLongToCount as refused:
        context["refused"] = [refused.title]
    except Refusal as refused:
        context["refused"] = [fault.detail for fault in refused.faults]
    except ValidationError as unreadable:
        context["refused"] = unreadable.messages
    status = 422 if "said" not in context else 200
    return TemplateResponse(request, "crm/segments/behind.html", context, status=status)


def _found(request: StaffRequest, tree: Any) -> dict[str, Any]:
    before = number_in(request, "before")
    counted = counting.count(tree, at=timezone.now(), before=before, shown=SHOWN + 1)
    people = counted.sample[:SHOWN]
    more = people[-1].pk if len(counted.sample) > SHOWN else None
    return {"counted": counted.people, "people": people, "before": more}
