"""Forms and lists of things that have a name in each language."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.admin.keyset import KeysetAdmin

NAME = "name_"


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


def named_form(base: type[NamedForm], **more: Any) -> type[NamedForm]:
    """The form with a field for each name, and whatever `more` declares."""
    names = {
        NAME + language: forms.CharField(
            label=_("Name: %(language)s") % {"language": label}, max_length=100, required=False
        )
        for language, label in settings.LANGUAGES
    }
    return type(base.__name__, (base,), {**names, **more})


class NamedAdmin(KeysetAdmin):
    """Nothing here is deleted: what was promised stays on record, and ends on a day."""

    base_form: ClassVar[type[NamedForm]] = NamedForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def names(self) -> tuple[str, ...]:
        return tuple(NAME + language for language, _label in settings.LANGUAGES)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = named_form(self.base_form, **self.declared(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    def declared(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """More fields of the form."""
        return {}

    @admin.display(description=pgettext_lazy("of a thing", "name"))
    def called(self, row: Any) -> str:
        return str(row)
