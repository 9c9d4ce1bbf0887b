"""The form of an article: its three languages side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from support.help.content import LONGEST_ASKED, LONGEST_BODY, LONGEST_SUMMARY, LONGEST_TITLE, MOST_ASKED

PARTS = ("title", "summary", "keywords", "asked", "body")
# What stands between the phrases of a part that has several.
BETWEEN = {"keywords": ", ", "asked": "\n"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One language of the form."""

    code: str
    label: str
    fields: tuple[BoundField, ...]


class ArticleForm(forms.Form):
    """`seen` is when the draft that is changed had been written: nobody's work is overwritten unseen."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, content: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            told = (content or {}).get(language, {})
            for part, field in _fields().items():
                self.fields[name_of(language, part)] = field
                self.initial[name_of(language, part)] = BETWEEN.get(part, "").join(told.get(part, ""))

    def sides(self) -> Iterator[Side]:
        for language, label in settings.LANGUAGES:
            fields = tuple(self[name_of(language, part)] for part in PARTS)
            yield Side(code=language, label=str(label), fields=fields)

    def told(self) -> dict[str, Any]:
        """As `support.help.content` reads it."""
        return {language: wording_in(self.cleaned_data, language) for language, _label in settings.LANGUAGES}

    def show(self, faults: tuple[Fault, ...]) -> None:
        """Beside the field that each is about."""
        for fault in faults:
            language, _slash, part = fault.pointer.strip("/").partition("/")
            name = name_of(language, part.partition("/")[0])
            self.add_error(name if name in self.fields else None, str(fault.detail))


def name_of(language: str, part: str) -> str:
    return f"{part}_{language}"


def wording_in(told: Mapping[str, str], language: str) -> dict[str, Any]:
    said = {part: told.get(name_of(language, part), "") for part in PARTS}
    return {**said, **{part: _each(said[part], between) for part, between in BETWEEN.items()}}


def _each(said: str, between: str) -> list[str]:
    return [phrase.strip() for phrase in said.split(between.strip(" ")) if phrase.strip()]


def _fields() -> dict[str, forms.CharField]:
    rows = {"class": "input", "rows": 18}
    return {
        "title": forms.CharField(label=_("Title"), required=False, max_length=LONGEST_TITLE),
        "summary": forms.CharField(
            label=_("In short"),
            required=False,
            max_length=LONGEST_SUMMARY,
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        "keywords": forms.CharField(
            label=_("Other words for it"),
            required=False,
            max_length=1_500,
            help_text=_("As customers say it, with commas between."),
        ),
        "asked": forms.CharField(
            label=_("How customers ask for it"),
            required=False,
            max_length=MOST_ASKED * (LONGEST_ASKED + 2),
            widget=forms.Textarea(attrs={"rows": 6}),
            help_text=_(
                "Whole questions, one in a line, in their own words. By ten of them or more the answer bot knows "
                "questions that are alike."
            ),
        ),
        "body": forms.CharField(
            label=_("Text"),
            required=False,
            max_length=LONGEST_BODY,
            widget=forms.Textarea(attrs=rows),
            help_text=_(
                "Markdown: **bold**, # heading, 1. step, - point, [words](short-name-of-an-article)."
            ),
        ),
    }
