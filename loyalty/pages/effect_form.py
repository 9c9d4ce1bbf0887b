"""The settings of an effect as a form, made from the fields of its dataclass."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Category
from crm.typed_settings import MOST_PLACES
from loyalty import effects
from loyalty.effects import Effect, UnusableEffect
from loyalty.models import Programme, Tier

PREFIX = "gives"
LABELS: dict[str, str | Promise] = {
    "points": _("Points"),
    "per": _("For each (amount)"),
    "only_full": _("Only for each full amount"),
    "times": _("Multiplied by"),
    "tier": _("From this tier up"),
    "percent": _("More points, %"),
    "first_on": _("First day"),
    "last_on": _("Last day"),
    "days": _("After days without a purchase"),
    "within_days": _("Within days after joining"),
    "days_before": _("Days before the birthday"),
    "days_after": _("Days after the birthday"),
    "length": _("Purchases in a row"),
    "unit": _("Counted in"),
    "skus": _("Products, by their codes"),
    "categories": _("Categories"),
    "brands": _("Brands"),
}
HINTS: dict[str, str | Promise] = {
    "skus": _("Codes with commas between."),
    "brands": _("Names with commas between."),
    "times": _("Above 1: 2 doubles the points."),
}


class ListField(forms.CharField):
    """Words with commas between."""

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in (super().to_python(value) or "").split(",") if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class EffectForm(forms.Form):
    """`terms` are the settings as JSON keeps them, once the form is valid."""

    def __init__(self, kind: str, programme: Programme, data: Any = None, **more: Any) -> None:
        super().__init__(data, prefix=PREFIX, **more)
        self.kind = kind
        shape: type[Effect] = effects.EFFECTS[kind]
        hints = typing.get_type_hints(shape)
        for one in fields(shape):
            told = {
                "label": LABELS.get(one.name, one.name),
                "help_text": HINTS.get(one.name, ""),
                "required": one.default is MISSING and not _is_optional(hints[one.name]),
            }
            if one.default is not MISSING:
                told["initial"] = one.default
            self.fields[one.name] = _field(one.name, hints[one.name], programme, told)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        self.terms = {name: _kept(value) for name, value in told.items() if value not in (None, "")}
        if self.errors:
            return told
        try:
            effects.read(self.kind, self.terms)
        except UnusableEffect as refused:
            for fault in refused.faults:
                name = fault.pointer.strip("/")
                self.add_error(name if name in self.fields else None, ValidationError(str(fault.detail)))
        return told

    def said(self) -> str:
        """The sentence of what is typed; nothing while it cannot be used."""
        return effects.read(self.kind, self.terms).aloud() if self.is_valid() else ""


def _is_optional(shape: Any) -> bool:
    return isinstance(shape, types.UnionType) and type(None) in typing.get_args(shape)


def _field(name: str, shape: Any, programme: Programme, told: dict[str, Any]) -> forms.Field:
    bare = next((part for part in typing.get_args(shape) if part is not type(None)), shape)
    bare = bare if _is_optional(shape) else shape
    if name == "tier":
        tiers = Tier.objects.filter(programme=programme)
        return forms.ChoiceField(choices=[(one.slug, one.name) for one in tiers], **told)
    if name == "unit":
        return forms.ChoiceField(choices=[("week", _("weeks")), ("month", _("months"))], **told)
    if bare == tuple[int, ...]:
        told["required"] = False
        return forms.ModelMultipleChoiceField(Category.objects.order_by("name"), **told)
    if bare == tuple[str, ...]:
        return ListField(**{**told, "required": False})
    if bare is bool:
        return forms.BooleanField(**{**told, "required": False})
    if bare is int:
        return forms.IntegerField(min_value=0, max_value=10_000_000, **told)
    if bare is Decimal:
        return forms.DecimalField(max_digits=13, decimal_places=MOST_PLACES, localize=True, **told)
    if bare is date:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(widget=widget, **told)
    return forms.CharField(max_length=100, **told)


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "values_list"):
        return sorted(value.values_list("pk", flat=True))
    return value
