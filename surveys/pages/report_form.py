"""What a report is narrowed to and divided by, as its page asks for it and as its address keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.customer_page import marks
from crm.messages.channel_names import CHANNELS
from crm.models import Shop, User
from crm.rules.fields import ConditionFormField, always
from surveys.models import Survey, Wave
from surveys.questions import ASPECTS
from surveys.reports.narrowing import ALL_OF_IT, DIVIDED, Narrowed
from surveys.scores import MEASURES

Choices = Sequence[tuple[str, str | Promise]]

MOST_OFFERED = 200
ALL: Choices = [("", _("all"))]
NUMBERS = ("shop", "agent", "wave")


class ReportForm(forms.Form):
    """Everything may be left out. What is offered is asked of the database: one question for each list."""

    measure = forms.ChoiceField(label=_("Figure"), required=False)
    survey = forms.ChoiceField(label=_("Survey"), required=False)
    aspect = forms.ChoiceField(label=_("Aspect"), required=False)
    asks_how_hard = forms.BooleanField(label=_("Asked the other way: how hard it was"), required=False)
    shop = forms.ChoiceField(label=_("Shop"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    agent = forms.ChoiceField(label=_("Colleague"), required=False)
    wave = forms.ChoiceField(label=_("Wave"), required=False)
    by = forms.ChoiceField(label=_("Divide by"), required=False)
    who = ConditionFormField(root="customer", label=_("Only customers of whom this holds"), required=False)

    def __init__(self, query: QueryDict) -> None:
        self.its_measure = _known(query.get("measure"), MEASURES, "nps")
        usual = "aspect" if self.its_measure == "csat" else "shop"
        self.divided_by = _known(query.get("by"), DIVIDED, usual)
        super().__init__({**query.dict(), "by": self.divided_by})
        offered: Mapping[str, Choices] = {
            "measure": [(name, measure.label) for name, measure in MEASURES.items()],
            "survey": [*ALL, *((one.slug, str(one)) for one in Survey.objects.order_by("pk")[:MOST_OFFERED])],
            "aspect": [("", ALL_OF_IT), *ASPECTS.items()],
            "shop": [*ALL, *_rows(Shop.objects.order_by("name"))],
            "tier": [*ALL, *marks().choices()],
            "channel": [*ALL, *((name, words) for name, (words, _icon) in CHANNELS.items())],
            "language": [*ALL, *settings.LANGUAGES],
            "agent": [*ALL, *_rows(User.objects.filter(is_staff=True).order_by("name"))],
            "wave": [*ALL, *_rows(Wave.objects.order_by("-starts_on"))],
            "by": [(name, words) for name, (words, _column) in DIVIDED.items()],
        }
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = choices
            field.widget.attrs["class"] = "input fit"
        for name, its in (("aspect", "csat"), ("asks_how_hard", "ces")):
            if self.its_measure != its:
                del self.fields[name]

    @property
    def plain(self) -> list[forms.BoundField]:
        """All but the conditions, which have an editor of their own."""
        return [field for field in self.visible_fields() if field.name not in ("who", "measure")]

    @property
    def narrowed(self) -> Narrowed:
        """What cannot be read is left out; the page says so beside its field."""
        self.is_valid()
        nothing = ("", False, None, always())
        told = {
            name: value for name, value in self.cleaned_data.items() if value not in nothing and name != "by"
        }
        numbers = {name: int(told[name]) for name in NUMBERS if name in told}
        return Narrowed(**{**told, **numbers, "measure": self.its_measure})


def _known(value: Any, among: Mapping[str, Any], otherwise: str) -> str:
    return value if isinstance(value, str) and value in among else otherwise


def _rows(rows: Any) -> Choices:
    return [(str(row.pk), str(row)) for row in rows[:MOST_OFFERED]]
