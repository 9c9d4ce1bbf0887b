"""When a survey is asked, as forms: after what happened, and in waves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.rules.fields import ConditionFormField, always
from surveys.asking import occasions
from surveys.asking.occasions import CUSTOMER, Occasion
from surveys.models import Trigger, Wave

A_HUNDRED = 100
INPUT, SHORT = {"class": "input"}, {"class": "input fit"}


class OccasionForm(forms.Form):
    """What happened is chosen first: by it is decided what conditions can be about."""

    fact = forms.ChoiceField(
        label=_("After what"), choices=occasions.choices, widget=forms.Select(attrs=SHORT)
    )


class _AskingForm(forms.Form):
    def __init__(self, root: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["share"] = forms.IntegerField(
            label=_("How many of them are asked, %"),
            help_text=_("They are drawn by lot. Figures say of how many they were drawn."),
            min_value=1,
            max_value=A_HUNDRED,
            initial=A_HUNDRED,
            widget=forms.NumberInput(attrs=SHORT),
        )
        self.fields["conditions"] = ConditionFormField(
            label=_("Only if"), root=root, required=False, initial=always
        )

    @property
    def told(self) -> dict[str, Any]:
        """For a verb of surveys.asking.scheduling."""
        typed = self.cleaned_data
        conditions = typed["conditions"] or {}
        return {
            "conditions": {} if conditions == always() else conditions,
            "probability": Decimal(typed["share"]) / A_HUNDRED,
        }


class TriggerForm(_AskingForm):
    days = forms.IntegerField(
        label=_("Days later"),
        min_value=0,
        max_value=365,
        initial=1,
        widget=forms.NumberInput(attrs=SHORT),
    )
    hours = forms.IntegerField(
        label=_("and hours"),
        help_text=_("At night nobody is woken: then it goes out in the morning."),
        min_value=0,
        max_value=23,
        initial=0,
        widget=forms.NumberInput(attrs=SHORT),
    )

    def __init__(self, occasion: Occasion, data: Any = None, *, trigger: Trigger | None = None) -> None:
        super().__init__(occasion.root, data, initial=_initial(trigger) if trigger else None)

    @property
    def told(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {**super().told, "delay": timedelta(days=typed["days"], hours=typed["hours"])}


class WaveForm(_AskingForm):
    name = forms.CharField(label=_("Name of the wave"), max_length=60, widget=forms.TextInput(attrs=INPUT))
    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={**SHORT, "type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Everybody has one day in between, so that no morning asks them all."),
        widget=forms.DateInput(attrs={**SHORT, "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, wave: Wave | None = None) -> None:
        super().__init__(CUSTOMER, data, initial=_initial_of_wave(wave) if wave else None)

    @property
    def told(self) -> dict[str, Any]:
        days = {name: self.cleaned_data[name] for name in ("name", "starts_on", "ends_on")}
        return {**super().told, **days}


def share_of(probability: Decimal) -> int:
    return round(probability * A_HUNDRED)


def _initial(trigger: Trigger) -> dict[str, Any]:
    return {
        "days": trigger.delay.days,
        "hours": trigger.delay.seconds // 3600,
        "share": share_of(trigger.probability),
        "conditions": trigger.conditions or always(),
    }


def _initial_of_wave(wave: Wave) -> dict[str, Any]:
    return {
        "name": wave.name,
        "starts_on": wave.starts_on,
        "ends_on": wave.ends_on,
        "share": share_of(wave.probability),
        "conditions": wave.conditions or always(),
    }
