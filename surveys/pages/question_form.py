"""A question of a draft as a form: its words in each language side by side, its settings, and where answers lead."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.typed_settings import LONGEST_TEXT, Words
from surveys import questions
from surveys.content import LONGEST_QUESTION, LONGEST_THANKS, LONGEST_TITLE, MOST_WAYS, Content, Question, Way
from surveys.questions import UnusableQuestion
from surveys.questions.options import MOST_OPTIONS, Option

THE_END = "-"
SPARE_OPTIONS = 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """The fields of one option, or of one way."""

    number: int
    fields: list[BoundField]
    is_new: bool


class WholeForm(forms.Form):
    """What stands above the questions and after them."""

    def __init__(self, content: Content, data: Any = None) -> None:
        initial = {f"title_{language}": text for language, text in content.title.items()}
        initial |= {f"thanks_{language}": text for language, text in content.thanks.items()}
        super().__init__(data, initial=initial)
        for language, _name in settings.LANGUAGES:
            self.fields[f"title_{language}"] = _line(_("Title"), language, LONGEST_TITLE)
            self.fields[f"thanks_{language}"] = _line(_("Thanks"), language, LONGEST_THANKS)

    def languages(self) -> Iterator[dict[str, Any]]:
        return _side_by_side(self, ("title", "thanks"))

    def told(self, content: Content) -> Content:
        return replace(content, title=_words(self, "title"), thanks=_words(self, "thanks"))


class NewQuestionForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Another question"),
        choices=questions.choices,
        widget=forms.Select(attrs={"class": "input fit"}),
    )
    after = forms.CharField(max_length=40, required=False)


class QuestionForm(forms.Form):
    def __init__(self, content: Content, question: Question, data: Any = None) -> None:
        self.content, self.question = content, question
        asked = question.asked
        shapes = typing.get_type_hints(type(asked))
        self.named = [name for name in asked.asks if shapes[name] not in (Words, tuple[Option, ...])]
        self.worded = [name for name in asked.asks if shapes[name] == Words]
        self.options_there: tuple[Option, ...] = getattr(asked, "options", ())
        self.option_rows = (
            min(len(self.options_there) + SPARE_OPTIONS, MOST_OPTIONS) if "options" in asked.asks else 0
        )
        self.conditions = list(asked.conditions())
        self.way_rows = min(len(question.ways) + 1, MOST_WAYS) if self.conditions else 0
        super().__init__(data, initial=self._initial())
        self.fields.update(self._declared(shapes))

    # ── as the page shows it ─────────────────────────────────────────────────
    def languages(self) -> Iterator[dict[str, Any]]:
        return _side_by_side(self, ("text", "help", *self.worded))

    def its_settings(self) -> list[BoundField]:
        return [self[name] for name in self.named]

    def options(self) -> list[Row]:
        return [
            Row(
                number=number + 1,
                fields=[self[f"label_{number}_{language}"] for language, _name in settings.LANGUAGES],
                is_new=number >= len(self.options_there),
            )
            for number in range(self.option_rows)
        ]

    def ways(self) -> list[Row]:
        return [
            Row(
                number=number + 1,
                fields=[self[f"when_{number}"], self[f"to_{number}"]],
                is_new=number >= len(self.question.ways),
            )
            for number in range(self.way_rows)
        ]

    # ── what was typed ───────────────────────────────────────────────────────
    def clean(self) -> dict[str, Any]:
        """The settings must be readable: the kind of question says what is wrong with them."""
        cleaned = super().clean() or self.cleaned_data
        try:
            self.asked = questions.read(self.question.kind, self._settings(cleaned))
        except UnusableQuestion as refused:
            for fault in refused.faults:
                name = fault.pointer.split("/")[1]
                self.add_error(name if name in self.fields else None, str(fault.detail))
        return cleaned

    def told(self) -> Question:
        cleaned = self.cleaned_data
        ways = [self._way(cleaned, number) for number in range(self.way_rows)]
        return replace(
            self.question,
            asked=self.asked,
            text=_words(self, "text"),
            help=_words(self, "help"),
            is_required=cleaned["is_required"],
            ways=tuple(way for way in ways if way and self._stands(way)),
            then=_place(cleaned["then"]),
        )

    def _stands(self, way: Way) -> bool:
        """An option or a number may have gone with what was typed."""
        return not any(self.asked.condition_faults(way.op, way.value))

    def _settings(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: value for name in self.named if (value := cleaned.get(name)) not in (None, "")}
        for name in self.worded:
            told[name] = _words(self, name)
        if self.option_rows:
            told["options"] = list(self._options(cleaned))
        return told

    def _options(self, cleaned: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Those with a label. A key stays, however its label is worded; a new one is made of the first label."""
        taken = {option.key for option in self.options_there}
        for number in range(self.option_rows):
            label = {
                language: cleaned.get(f"label_{number}_{language}", "")
                for language, _name in settings.LANGUAGES
            }
            if not any(label.values()):
                continue
            if number < len(self.options_there):
                key = self.options_there[number].key
            else:
                key = _free_key(label.get("en", ""), number, taken)
                taken.add(key)
            yield {"key": key, "label": label}

    def _way(self, cleaned: Mapping[str, Any], number: int) -> Way | None:
        place = cleaned.get(f"when_{number}")
        if not place:
            return None
        op, value = self.conditions[int(place) - 1]
        return Way(op=op, value=value, to=_place(cleaned[f"to_{number}"]))

    # ── how it is made ───────────────────────────────────────────────────────
    def _declared(self, shapes: Mapping[str, Any]) -> dict[str, forms.Field]:
        asks = self.question.asked.asks
        fields: dict[str, forms.Field] = {
            "is_required": forms.BooleanField(label=_("It must be answered"), required=False),
            "then": forms.ChoiceField(
                label=_("Otherwise it leads to"), choices=self._places(self.question.then)
            ),
        }
        for language, _name in settings.LANGUAGES:
            fields[f"text_{language}"] = _line(_("Question"), language, LONGEST_QUESTION)
            fields[f"help_{language}"] = _line(_("Hint below it"), language, LONGEST_QUESTION)
            for name in self.worded:
                fields[f"{name}_{language}"] = _line(asks[name], language, LONGEST_TEXT, is_area=False)
        fields |= {name: self._setting(name, shapes[name]) for name in self.named}
        for number in range(self.option_rows):
            for language, called in settings.LANGUAGES:
                fields[f"label_{number}_{language}"] = forms.CharField(
                    label=called,
                    max_length=LONGEST_TEXT,
                    required=False,
                    widget=forms.TextInput(attrs={"lang": language}),
                )
        for number in range(self.way_rows):
            fields[f"when_{number}"] = forms.ChoiceField(
                label=_("When the answer is"), choices=self._answers(), required=False
            )
            to = self.question.ways[number].to if number < len(self.question.ways) else None
            fields[f"to_{number}"] = forms.ChoiceField(label=_("it leads to"), choices=self._places(to))
        return fields

    def _setting(self, name: str, shape: Any) -> forms.Field:
        label: Any = self.question.asked.asks[name]
        if shape is bool:
            return forms.BooleanField(label=label, required=False)
        if shape is int:
            return forms.IntegerField(label=label, min_value=0, max_value=100)
        offered = self.question.asked.offers[name].items()
        return forms.ChoiceField(label=label, choices=[("", _("all of it")), *offered], required=False)

    def _places(self, standing: str | None) -> list[tuple[str, Any]]:
        language = get_language() or "en"
        others = [
            (one.key, f"{number}. {one.text_in(language)}")
            for number, one in enumerate(self.content.questions, 1)
            if one.key != self.question.key
        ]
        known = {self.question.key, *(key for key, _label in others)}
        lost = [] if standing is None or standing in known else [(standing, f"{standing}?")]
        return [(THE_END, _("the end")), *others, *lost]

    def _answers(self) -> list[tuple[str, Any]]:
        language = get_language() or "en"
        said = [
            (str(number), self.question.asked.condition_aloud(op, value, language))
            for number, (op, value) in enumerate(self.conditions, 1)
        ]
        return [("", _("no such way")), *said]

    def _initial(self) -> dict[str, Any]:
        its = self.question
        initial: dict[str, Any] = {"is_required": its.is_required, "then": its.then or THE_END}
        initial |= {name: getattr(its.asked, name) for name in self.named}
        worded = {
            "text": its.text,
            "help": its.help,
            **{name: getattr(its.asked, name) for name in self.worded},
        }
        for name, words in worded.items():
            initial |= {f"{name}_{language}": text for language, text in words.items()}
        for number, option in enumerate(self.options_there):
            initial |= {f"label_{number}_{language}": text for language, text in option.label.items()}
        for number, way in enumerate(its.ways):
            place = self.conditions.index((way.op, way.value)) + 1
            initial |= {f"when_{number}": str(place), f"to_{number}": way.to or THE_END}
        return initial


