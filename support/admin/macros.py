"""Macros: an answer in each language, and a field for each thing that can be done beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin.named import NamedAdmin, NamedForm
from crm.words import text_checks
from support import macro_actions
from support.admin.desk import CHOOSE_MANY
from support.admin.policies import MOMENT
from support.macro_actions import UnusableMacro
from support.models import Macro
from support.pages.action_fields import action_fields, actions_told, faults_by_field, initial_of
from support.scripts import checking, variables

TEXT = "text_"
# A macro that speaks of an order is offered where there is one: it need not say what stands there instead.
VOCABULARY = replace(checking.VOCABULARY, always=checking.VOCABULARY.names)


class MacroForm(NamedForm):
    """Of each kind of action one, done in the order of `macro_actions`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            self.initial[TEXT + language] = self.instance.texts.get(language, "")
        self.initial.update(initial_of(self.instance.actions))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        texts = {
            language: cleaned.get(TEXT + language, "").strip() for language, _label in settings.LANGUAGES
        }
        self.instance.texts = {language: text for language, text in texts.items() if text}
        for language, text in self.instance.texts.items():
            for fault in text_checks.faults(text, language=language, vocabulary=VOCABULARY):
                self.add_error(TEXT + language, str(fault.detail))
        self._keep_actions(actions_told(cleaned))
        return cleaned

    def _keep_actions(self, told: list[dict[str, Any]]) -> None:
        try:
            macro_actions.read(told)
        except UnusableMacro as refused:
            for name, sentence in faults_by_field(told, refused):
                self.add_error(name, sentence)
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
        return {**texts, **action_fields()}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hint = _("What can be filled in: %(names)s") % {
            "names": ", ".join(written for written, _label in variables.hints())
        }
        return (
            (None, {"fields": (*self.names(), "teams", "position", "ended_at")}),
            (
                _("What it answers"),
                {
                    "fields": tuple(TEXT + language for language, _label in settings.LANGUAGES),
                    "description": hint,
                },
            ),
            (_("What it does beside"), {"fields": tuple(action_fields())}),
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
