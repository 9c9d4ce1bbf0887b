"""What questions have in common that are answered by choosing among options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.content_reading import KEY, in_language
from crm.errors import Fault
from crm.typed_settings import Settings, Words
from surveys.questions.base import Given, Point, Question, UnusableQuestion, not_an_answer

MOST_OPTIONS = 12
FEWEST_OPTIONS = 2


@dataclass(frozen=True, kw_only=True)
class Option(Settings):
    """`key` is what is kept and counted: it stays when the label is worded anew."""

    refusal = UnusableQuestion

    key: str
    label: Words = field(default_factory=dict)

    def faults(self) -> list[Fault]:
        if KEY.fullmatch(self.key):
            return []
        detail = _("Write a key of small Latin letters, digits and hyphens, beginning with a letter.")
        return [Fault(pointer="/key", detail=detail)]


@dataclass(frozen=True, kw_only=True)
class Chosen(Question):
    asks = {"options": _("What can be chosen")}
    comparisons = {"has": _("“{value}” is chosen")}

    options: tuple[Option, ...] = ()

    def faults(self) -> list[Fault]:
        keys = [option.key for option in self.options]
        if len(keys) > MOST_OPTIONS:
            sentence = str(_("Offer at most {most} to choose from.")).format(most=MOST_OPTIONS)
            return [Fault(pointer="/options", detail=sentence)]
        return [
            Fault(pointer=f"/options/{number}/key", detail=_("Another option has this key."))
            for number, key in enumerate(keys)
            if key in keys[:number]
        ]

    def unfinished(self, languages: Sequence[str]) -> Iterator[Fault]:
        if len(self.options) < FEWEST_OPTIONS:
            yield Fault(pointer="/options", detail=_("Offer at least two to choose from."))
        for number, option in enumerate(self.options):
            for language in languages:
                if language not in option.label:
                    pointer = f"/options/{number}/label/{language}"
                    yield Fault(pointer=pointer, detail=_("It is not written in this language."))

    def conditions(self) -> Sequence[tuple[str, Any]]:
        return [(op, option.key) for op in self.comparisons for option in self.options]

    def examples(self) -> Sequence[Given]:
        return [Given(choices=(option.key,)) for option in self.options]

    def points(self, language: str) -> Sequence[Point]:
        return [Point(option.key, in_language(option.label, language)) for option in self.options]

    def condition_faults(self, op: str, value: Any) -> Iterator[Fault]:
        yield from super().condition_faults(op, value)
        if value not in [option.key for option in self.options]:
            yield Fault(pointer="/value", detail=_("There is no such option."))

    def condition_aloud(self, op: str, value: Any, language: str) -> str:
        return super().condition_aloud(op, self._called(value, language), language)

    def holds(self, op: str, value: Any, given: Given) -> bool:
        return value in given.choices

    def said(self, given: Given, language: str) -> str:
        return ", ".join(self._called(key, language) for key in given.choices)

    def chosen(self, keys: Sequence[Any]) -> Given | None:
        """In the order in which they are offered, each once."""
        known = [option.key for option in self.options]
        if any(key not in known for key in keys):
            raise not_an_answer(_("Choose from what is offered."))
        return Given(choices=tuple(key for key in known if key in keys)) if keys else None

    def _called(self, key: str, language: str) -> str:
        labels = {option.key: in_language(option.label, language) for option in self.options}
        return labels.get(key) or key
