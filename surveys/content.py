"""What stands in a version of a survey: questions, and which follows which. Pure.

{"title": {"en": "How was the delivery?"}, "thanks": {"en": "Thank you!"}, "start": "score", "questions": [{
    "key": "score", "kind": "csat", "text": {"en": "…"}, "help": {}, "is_required": true,
    "settings": {"aspect": "delivery"},
    "ways": [{"when": {"op": "lte", "value": 2}, "to": "what"}], "then": null
}]}

The first way whose condition holds is taken, else `then`; null is the end. A draft may be unfinished: here it is only
refused what is no such survey at all. What must be true before people are asked is said in `checking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.content_reading import ContentReading, filled, in_language
from crm.errors import Refusal
from crm.typed_settings import Words
from surveys import questions
from surveys.questions import Given, UnusableQuestion

LANGUAGES: Sequence[str] = [code for code, _name in settings.LANGUAGES]
MOST_QUESTIONS = 30
MOST_WAYS = 12
LONGEST_TITLE = 120
# As long as an answer keeps the words in which it was asked.
LONGEST_QUESTION = 300
LONGEST_THANKS = 1000


class UnusableSurvey(Refusal):
    """Each fault points to its place in the content and says what to do."""

    code = "unusable-survey"
    title = _("This survey cannot be used as it is.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where an answer leads, where the condition holds. `to`: None is the end."""

    op: str
    value: Any = None
    to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    key: str
    asked: questions.Question
    text: Words = field(default_factory=dict)
    help: Words = field(default_factory=dict)
    is_required: bool = False
    ways: Sequence[Way] = ()
    then: str | None = None

    @property
    def kind(self) -> str:
        return self.asked.kind

    def text_in(self, language: str) -> str:
        return in_language(self.text, language) or self.key

    def help_in(self, language: str) -> str:
        return in_language(self.help, language)

    def next_after(self, given: Given | None) -> str | None:
        """Which question follows this answer; None: the end."""
        for way in self.ways:
            if given is not None and self.asked.holds(way.op, way.value, given):
                return way.to
        return self.then

    def leads_to(self) -> Iterator[str]:
        """Every question that may follow."""
        yield from {to: None for to in (*(way.to for way in self.ways), self.then) if to is not None}


@dataclass(frozen=True, kw_only=True)
class Content:
    start: str = ""
    title: Words = field(default_factory=dict)
    thanks: Words = field(default_factory=dict)
    questions: Sequence[Question] = ()

    def question(self, key: str | None) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)

    def title_in(self, language: str) -> str:
        return in_language(self.title, language)

    def thanks_in(self, language: str) -> str:
        return in_language(self.thanks, language)

    def languages(self) -> list[str]:
        """In which something is written: in each of them people may be asked."""
        words = [self.title, *(one.text for one in self.questions)]
        return [language for language in LANGUAGES if any(one.get(language) for one in words)]


def read(content: Any) -> Content:
    """The survey of what a version keeps.

    Raises:
        UnusableSurvey: with a pointer to each place that is no part of a survey.
    """
    reading = _Reading()
    made = reading.content(content)
    if reading.faults:
        raise UnusableSurvey(*reading.faults)
    return made


def write(content: Content) -> dict[str, Any]:
    """As a version keeps it: the same survey is always the same JSON."""
    return {
        "title": filled(content.title),
        "thanks": filled(content.thanks),
        "start": content.start,
        "questions": [_question_kept(one) for one in content.questions],
    }


def _question_kept(one: Question) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "text": filled(one.text),
        "help": filled(one.help),
        "is_required": one.is_required,
        "settings": one.asked.settings(),
        "ways": [{"when": _when_kept(way), "to": way.to} for way in one.ways],
        "then": one.then,
    }


def _when_kept(way: Way) -> dict[str, Any]:
    return {"op": way.op} if way.value is None else {"op": way.op, "value": way.value}


class _Reading(ContentReading):
    def content(self, told: Any) -> Content:
        told = self.object(told, "", ("title", "thanks", "start", "questions"))
        listed = self.list(told.get("questions", []), "/questions", MOST_QUESTIONS)
        its = [self.question(one, f"/questions/{number}") for number, one in enumerate(listed)]
        keys = [one.key for one in its if one]
        for number, one in enumerate(its):
            if one and one.key in [other.key for other in its[:number] if other]:
                self.fault(f"/questions/{number}/key", _("Another question has this key."))
        start = told.get("start", "")
        if start not in ("", *keys):
            self.fault("/start", _("There is no such question."))
        return Content(
            start=start if isinstance(start, str) else "",
            title=self.words(told.get("title", {}), "/title", LANGUAGES, LONGEST_TITLE),
            thanks=self.words(told.get("thanks", {}), "/thanks", LANGUAGES, LONGEST_THANKS),
            questions=tuple(one for one in its if one),
        )

    def question(self, told: Any, pointer: str) -> Question | None:
        names = ("key", "kind", "text", "help", "is_required", "settings", "ways", "then")
        told = self.object(told, pointer, names)
        asked = self._asked(told, pointer)
        key = self.key(told.get("key"), f"{pointer}/key")
        ways = self.list(told.get("ways", []), f"{pointer}/ways", MOST_WAYS)
        made = [self._way(one, f"{pointer}/ways/{number}") for number, one in enumerate(ways)]
        then = self._to(told.get("then"), f"{pointer}/then")
        text = self.words(told.get("text", {}), f"{pointer}/text", LANGUAGES, LONGEST_QUESTION)
        helps = self.words(told.get("help", {}), f"{pointer}/help", LANGUAGES, LONGEST_QUESTION)
        is_required = self.flag(told.get("is_required", False), f"{pointer}/is_required")
        if asked is None:
            return None
        for number, way in enumerate(made):
            for fault in asked.condition_faults(way.op, way.value):
                self.fault(f"{pointer}/ways/{number}/when{fault.pointer}", fault.detail)
        return Question(
            key=key,
            asked=asked,
            text=text,
            help=helps,
            is_required=is_required,
            ways=tuple(made),
            then=then,
        )

    def _asked(self, told: Mapping[str, Any], pointer: str) -> questions.Question | None:
        kind = self.one_of(questions.KINDS, told.get("kind"), f"{pointer}/kind")
        if not kind:
            return None
        try:
            return questions.read(kind, told.get("settings", {}))
        except UnusableQuestion as refused:
            for fault in refused.faults:
                self.fault(f"{pointer}/settings{fault.pointer}", fault.detail)
            return None

    def _way(self, told: Any, pointer: str) -> Way:
        told = self.object(told, pointer, ("when", "to"))
        when = self.object(told.get("when", {}), f"{pointer}/when", ("op", "value"))
        op, value = when.get("op"), when.get("value")
        if value is not None and not isinstance(value, int | str):
            self.fault(f"{pointer}/when/value", _("Write a number or the key of an option."))
            value = None
        return Way(
            op=op if isinstance(op, str) else "", value=value, to=self._to(told.get("to"), f"{pointer}/to")
        )

    def _to(self, told: Any, pointer: str) -> str | None:
        return None if told is None else self.key(told, pointer)


__all__ = [
    "LANGUAGES",
    "Content",
    "Question",
    "UnusableSurvey",
    "Way",
    "read",
    "write",
]
