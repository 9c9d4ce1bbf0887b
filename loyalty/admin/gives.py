"""Forms for what gives something: a name in each language, and the settings of its kind as fields of their own."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.admin.keyset import KeysetAdmin
from crm.rules.fields import ConditionFormField, always
from loyalty.rewards import KINDS, RewardKind, UnusableReward, given, kind_named

SETTING = "gives_"
NAME = "name_"


class CodesField(forms.CharField):
    """Several short texts with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [part.strip() for part in str(value or "").split(",") if part.strip()]


def name_both_halves(field: Any) -> None:
    """A day and a time are two inputs under one label: each says what it is also to those who do not see it."""
    if isinstance(field.widget, AdminSplitDateTime):
        for half, said in zip(field.widget.widgets, (_("%(what)s: date"), _("%(what)s: time")), strict=True):
            half.attrs["aria-label"] = said % {"what": field.label}


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name for each language of the house, kept in `names`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            self.initial[NAME + language] = (self.instance.names or {}).get(language, "")
        for field in self.fields.values():
            name_both_halves(field)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        names = {language: cleaned.get(NAME + language, "") for language, _label in settings.LANGUAGES}
        self.instance.names = {language: name for language, name in names.items() if name}
        return cleaned


class GivesForm(NamedForm):
    """`kind` is decided before the form is made: see `form_of`."""

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


def form_of(base: type[NamedForm], kind: RewardKind[Any] | None = None) -> type[NamedForm]:
    """The form with a field for each name, and for each setting of the kind."""
    declared: dict[str, Any] = {
        NAME + language: forms.CharField(
            label=_("Name: %(language)s") % {"language": label}, max_length=100, required=False
        )
        for language, label in settings.LANGUAGES
    }
    if kind:
        declared |= {SETTING + one.name: _field(one) for one in fields(kind.Settings)}
        declared |= {
            "kind": kind,
            "conditions": ConditionFormField(
                label=_("Conditions on the customer"), root="customer", required=False, initial=always
            ),
        }
    return type(base.__name__, (base,), declared)


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


class NamedAdmin(KeysetAdmin):
    """Nothing here is deleted: what was promised stays on record, and ends on a day."""

    base_form: ClassVar[type[NamedForm]] = NamedForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def names(self) -> tuple[str, ...]:
        return tuple(NAME + language for language, _label in settings.LANGUAGES)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_of(self.base_form)
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=pgettext_lazy("of a thing", "name"))
    def called(self, row: Any) -> str:
        return str(row)


class GivesAdmin(NamedAdmin):
    """First the kind is chosen; the form then asks for what this kind needs."""

    base_form = GivesForm

    def kind_of(self, request: HttpRequest, obj: Any = None) -> RewardKind[Any]:
        """Raises UnusableReward while no kind was chosen."""
        return kind_named(obj.kind if obj else request.GET.get("kind", ""))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_of(self.base_form, self.kind_of(request, obj))
        return super(NamedAdmin, self).get_form(request, obj, change, **kwargs)

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