def ways_aloud(content: Content, question: Question) -> list[tuple[str, str | None, int]]:
    """For each way: when, to which question, and its number on the page; 0 is the end."""
    language = get_language() or "en"
    numbers = {one.key: number for number, one in enumerate(content.questions, 1)}
    aloud = [
        (question.asked.condition_aloud(way.op, way.value, language), way.to, numbers.get(way.to or "", 0))
        for way in question.ways
    ]
    return [*aloud, ("", question.then, numbers.get(question.then or "", 0))]


def _side_by_side(form: forms.Form, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for language, label in settings.LANGUAGES:
        yield {"code": language, "label": label, "fields": [form[f"{name}_{language}"] for name in names]}


def _line(label: Any, language: str, longest: int, *, is_area: bool = True) -> forms.CharField:
    attrs = {"lang": language, **({"rows": 2} if is_area else {})}
    widget = forms.Textarea(attrs=attrs) if is_area else forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget)


def _words(form: forms.Form, name: str) -> dict[str, str]:
    typed = {
        language: form.cleaned_data.get(f"{name}_{language}", "") for language, _name in settings.LANGUAGES
    }
    return {language: text for language, text in typed.items() if text}


def _place(typed: str) -> str | None:
    return None if typed == THE_END else typed


def _free_key(label: str, number: int, taken: set[str]) -> str:
    wished = slugify(label)[:36].strip("-")
    if not wished or not wished[0].isalpha():
        wished = f"option-{number + 1}"
    return next(
        key for more in range(1, 99) if (key := wished if more == 1 else f"{wished}-{more}") not in taken
    )
