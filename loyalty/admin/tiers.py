"""Tiers: what each takes, and what it brings beside points."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin
from crm.typed_settings import UnusableSettings
from crm.words.wording import number
from loyalty import privileges
from loyalty.models import Tier, TierPrivilege

EXAMPLES = {
    "free_delivery": {"from_amount": "50.00"},
    "early_access": {
        "from_at": "2026-03-01T00:00:00+02:00",
        "public_at": "2026-03-04T00:00:00+02:00",
        "skus": ["TEA-NEW"],
    },
    "exclusive_offers": {"segment": "exclusive"},
    "priority_support": {"level": 1},
    "event_seats": {"seats_a_year": 2},
}


class PrivilegeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TierPrivilege
        fields = ("kind", "settings")
        help_texts = {
            "settings": format_lazy(
                _("By privilege: {examples}"),
                examples="; ".join(f"{kind} {json.dumps(its)}" for kind, its in EXAMPLES.items()),
            )
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "settings" in cleaned:
            try:
                privileges.read(cleaned["kind"], cleaned["settings"] or {})
            except UnusableSettings as refused:
                for fault in refused.faults:
                    self.add_error("settings", f"{fault.pointer.lstrip('/')}: {fault.detail}".lstrip(": "))
        return cleaned


class PrivilegeInline(admin.StackedInline):  # type: ignore[type-arg]
    model = TierPrivilege
    form = PrivilegeForm
    extra = 0


@admin.register(Tier)
class TierAdmin(KeysetAdmin):
    list_display = ("name", "programme", "track", "level", "figure", "needed", "months")
    list_filter = ("programme",)
    list_select_related = ("programme",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (PrivilegeInline,)
    fieldsets = (
        (None, {"fields": ("programme", "track", "name", "slug", "level")}),
        (_("What it takes"), {"fields": ("figure", "threshold", "period", "months")}),
        (_("How it is lost"), {"fields": ("grace_days", "lands_softly")}),
    )

    @admin.display(description=_("needed"))
    def needed(self, tier: Tier) -> str:
        return number(tier.threshold, 2 if tier.figure == Tier.Figure.SPEND else 0)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A tier that somebody had is part of their past."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj and obj.memberships.exists())
