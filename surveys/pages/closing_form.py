"""An issue as a form: what is wrong, whose it is, and the figure that is to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Shop, User
from surveys.closing.issues import Told
from surveys.models import Department, Issue
from surveys.questions import ASPECTS
from surveys.scores import MEASURES

# What an address may bring along: a report leads here with the figure that it shows.
FIGURE = ("measure", "aspect", "shop")
WORDS = ("title", "department")


def colleagues() -> Any:
    return User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")


class Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class IssueForm(forms.Form):
    title = forms.CharField(label=_("What is wrong"), max_length=200)
    what = forms.CharField(
        label=_("What people say"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    due_on = Day(label=_("Until"), required=False)
    measure = forms.ChoiceField(label=_("Figure that is to rise"), required=False)
    aspect = forms.ChoiceField(label=_("About what"), required=False)
    shop = forms.ModelChoiceField(
        label=_("Shop"), queryset=Shop.objects.none(), required=False, empty_label=_("Every shop")
    )
    target = forms.DecimalField(
        label=_("Target"), required=False, max_digits=8, decimal_places=2, localize=True
    )
    since = Day(label=_("Measured before, from"), required=False)
    until = Day(label=_("Measured before, to"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]
        self.fields["shop"].queryset = Shop.objects.order_by("name")  # type: ignore[attr-defined]
        measures = [(one.name, one.label) for one in MEASURES.values()]
        self.fields["measure"].choices = [("", _("None")), *measures]  # type: ignore[attr-defined]
        aspects = [("", pgettext_lazy("aspect", "all of it")), *ASPECTS.items()]
        self.fields["aspect"].choices = aspects  # type: ignore[attr-defined]

    @property
    def its_figure(self) -> list[forms.BoundField]:
        return [self[name] for name in ("measure", "aspect", "shop", "target", "since", "until")]

    def told(self) -> Told:
        typed = self.cleaned_data
        same = {name: typed[name] for name in ("title", "what", "department", "owner", "due_on", "target")}
        return Told(**same, figure=_figure(typed), since=typed["since"], until=typed["until"])


def initial_of(issue: Issue) -> dict[str, Any]:
    names = ("title", "what", "department", "owner", "due_on", "target")
    before = issue.before or {}
    days = {name: before.get(name) for name in ("since", "until")}
    return {**{name: getattr(issue, name) for name in names}, **issue.figure, **days}


def initial_from(asked: Mapping[str, str], *, owner: User) -> dict[str, Any]:
    """What the address brings along; a form shows it, and judges it when it is sent."""
    return {"owner": owner.pk, **{name: asked.get(name, "") for name in (*FIGURE, *WORDS, "since", "until")}}


def _figure(typed: Mapping[str, Any]) -> dict[str, Any]:
    if not typed["measure"]:
        return {}
    told: dict[str, Any] = {"measure": typed["measure"]}
    if typed["aspect"] and typed["measure"] == "csat":
        told["aspect"] = typed["aspect"]
    if typed["shop"]:
        told["shop"] = typed["shop"].pk
    return told
