"""Forms for what gives something: the settings of its kind are fields of their own."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from crm.admin.named import NamedAdmin, NamedForm
from crm.rules.fields import ConditionFormField, always
from loyalty.rewards import KINDS, RewardKind, UnusableReward, given, kind_named

SETTING = "gives_"


class CodesField(forms.CharField):
    """Several short texts with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [part.strip() for part in str(value or "").split(",") if part.strip()]


class GivesForm(NamedForm):
    """`kind` is decided before the form is made: see `fields_of`."""

    kind: ClassVar[RewardKind[Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("conditions"):
            self.initial["conditions"] = always()
        if self.instance.pk:
            for name, value in self.instance.gives.settings.settings().items():
                self.initial[SETTING + name] = value

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        told = {one.name: _as_json(cleaned.get(SETTING + one.name)) for one in fields(self.kind.Settings)}
        told = {name: value for name, value in told.items() if value not in (None, "", [])}
        try:
            self.instance.settings = given(self.kind.name, told).settings.settings()
        except UnusableReward as refused:
            for fault in refused.faults:
                self.add_error(SETTING + fault.pointer.lstrip("/"), str(fault.detail))
        self.instance.kind = self.kind.name
        if cleaned.get("conditions") == always():
            cleaned["conditions"] = {}
        return cleaned


def fields_of(kind: RewardKind[Any]) -> dict[str, Any]:
    """A field of the form for each setting of the kind."""
    return {
        **{SETTING + one.name: _field(one) for one in fields(kind.Settings)},
        "kind": kind,
        "conditions": ConditionFormField(
            label=_("Conditions on the customer"), root="customer", required=False, initial=always
        ),
    }


def _field(one: Any) -> forms.Field:
    told: dict[str, Any] = {
        "label": one.metadata["label"],
        "help_text": one.metadata["hint"],
        "required": one.default is MISSING,
        "initial": None if one.default is MISSING else one.default,
    }
    shape = str(one.type)
    if shape.startswith("Decimal"):
        return forms.DecimalField(min_value=Decimal(0), max_digits=12, decimal_places=2, **told)
    if shape.startswith("int"):
        return forms.IntegerField(min_value=0, max_value=1_000_000, **told)
    if shape.startswith("datetime"):
        return forms.SplitDateTimeField(widget=AdminSplitDateTime(), **told)
    if shape.startswith("tuple"):
        return CodesField(**told)
    return forms.CharField(max_length=100, **told)


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else value


class GivesAdmin(NamedAdmin):
    """First the kind is chosen; the form then asks for what this kind needs."""

    base_form = GivesForm

    def kind_of(self, request: HttpRequest, obj: Any = None) -> RewardKind[Any]:
        """Raises UnusableReward while no kind was chosen."""
        return kind_named(obj.kind if obj else request.GET.get("kind", ""))

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return fields_of(self.kind_of(request, obj))

    def settings_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(SETTING + one.name for one in fields(self.kind_of(request, obj).Settings))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            self.kind_of(request)
        except UnusableReward:
            return self._choose_kind(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            return super().add_view(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What should it give?"),
            "opts": self.opts,
            "kinds": KINDS,
        }
        return TemplateResponse(request, "loyalty/rewards/kinds.html", context)

    @admin.display(description=_("gives"))
    def gives(self, row: Any) -> str:
        return str(row.gives.aloud(row.programme.currency))
