"""What becomes of a version: handed in, sent back, approved, published, thrown away, retired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from crm.errors import Refusal
from crm.models import User
from crm.pages.requests import StaffRequest
from support.models import Script, ScriptVersion
from support.pages.scripts import SEES, found_script
from support.scripts import publishing
from support.scripts.publishing import MAY_PUBLISH, MAY_WRITE

Deed = Callable[[Script, ScriptVersion, User, datetime, str], object]


@dataclass(frozen=True, kw_only=True)
class Way:
    deed: Deed
    permission: str
    said: str | Promise


WAYS: dict[str, Way] = {
    "submission": Way(
        deed=lambda _script, its, by, at, _words: publishing.submit(its, by=by, at=at),
        permission=MAY_WRITE,
        said=gettext_lazy("The version is handed in. Another person looks at it now."),
    ),
    "remarks": Way(
        deed=lambda _script, its, by, at, words: publishing.send_back(its, remarks=words, by=by, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("The version is a draft again, and your remarks stand above it."),
    ),
    "approval": Way(
        deed=lambda _script, its, by, at, _words: publishing.approve(its, by=by, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("The version is approved. It can be published."),
    ),
    "publication": Way(
        deed=lambda _script, its, by, at, _words: publishing.publish(its, by=by, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("The version is published. Colleagues play it from now on."),
    ),
    "removal": Way(
        deed=lambda _script, its, _by, _at, _words: publishing.throw_away(its),
        permission=MAY_WRITE,
        said=gettext_lazy("The draft is gone."),
    ),
    "retirement": Way(
        deed=lambda its, _version, by, at, _words: publishing.retire(its, by=by, at=at),
        permission=MAY_PUBLISH,
        said=gettext_lazy("Nobody begins this script any more. Whoever plays it now comes to its end."),
    ),
}


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def drafts(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a draft from what is played; the one there is, if there is one."""
    publishing.begin(found_script(pk), by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("scripts:script", args=[pk]))


@require_POST
@permission_required(SEES, raise_exception=True)
def step_on(request: StaffRequest, pk: int, number: int, name: str) -> HttpResponse:
    """Hand in, send back, approve, publish, throw away, retire."""
    way, found = WAYS.get(name), found_script(pk)
    if way is None:
        raise Http404
    if not request.user.has_perm(way.permission):
        return HttpResponse(status=403)
    version = get_object_or_404(found.versions, number=number)
    try:
        way.deed(found, version, request.user, timezone.now(), request.POST.get("remarks", ""))
    except Refusal as refused:
        messages.error(request, _refused(refused))
    else:
        messages.success(request, str(way.said))
    return HttpResponseRedirect(reverse("scripts:script", args=[pk]))


def _refused(refused: Refusal) -> str:
    if not refused.faults:
        return str(refused.title)
    said = ngettext(
        "It is not handed in: {count} thing is to be put right first.",
        "It is not handed in: {count} things are to be put right first.",
        len(refused.faults),
    )
    return said.format(count=len(refused.faults))
