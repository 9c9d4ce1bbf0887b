"""A rule's draft as a form: when it applies, its limits, its days. What it gives stands in `effect_form`."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.rules.fields import ConditionFormField, always
from loyalty import effects
from loyalty.models import RuleTerms, RuleVersion
from loyalty.models.rule_terms import TERMS

LARGEST = 10_000_000
PLAIN = ("group", "most_per_order_points", "most_per_member_points", "member_period", "budget_points")
DAYS = ("first_on", "last_on")


def _points(label: Any, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=hint, min_value=1, max_value=LARGEST, required=False)


def _day(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=hint, required=False, widget=widget)


class RuleForm(forms.Form):
    conditions = ConditionFormField(root="order", label=_("When a purchase meets this"), initial=always)
    effect = forms.ChoiceField(label=_("It gives"))
    most_per_order_points = _points(_("At most for an order, points"))
    most_per_member_points = _points(_("At most for a member, points"))
    member_period = forms.ChoiceField(label=_("For a member in"), choices=RuleVersion.Period.choices)
    budget_points = _points(_("At most in all, points"), _("Empty: without a limit."))
    group = forms.SlugField(
        label=_("Does not add up with"),
        required=False,
        max_length=50,
        help_text=_("Of the rules with the same word here only the one that gives most counts."),
    )
    first_on = _day(_("First day"), _("Empty: from now on."))
    last_on = _day(_("Last day"), _("Empty: without an end."))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["effect"] = forms.ChoiceField(label=_("It gives"), choices=effects.choices())

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first_on"), told.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day comes before the first."))
        return told

    def terms(self, settings: dict[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            **{name: told[name] for name in PLAIN},
            "conditions": told["conditions"],
            "effect": told["effect"],
            "effect_settings": settings,
            "valid_from": _begin(told["first_on"]),
            "valid_until": _begin(told["last_on"] + timedelta(days=1)) if told["last_on"] else None,
        }


def initial_of(terms: RuleTerms) -> dict[str, Any]:
    told = {name: getattr(terms, name) for name in TERMS}
    if terms.valid_from:
        told["first_on"] = timezone.localtime(terms.valid_from).date()
    if terms.valid_until:
        told["last_on"] = timezone.localtime(terms.valid_until - timedelta(microseconds=1)).date()
    return told


def _begin(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
