"""Ready-made programmes: look at them, and make one with one click."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import company
from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from loyalty import founding
from loyalty.models import Programme
from loyalty.pages.programme import chosen
from loyalty.playbooks import PLAYBOOKS, Playbook
from loyalty.playbooks.base import SCALES, scaled
from loyalty.rules import rule_words


@require_GET
@permission_required("loyalty.view_rule", raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    scale = SCALES.get(company.current().currency, 1)
    context = {
        **admin.site.each_context(request),
        "title": _("Ready-made programmes"),
        "programme": chosen(request),
        "playbooks": [(one, _gives(one, scale)) for one in PLAYBOOKS.values()],
        "may_found": request.user.has_perm("loyalty.add_programme"),
    }
    return TemplateResponse(request, "loyalty/dashboard/playbooks.html", context)


def _gives(playbook: Playbook, scale: int) -> list[tuple[str, str]]:
    return [
        (str(one.name), rule_words.effect_said(one.effect, scaled(one.settings, scale)))
        for one in playbook.rules
    ]


@require_POST
@permission_required("loyalty.add_programme", raise_exception=True)
def founding_of(request: StaffRequest, slug: str) -> HttpResponse:
    playbook = PLAYBOOKS.get(slug)
    if playbook is None:
        raise Http404
    programme = founding.found(
        playbook, currency=company.current().currency, by=request.user, at=timezone.now()
    )
    messages.success(
        request, _("The programme is ready. Try its rules on the past, publish them, and start it.")
    )
    return HttpResponseRedirect(_home(programme))


@require_POST
@permission_required("loyalty.add_programme", raise_exception=True)
def start(request: StaffRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(Programme, pk=pk)
    try:
        founding.start(programme, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal.title))
    else:
        messages.success(request, _("The programme runs. Purchases give points from now on."))
    return HttpResponseRedirect(_home(programme))


def _home(programme: Programme) -> str:
    return f"{reverse('programme:home')}?programme={programme.pk}"
