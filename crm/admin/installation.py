from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import company, logos
from crm.errors import Refusal
from crm.models import Installation


class InstallationForm(forms.ModelForm):  # type: ignore[type-arg]
    new_logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP, 200 KB at most. Customers see it.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of your customers"),
        choices=company.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Installation
        fields = (
            *("name", "currency", "time_zone", "languages"),
            *(
                "quiet_from_hour",
                "quiet_until_hour",
                "advertising_per_week",
                "lost_after_days",
                "historic_value",
            ),
            *("ask_again_after_days", "ask_about_us_after_days"),
            *("campaign_people_alone", "campaign_amount_alone"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who may only look has a form without fields.
        if "historic_value" in self.fields:
            self.fields["historic_value"].required = False

    def clean_historic_value(self) -> str:
        """Whoever says nothing of it leaves it as it is."""
        given: str = self.cleaned_data["historic_value"]
        return given or str(self.instance.historic_value)

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in company.time_zones():
            raise forms.ValidationError(_("There is no such time zone. For example: Europe/Sofia."))
        return zone

    def clean_new_logo(self) -> bytes:
        given = self.cleaned_data["new_logo"]
        if not given:
            return b""
        picture: bytes = given.read(logos.LARGEST_BYTES + 1)
        try:
            self.instance.logo_type = logos.type_of(picture)
        except Refusal as refused:
            raise forms.ValidationError(str(refused.title)) from refused
        return picture


@admin.register(Installation)
class InstallationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row, so there is no list: the link leads to its form."""

    form = InstallationForm
    fields = (
        *("name", "new_logo", "currency", "time_zone", "languages"),
        *("quiet_from_hour", "quiet_until_hour", "advertising_per_week", "lost_after_days", "historic_value"),
        *("ask_again_after_days", "ask_about_us_after_days"),
        *("campaign_people_alone", "campaign_amount_alone"),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not Installation.objects.exists():
            self._begin()
        return HttpResponseRedirect(reverse("admin:crm_installation_change", args=[Installation.THE_ONE]))

    def _begin(self) -> None:
        """A house whose first colleague was made on the console never went through the setup."""
        Installation.objects.get_or_create(
            pk=Installation.THE_ONE,
            defaults={"name": company.PRODUCT, "languages": ["en"], "set_up_at": timezone.now()},
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Installation, form: Any, change: bool) -> None:
        if form.cleaned_data["new_logo"]:
            obj.logo = form.cleaned_data["new_logo"]
        super().save_model(request, obj, form, change)
        company.forget()
