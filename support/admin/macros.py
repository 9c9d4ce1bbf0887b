"""Macros: an answer in each language, and a field for each thing that can be done beside it."""

from __future__ import annotations

import typing
from dataclasses import fields
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm import rendering
from crm.admin.named import NamedAdmin, NamedForm
from crm.rendering import UnusableText
from support import macro_actions
from support.admin.desk import CHOOSE_MANY
from support.admin.policies import MOMENT
from support.macro_actions import ACTIONS, MacroAction, UnusableMacro
from support.models import Macro
from support.scripts import variables
from support.scripts.variables import VARIABLES

TEXT, DOES = "text_", "does_"


def setting(kind: str, name: str = "") -> str:
    return f"{DOES}{kind}_{name}" if name else f"{DOES}{kind}"


class MacroForm(NamedForm):
    """Of each kind of action one, done in the order of `macro_actions`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            self.initial[TEXT + language] = self.instance.texts.get(language, "")
        for one in self.instance.actions:
            self.initial[setting(one["kind"])] = True
            for name, value in one.get("settings", {}).items():
                self.initial[setting(one["kind"], name)] = value

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        texts = {
            language: cleaned.get(TEXT + language, "").strip() for language, _label in settings.LANGUAGES
        }
        self.instance.texts = {language: text for language, text in texts.items() if text}
        for language, text in self.instance.texts.items():
            try:
                rendering.check(text, names=VARIABLES.keys(), language=language)
            except UnusableText as refused:
                for fault in refused.faults:
                    self.add_error(TEXT + language, str(fault.detail))
        self._keep_actions([told for kind in ACTIONS if (told := _told(kind, cleaned))])
        return cleaned

    def _keep_actions(self, told: list[dict[str, Any]]) -> None:
        try:
            macro_actions.read(told)
        except UnusableMacro as refused:
            for fault in refused.faults:
                number, name = fault.pointer.strip("/").split("/", 1)
                self.add_error(setting(told[int(number)]["kind"], name), str(fault.detail))
        self.instance.actions = told


@admin.register(Macro)
class MacroAdmin(NamedAdmin):
    base_form = MacroForm
    list_display = ("called", "does", "of_teams", "ended_at")
    list_prefetch_related = ("teams",)
    ordering = ("position",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.ManyToManyField: CHOOSE_MANY,
        models.DateTimeField: MOMENT,
    }

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        texts = {
            TEXT + language: forms.CharField(
                label=_("Answer: %(language)s") % {"language": label},
                required=False,
                widget=forms.Textarea(attrs={"rows": 5}),
            )
            for language, label in settings.LANGUAGES
        }
        return {**texts, **{name: field for action in ACTIONS.values() for name, field in _fields(action)}}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hint = _("What can be filled in: %(names)s") % {
            "names": ", ".join(written for written, _label in variables.hints())
        }
        does = [name for action in ACTIONS.values() for name, _field in _fields(action)]
        return (
            (None, {"fields": (*self.names(), "teams", "position", "ended_at")}),
            (
                _("What it answers"),
                {
                    "fields": tuple(TEXT + language for language, _label in settings.LANGUAGES),
                    "description": hint,
                },
            ),
            (_("What it does beside"), {"fields": tuple(does)}),
        )

    @admin.display(description=_("what it does"))
    def does(self, macro: Macro) -> str:
        try:
            return " · ".join(action.aloud() for action in macro_actions.read(macro.actions))
        except UnusableMacro:
            return str(_("It names something that is gone."))

    @admin.display(description=_("teams"))
    def of_teams(self, macro: Macro) -> str:
        return ", ".join(str(team) for team in macro.teams.all())


def _fields(action: type[MacroAction]) -> list[tuple[str, forms.Field]]:
    """One that has no settings is a box to tick."""
    if not fields(action):
        return [(setting(action.kind), forms.BooleanField(label=str(action.label), required=False))]
    shapes = typing.get_type_hints(action)
    return [
        (setting(action.kind, one.name), _field(action, one.name, shapes[one.name])) for one in fields(action)
    ]


def _field(action: type[MacroAction], name: str, shape: Any) -> forms.Field:
    told: dict[str, Any] = {
        "label": _("%(action)s: %(setting)s")
        % {"action": action.label, "setting": action.asks.get(name, name)},
        "required": False,
    }
    if name in action.offers:
        choices = [("", "—"), *action.offers[name]()]
        if shape is int:
            return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, **told)
        return forms.ChoiceField(choices=choices, **told)
    if shape is int:
        return forms.IntegerField(min_value=0, max_value=1_000_000, **told)
    return forms.CharField(max_length=100, **told)


def _told(kind: str, cleaned: dict[str, Any]) -> dict[str, Any] | None:
    """The action as it is kept; None where its fields are empty."""
    names = [one.name for one in fields(ACTIONS[kind])]
    if not names:
        return {"kind": kind, "settings": {}} if cleaned.get(setting(kind)) else None
    given = {name: cleaned.get(setting(kind, name)) for name in names}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    return {"kind": kind, "settings": kept} if kept else None
