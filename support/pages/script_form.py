"""A step of a draft as a form: what it says in each language side by side, where it leads, what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from crm.messages.channel_names import channel_name
from crm.rules.fields import ConditionFormField
from support.pages.action_fields import action_fields, actions_told, initial_of
from support.scripts.checking import MOST_CHOICES
from support.scripts.content import (
    ANY,
    CHANNELS,
    KINDS,
    LONGEST_LABEL,
    LONGEST_TEXT,
    OUTCOMES,
    TONES,
    Choice,
    Content,
    Step,
)

NEW = "+"
# Shown in each form; any other channel where the step has words for it.
ALWAYS = (ANY, "phone")
# What the editor of conditions writes where there are none.
NO_CONDITION: dict[str, list[object]] = {"all": []}


@dataclass(frozen=True, kw_only=True)
class Row:
    """The fields of one choice."""

    number: int
    next: BoundField
    place: BoundField
    labels: list[BoundField]
    when: BoundField
    is_new: bool


class StepForm(forms.Form):
    def __init__(self, content: Content, step: Step, data: Any = None) -> None:
        self.content, self.step = content, step
        # One more than there are, so that a choice can be added without a script; those above the most can go.
        self.rows = max(len(step.choices), min(len(step.choices) + 1, MOST_CHOICES))
        super().__init__(data, initial=_initial(step))
        self.fields.update(self._declared())

    def languages(self) -> Iterator[dict[str, Any]]:
        """For each language the title and the words, as they stand side by side."""
        for language, label in settings.LANGUAGES:
            its = [self[f"text_{language}_{channel}"] for channel in self._channels()]
            yield {"code": language, "label": label, "title": self[f"title_{language}"], "texts": its}

    def choices(self) -> list[Row]:
        return [
            Row(
                number=number + 1,
                next=self[f"next_{number}"],
                place=self[f"place_{number}"],
                labels=[self[f"label_{number}_{language}"] for language, _label in settings.LANGUAGES],
                when=self[f"when_{number}"],
                is_new=number >= len(self.step.choices),
            )
            for number in range(self.rows)
        ]

    def actions(self) -> list[BoundField]:
        return [self[name] for name in action_fields()]

    def told(self) -> tuple[Step, bool]:
        """The step as it was typed; and whether one of its choices leads to a step that is not written yet."""
        typed = self.cleaned_data
        choices = sorted(
            (
                (typed.get(f"place_{number}") or number + 1, number, choice)
                for number in range(self.rows)
                if (choice := self._choice(typed, number))
            ),
            key=lambda told: told[:2],
        )
        step = Step(
            key=self.step.key,
            kind=typed["kind"],
            title={language: typed[f"title_{language}"] for language, _label in settings.LANGUAGES},
            tone=typed["tone"],
            must_say=typed["must_say"],
            texts={
                language: {channel: typed[f"text_{language}_{channel}"] for channel in self._channels()}
                for language, _label in settings.LANGUAGES
            },
            choices=[choice for _place, _number, choice in choices],
            actions=actions_told(typed),
            outcome=typed["outcome"],
        )
        return step, any(choice.next == NEW for choice in step.choices)

    def _choice(self, typed: Mapping[str, Any], number: int) -> Choice | None:
        to = typed.get(f"next_{number}")
        if not to:
            return None
        when = typed.get(f"when_{number}")
        return Choice(
            next=to,
            label={language: typed[f"label_{number}_{language}"] for language, _label in settings.LANGUAGES},
            when=when if when and when != NO_CONDITION else None,
        )

    def _channels(self) -> list[str]:
        used = {channel for words in self.step.texts.values() for channel in words}
        return [channel for channel in CHANNELS if channel in ALWAYS or channel in used]

    def _declared(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {
            "kind": forms.ChoiceField(label=_("Kind of step"), choices=list(KINDS.items())),
            "tone": forms.ChoiceField(label=_("Tone"), choices=list(TONES.items())),
            "outcome": forms.ChoiceField(
                label=_("Outcome"),
                choices=[("", "—"), *OUTCOMES.items()],
                required=False,
                help_text=_("Of an end only."),
            ),
            "must_say": forms.BooleanField(label=_("Must be said: may not be left out"), required=False),
        }
        for language, name in settings.LANGUAGES:
            fields[f"title_{language}"] = forms.CharField(
                label=_("Title: %(language)s") % {"language": name}, max_length=LONGEST_LABEL, required=False
            )
            for channel in self._channels():
                fields[f"text_{language}_{channel}"] = forms.CharField(
                    label=_channel_label(channel),
                    max_length=LONGEST_TEXT,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 5 if channel == ANY else 2, "lang": language}),
                )
        for number in range(self.rows):
            fields |= self._choice_fields(number)
        return fields | action_fields()

    def _choice_fields(self, number: int) -> dict[str, forms.Field]:
        others = [
            (step.key, f"{place}. {step.title_in('')}")
            for place, step in enumerate(self.content.steps, 1)
            if step.key != self.step.key
        ]
        known = {key for key, _label in others}
        lost = [
            (choice.next, _("{key}: no such step").format(key=choice.next))
            for choice in self.step.choices[number : number + 1]
            if choice.next not in known
        ]
        labels = {
            f"label_{number}_{language}": forms.CharField(
                label=name, max_length=LONGEST_LABEL, required=False
            )
            for language, name in settings.LANGUAGES
        }
        return {
            f"next_{number}": forms.ChoiceField(
                label=_("Leads to"),
                choices=[("", _("nowhere: no such choice")), *lost, *others, (NEW, _("a new step"))],
                required=False,
            ),
            f"place_{number}": forms.IntegerField(
                label=_("Key"), min_value=1, max_value=MOST_CHOICES, required=False
            ),
            **labels,
            f"when_{number}": ConditionFormField(root="ticket", label=_("Only offered when"), required=False),
        }


class NewStepForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of step"), choices=list(KINDS.items()))
    after = forms.CharField(max_length=40, required=False)


def _channel_label(channel: str) -> str:
    return str(_("Words") if channel == ANY else channel_name(channel))


def _initial(step: Step) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "kind": step.kind,
        "tone": step.tone,
        "outcome": step.outcome,
        "must_say": step.must_say,
        **initial_of(step.actions),
    }
    for language, title in step.title.items():
        initial[f"title_{language}"] = title
    for language, words in step.texts.items():
        initial |= {f"text_{language}_{channel}": text for channel, text in words.items()}
    for number, choice in enumerate(step.choices):
        initial |= {
            f"next_{number}": choice.next,
            f"place_{number}": number + 1,
            f"when_{number}": choice.when,
            **{f"label_{number}_{language}": label for language, label in choice.label.items()},
        }
    return initial
