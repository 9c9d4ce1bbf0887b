"""Making a key to the API: its text is shown on the answer to the form, once."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from crm.integrations import api_keys
from crm.models import Shop
from crm.pages.requests import StaffRequest


class LastDayField(forms.DateField):
    """A day that is not over, as the moment at which it ends; nothing: until somebody revokes the key."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        told = {"required": False, "help_text": _("Empty: until somebody revokes it."), **kwargs}
        super().__init__(**told)

    def clean(self, value: Any) -> datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over. Choose a later one."))
        return timezone.make_aware(datetime.combine(day, time.max))


class ApiKeyForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.filter(is_active=True), label=_("Shop"))
    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("For example: the online shop's own server.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(api_keys.EVERYTHING, _("everything")), *((scope, scope) for scope in api_keys.SCOPES)],
    )
    expires_on = LastDayField(label=_("Last day"))


@never_cache
@sensitive_variables("text")
@permission_required("crm.add_apikey", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    key, text = None, ""
    if request.method == "POST" and form.is_valid():
        key, text = _issue(request, form.cleaned_data)
    context = {
        **admin.site.each_context(request),
        "title": _("A new key to the API"),
        "form": form,
        "key": key,
        "text": text,
    }
    return render(request, "crm/api_keys/new.html", context)


@sensitive_variables()
def _issue(request: StaffRequest, given: dict[str, Any]) -> tuple[Any, str]:
    return api_keys.issue_key(
        shop=given["shop"],
        name=given["name"],
        scopes=given["scopes"],
        expires_at=given["expires_on"],
        created_by=request.user,
    )
