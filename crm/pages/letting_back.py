"""Somebody who was erased comes back of their own will: from now on they may be known again, with a record of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from crm.errors import Refusal
from crm.models import Shop, SuppressionLift
from crm.pages.paging import newest_first
from crm.pages.requests import StaffRequest
from crm.people import suppression
from crm.people.identification import Hint, sign_of
from crm.people.identity_kinds import IdentityKind

SHOWN = 50


class LettingBackForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What they were known by"), choices=IdentityKind.choices)
    value = forms.CharField(
        label=gettext_lazy("The e-mail, phone, card or number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is compared and not kept."),
    )
    shop = forms.ModelChoiceField(
        Shop.objects.all(),
        label=gettext_lazy("Shop"),
        empty_label=None,
        help_text=gettext_lazy("Whose number it is, or in whose country the phone is read."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=suppression.LONGEST_REASON,
        help_text=gettext_lazy(
            "For example, the number of their letter. Never a name: this stays on record."
        ),
    )


@never_cache
@sensitive_variables()
@permission_required("crm.lift_suppression", raise_exception=True)
def lifts(request: StaffRequest) -> HttpResponse:
    """The form, and who was let back by whom, the latest first."""
    form = LettingBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _let_back(request, form):
        messages.success(
            request, _("They may be known by this again. Who let them back, and why, is on record.")
        )
        return HttpResponseRedirect(reverse("crm:suppression-lifts"))
    lifts, before = newest_first(SuppressionLift.objects.select_related("lifted_by"), request, shown=SHOWN)
    context = {
        **admin.site.each_context(request),
        "title": _("Let somebody back who was erased"),
        "form": form,
        "lifts": lifts,
        "before": before,
    }
    return render(request, "crm/erasure/lifts.html", context)


@sensitive_variables()
def _let_back(request: StaffRequest, form: LettingBackForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        sign = sign_of(Hint(kind=given["kind"], value=given["value"]), given["shop"])
    except ValueError:
        form.add_error("value", _("This cannot be read as what you chose above."))
        return False
    try:
        suppression.lift(sign.key, by=request.user, reason=given["reason"], at=timezone.now())
    except Refusal as refused:
        form.add_error("value", str(refused.title))
        return False
    return True
