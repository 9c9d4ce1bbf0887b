"""What scripts and their scenarios are called and where they stand. What is said in them has a page of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.admin.named import NamedAdmin, NamedForm
from crm.rules.fields import ConditionFormField
from support.admin.desk import CHOOSE_MANY, DeskAdmin
from support.admin.policies import MOMENT
from support.models import Scenario, Script

WORDS = "words_"
NO_CONDITION: dict[str, list[object]] = {"all": []}


class ScenarioForm(NamedForm):
    """Words that suggest it, one a line, for each language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            self.initial[WORDS + language] = "\n".join(self.instance.words.get(language, []))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        typed = {
            language: [
                word.strip() for word in cleaned.get(WORDS + language, "").splitlines() if word.strip()
            ]
            for language, _label in settings.LANGUAGES
        }
        self.instance.words = {language: words for language, words in typed.items() if words}
        return cleaned


@admin.register(Scenario)
class ScenarioAdmin(DeskAdmin):
    base_form = ScenarioForm
    list_display = ("called", "slug", "position")
    with_slug = ("topics", "position", *(WORDS + language for language, _label in settings.LANGUAGES))
    ordering = ("position",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.ManyToManyField: CHOOSE_MANY}

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {
            WORDS + language: forms.CharField(
                label=_("Words that suggest it: %(language)s") % {"language": label},
                help_text=_("One a line."),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            for language, label in settings.LANGUAGES
        }


class ScriptForm(NamedForm):
    """Without a condition it is suggested by its scenario alone."""

    def clean_suggest_when(self) -> Any:
        tree = self.cleaned_data.get("suggest_when")
        return None if tree == NO_CONDITION else tree


@admin.register(Script)
class ScriptAdmin(NamedAdmin):
    base_form = ScriptForm
    list_display = ("called", "folder", "shortcut", "scenario", "ended_at")
    list_select_related = ("scenario",)
    ordering = ("folder",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.ManyToManyField: CHOOSE_MANY,
        models.DateTimeField: MOMENT,
    }

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        its = ("slug", "scenario", "folder", "shortcut", "teams", "suggest_when", "ended_at")
        return (*self.names(), *its)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name_en",), "shortcut": ("name_en",)}

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {"suggest_when": ConditionFormField(root="ticket", label=_("Suggested when"), required=False)}

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._to_its_page(super().response_add(request, obj, post_url_continue), request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._to_its_page(super().response_change(request, obj), request, obj)

    def _to_its_page(self, response: HttpResponse, request: HttpRequest, obj: Any) -> HttpResponse:
        """Whoever just saves goes on with what is said in it."""
        if any(name in request.POST for name in ("_addanother", "_continue", "_popup")):
            return response
        return HttpResponseRedirect(reverse("scripts:script", args=[obj.pk]))
