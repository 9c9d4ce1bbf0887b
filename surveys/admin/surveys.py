"""How a survey is called and how it may be asked. What it asks is written on pages of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.admin.named import NamedAdmin
from crm.channels import CHANNELS
from crm.messages.channel_names import channel_name
from surveys.models import Survey


@admin.register(Survey)
class SurveyAdmin(NamedAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list is a page of our own, which asks for the permission by itself."""
        return HttpResponseRedirect(reverse("survey-builder:list"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        its = ("slug", "budget", "is_anonymous", "channels", "valid_days", "reminder_days")
        return (*self.names(), *its, "opens_tickets", "ended_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Answers stand under its short name, and were given under a promise."""
        return ("slug", "budget", "is_anonymous") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name_en",)}

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {
            "channels": forms.MultipleChoiceField(
                label=_("Channels"),
                choices=[(name, channel_name(name)) for name in CHANNELS],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("By which people may be asked. Empty: all."),
            )
        }

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._to_its_page(super().response_add(request, obj, post_url_continue), request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._to_its_page(super().response_change(request, obj), request, obj)

    def _to_its_page(self, response: HttpResponse, request: HttpRequest, obj: Any) -> HttpResponse:
        """Whoever just saves goes on with what is asked."""
        if any(name in request.POST for name in ("_addanother", "_continue", "_popup")):
            return response
        return HttpResponseRedirect(reverse("survey-builder:survey", args=[obj.pk]))
