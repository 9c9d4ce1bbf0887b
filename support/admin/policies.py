"""Promises of service: how soon which tickets are answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import rules
from crm.admin.keyset import KeysetAdmin
from crm.rules.errors import UnusableConditions
from crm.words.wording import number
from support.models import SlaPolicy

# One field with one label, where the admin would put two without.
MOMENT = {
    "form_class": forms.DateTimeField,
    "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
}


@admin.register(SlaPolicy)
class SlaPolicyAdmin(KeysetAdmin):
    list_display = ("name", "which", "first_answer", "further_answers", "resolution", "calendar", "counts")
    list_select_related = ("calendar",)
    ordering = ("position",)
    formfield_overrides = {models.DateTimeField: MOMENT}
    fieldsets = (
        (None, {"fields": ("name", "position", "conditions")}),
        (
            _("What is promised"),
            {"fields": ("first_response_minutes", "next_response_minutes", "resolution_minutes", "calendar")},
        ),
        (_("How long it counts"), {"fields": ("ended_at",)}),
    )

    @admin.display(description=_("for which tickets"))
    def which(self, policy: SlaPolicy) -> str:
        try:
            return rules.sentence(policy.conditions, "ticket").flat
        except UnusableConditions:
            return str(_("The conditions name something that is gone."))

    @admin.display(description=_("first answer"))
    def first_answer(self, policy: SlaPolicy) -> str:
        return _minutes(policy.first_response_minutes)

    @admin.display(description=_("further answers"))
    def further_answers(self, policy: SlaPolicy) -> str:
        return _minutes(policy.next_response_minutes)

    @admin.display(description=_("resolved"))
    def resolution(self, policy: SlaPolicy) -> str:
        return _minutes(policy.resolution_minutes)

    @admin.display(description=_("counts"))
    def counts(self, policy: SlaPolicy) -> str:
        is_over = policy.ended_at is not None and policy.ended_at <= timezone.now()
        return str(_("no longer")) if is_over else str(_("yes"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What clocks were promised by stays: it ends by its day."""
        return False


def _minutes(minutes: int | None) -> str:
    if minutes is None:
        return ""
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": number(minutes)}
