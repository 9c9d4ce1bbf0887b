"""A script beside another version of it, and beside real customers."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from support.pages.deeds import ANSWERS, number_of
from support.pages.scripts import LONGEST_SEARCH, SEES, found_script, tree_of
from support.scripts import comparing, trying
from support.scripts.telling import Told
from support.scripts.variables import About


@require_GET
@permission_required(SEES, raise_exception=True)
def comparison(request: StaffRequest, pk: int) -> HttpResponse:
    """`?old=1&new=2`: what changed, step by step, word by word."""
    found = found_script(pk)
    numbers = [number_of(request.GET.get(name, "")) for name in ("old", "new")]
    versions = {
        version.number: version for version in found.versions.filter(number__in=[n for n in numbers if n])
    }
    if any(number not in versions for number in numbers):
        raise Http404
    old, new = (versions[number] for number in numbers if number)
    context = {
        **admin.site.each_context(request),
        "title": _("{script}: version {old} and version {new}").format(
            script=found.name, old=old.number, new=new.number
        ),
        "script": found,
        "old": old,
        "new": new,
        "changes": [
            (change, change.step.title_in(get_language() or "en"))
            for change in comparing.compare(tree_of(old), tree_of(new))
        ],
    }
    return TemplateResponse(request, "support/scripts/comparison.html", context)


@require_GET
@permission_required(ANSWERS, raise_exception=True)
def trial(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Tried on three real customers: those of the latest tickets, or of the tickets named."""
    found = found_script(pk)
    version = get_object_or_404(found.versions, number=number)
    named = [number_of(word) for word in request.GET.get("tickets", "").replace(",", " ").split()]
    tickets = trying.candidates(request.user, among=[one for one in named if one])
    its, at, refusal = tree_of(version), timezone.now(), ""
    trials: list[trying.Trial] = []
    try:
        trials = [trying.try_on(its, About(ticket, request.user, at)) for ticket in tickets]
    except Refusal as refused:
        refusal = str(refused.title)
    context = {
        **admin.site.each_context(request),
        "title": _("{script}, tried on three customers").format(script=found.name),
        "script": found,
        "version": version,
        "trials": [_titled(one, get_language() or "en") for one in trials],
        "refusal": refusal,
        "named": request.GET.get("tickets", "")[:LONGEST_SEARCH],
    }
    return TemplateResponse(request, "support/scripts/trial.html", context)


def _titled(trial: trying.Trial, reader: str) -> tuple[trying.Trial, list[list[str]], list[tuple[Told, str]]]:
    """With the titles of its steps in the reader's language."""
    ways = [[step.title_in(reader) for step in way] for way in trial.ways]
    return trial, ways, [(tried, tried.step.title_in(reader)) for tried in trial.steps]
