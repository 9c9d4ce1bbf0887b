from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin
from loyalty.models import Programme
from loyalty.points import expiry


@admin.register(Programme)
class ProgrammeAdmin(KeysetAdmin):
    list_display = ("name", "currency", "joining", "expiry", "started_at", "closed_at")
    prepopulated_fields = {"slug": ("name",)}
    # One field with one label, where the admin would put two without.
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
    }
    fieldsets = (
        (
            None,
            {"fields": ("name", "slug", "currency", "points_names", "joining", "started_at", "closed_at")},
        ),
        (_("Points"), {"fields": ("point_value", "rounding", "pending_days", "debt_policy")}),
        (
            _("Expiry"),
            {"fields": ("expiry", "expiry_months", "expiry_month", "expiry_day", "expiry_warning_days")},
        ),
        (
            _("Spending"),
            {
                "fields": (
                    *("largest_share_percent", "smallest_balance_points", "points_pay_delivery"),
                    *("earn_on_points_part", "hold_minutes"),
                )
            },
        ),
        (_("At the counter"), {"fields": ("card_code", "allowance_points")}),
    )

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        """What is said of idle points stands in each wallet too."""
        super().save_model(request, obj, form, change)
        if change and {"expiry", "expiry_months"} & set(form.changed_data):
            expiry.follow_idle_months(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A programme that ends keeps what it gave."""
        return False
