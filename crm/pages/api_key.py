"""One key to the API: what it may do, how much, its successor, its end, and what it last asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.integrations import api_keys, key_requests
from crm.models import ApiKey
from crm.pages.api_keys import LastDayField
from crm.pages.requests import StaffRequest
from crm.words.wording import number

HIGHEST_LIMIT = 1_000_000
HOURS_TO_CHANGE = [
    (1, _("an hour")),
    (24, _("a day")),
    (24 * 7, _("seven days")),
    (24 * 30, _("thirty days")),
]
REFUSED = "refused"


class LimitsForm(forms.Form):
    reads_per_minute = forms.IntegerField(
        label=_("Reads a minute"), required=False, min_value=0, max_value=HIGHEST_LIMIT
    )
    writes_per_minute = forms.IntegerField(
        label=_("Writes a minute"), required=False, min_value=0, max_value=HIGHEST_LIMIT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for policy in ("reads", "writes"):
            usual = settings.API_REQUESTS_PER_MINUTE[policy]
            said = gettext("Empty: as every key, %(count)s.") % {"count": number(usual)}
            self.fields[f"{policy}_per_minute"].help_text = said


class SuccessorForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=_("The old key goes on working for"), choices=HOURS_TO_CHANGE, coerce=int, initial=24 * 7
    )
    expires_on = LastDayField(label=_("Last day of the new one"))


@require_GET
@never_cache
@permission_required("crm.view_apikey", raise_exception=True)
def key(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _known(pk))


@require_POST
@permission_required("crm.change_apikey", raise_exception=True)
def limits(request: StaffRequest, pk: int) -> HttpResponse:
    known, form = _known(pk), LimitsForm(request.POST)
    if not form.is_valid():
        return _page(request, known, limits=form)
    api_keys.limit_key(known, **form.cleaned_data)
    messages.success(request, _("The limits of the key are changed."))
    return HttpResponseRedirect(reverse("crm:api-key", args=[pk]))


@require_POST
@permission_required("crm.change_apikey", raise_exception=True)
def revocation(request: StaffRequest, pk: int) -> HttpResponse:
    api_keys.revoke_keys([_known(pk)], at=timezone.now())
    messages.success(request, _("The key is revoked. Within seconds it stops working."))
    return HttpResponseRedirect(reverse("crm:api-key", args=[pk]))


@require_POST
@never_cache
@sensitive_variables("text")
@permission_required("crm.add_apikey", raise_exception=True)
def successor(request: StaffRequest, pk: int) -> HttpResponse:
    """Make it, and show its text: this once."""
    known, form = _known(pk), SuccessorForm(request.POST)
    if form.is_valid():
        try:
            new, text = _succeed(request, known, form.cleaned_data)
        except Refusal as refused:
            form.add_error(None, str(refused.title))
        else:
            title = _("A new key to the API")
            context = {**admin.site.each_context(request), "title": title, "key": new, "text": text}
            return render(request, "crm/api_keys/new.html", context)
    return _page(request, known, successor=form)


@sensitive_variables()
def _succeed(request: StaffRequest, known: ApiKey, given: dict[str, Any]) -> tuple[ApiKey, str]:
    now = timezone.now()
    return api_keys.succeed_key(
        known,
        old_until=now + timedelta(hours=given["hours"]),
        expires_at=given["expires_on"],
        created_by=request.user,
        at=now,
    )


def _known(pk: int) -> ApiKey:
    return get_object_or_404(ApiKey.objects.select_related("shop", "created_by", "replaces"), pk=pk)


def _page(request: StaffRequest, known: ApiKey, **forms_sent: forms.Form) -> HttpResponse:
    now = timezone.now()
    latest = key_requests.latest(known.pk)
    only_refused = request.GET.get("only") == REFUSED
    own = {"reads_per_minute": known.reads_per_minute, "writes_per_minute": known.writes_per_minute}
    context = {
        **admin.site.each_context(request),
        "title": str(known),
        "key": known,
        "now": now,
        "is_live": known.is_live(now),
        "is_expired": known.is_expired(now),
        "successors": ApiKey.objects.filter(replaces=known).order_by("pk")[:10],
        "may_change": request.user.has_perm("crm.change_apikey"),
        "may_add": request.user.has_perm("crm.add_apikey"),
        "limits": forms_sent.get("limits") or LimitsForm(initial=own),
        "successor": forms_sent.get("successor") or SuccessorForm(),
        "knows_latest": latest is not None,
        "latest": [one for one in latest or () if one.is_refused or not only_refused],
        "only_refused": only_refused,
    }
    return render(request, "crm/api_keys/key.html", context)
