"""What stands in a version of a script: steps, what they say, and where they lead. Pure.

{"start": "hear", "steps": [{
    "key": "hear", "kind": "ask", "title": {"en": "Hear them out"}, "tone": "calm", "must_say": true,
    "texts": {"en": {"any": "I am sorry, {{ customer.first_name|dear customer }}.", "phone": "…"}},
    "choices": [{"label": {"en": "About an order"}, "next": "find_order", "when": null}],
    "actions": [{"kind": "add_tag", "settings": {"name": "angry"}}],
    "outcome": "solved"
}]}

A draft may be unfinished: here it is only refused what is no such tree at all. What must be true before a script is
played is said in `checking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.content_reading import ContentReading, filled, in_language
from crm.errors import Refusal
from crm.typed_settings import Words

LANGUAGES: Sequence[str] = [code for code, _name in settings.LANGUAGES]
ANY = "any"
# By which a text can be said in its own way; `any` stands for all others.
CHANNELS = (ANY, "phone", "email", "sms", "telegram", "viber", "chat")
# kind of a step → how it is called
KINDS: Mapping[str, str | Promise] = {
    "say": _("Say"),
    "ask": _("Ask"),
    "check": pgettext_lazy("step of a script", "Check"),
    "action": pgettext_lazy("step of a script", "Do"),
    "note": pgettext_lazy("step of a script", "Note for colleagues"),
    "end": pgettext_lazy("step of a script", "End"),
}
# Whose words go to the customer.
SPOKEN = ("say", "ask")
TONES: Mapping[str, str | Promise] = {
    "plain": pgettext_lazy("tone of voice", "plain"),
    "calm": pgettext_lazy("tone of voice", "calm"),
    "warm": pgettext_lazy("tone of voice", "warm"),
    "firm": pgettext_lazy("tone of voice", "firm"),
}
OUTCOMES: Mapping[str, str | Promise] = {
    "solved": pgettext_lazy("outcome of a script", "solved"),
    "escalated": pgettext_lazy("outcome of a script", "passed on to somebody who decides"),
    "waiting": pgettext_lazy("outcome of a script", "something is still waited for"),
}
MOST_STEPS = 60
# As many as there are digit keys for choices, with some to spare for the check that says so.
MOST_LISTED = 20
LONGEST_LABEL = 120
LONGEST_TEXT = 6000


class UnusableScript(Refusal):
    """Each fault points to its place in the content and says what to do."""

    code = "unusable-script"
    title = _("This script cannot be used as it is.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`when`: conditions about the ticket (crm.rules); None: always offered."""

    next: str
    label: Words = field(default_factory=dict)
    when: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """`texts`: language → channel (or `any`) → words. `actions`: as support.macro_actions keep them."""

    key: str
    kind: str
    title: Words = field(default_factory=dict)
    tone: str = "plain"
    must_say: bool = False
    texts: Mapping[str, Words] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    actions: Sequence[Mapping[str, Any]] = ()
    outcome: str = ""

    @property
    def is_end(self) -> bool:
        return self.kind == "end"

    @property
    def is_spoken(self) -> bool:
        return self.kind in SPOKEN

    def text_in(self, language: str, channel: str = ANY) -> str:
        """The words for this channel, else for any; else in English, else in whichever language there is."""
        for its in (self.texts.get(language[:2]), self.texts.get("en"), *self.texts.values()):
            if its and (words := its.get(channel) or its.get(ANY) or next(iter(its.values()), "")):
                return words
        return ""

    def title_in(self, language: str) -> str:
        return in_language(self.title, language) or self.key


@dataclass(frozen=True, kw_only=True)
class Content:
    start: str
    steps: Sequence[Step] = ()

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)


def read(content: Any) -> Content:
    """The tree of what a version keeps.

    Raises:
        UnusableScript: with a pointer to each place that is no part of such a tree.
    """
    reading = _Reading()
    made = reading.content(content)
    if reading.faults:
        raise UnusableScript(*reading.faults)
    return made


def write(content: Content) -> dict[str, Any]:
    """As a version keeps it: the same tree is always the same JSON, and nothing empty stands in it."""
    return {"start": content.start, "steps": [_step_kept(step) for step in content.steps]}


def _step_kept(step: Step) -> dict[str, Any]:
    texts = {language: filled(its) for language, its in step.texts.items()}
    kept: dict[str, Any] = {
        "key": step.key,
        "kind": step.kind,
        "title": filled(step.title),
        "tone": step.tone,
        "must_say": step.must_say,
        "texts": _in_order({language: its for language, its in texts.items() if its}),
        "choices": [_choice_kept(choice) for choice in step.choices],
        "actions": [
            {"kind": action["kind"], "settings": dict(action["settings"])} for action in step.actions
        ],
    }
    return kept | ({"outcome": step.outcome} if step.outcome else {})


def _choice_kept(choice: Choice) -> dict[str, Any]:
    return {
        "label": filled(choice.label),
        "next": choice.next,
        "when": dict(choice.when) if choice.when is not None else None,
    }


def _in_order(by_name: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(by_name.items()))


class _Reading(ContentReading):
    def content(self, told: Any) -> Content:
        told = self.object(told, "", ("start", "steps"))
        listed = self.list(told.get("steps", []), "/steps", MOST_STEPS)
        steps = [self.step(one, f"/steps/{number}") for number, one in enumerate(listed)]
        for number, step in enumerate(steps):
            if any(other.key == step.key for other in steps[:number]):
                self.fault(f"/steps/{number}/key", _("Another step has this key."))
        start = self.key(told.get("start", ""), "/start") if told.get("start") else ""
        return Content(start=start, steps=tuple(steps))

    def step(self, told: Any, pointer: str) -> Step:
        names = ("key", "kind", "title", "tone", "must_say", "texts", "choices", "actions", "outcome")
        told = self.object(told, pointer, names)
        choices = self.list(told.get("choices", []), f"{pointer}/choices", MOST_LISTED)
        return Step(
            key=self.key(told.get("key"), f"{pointer}/key"),
            kind=self.one_of(KINDS, told.get("kind"), f"{pointer}/kind"),
            title=self.words(told.get("title", {}), f"{pointer}/title", LANGUAGES, LONGEST_LABEL),
            tone=self.one_of(TONES, told.get("tone", "plain"), f"{pointer}/tone"),
            must_say=self.flag(told.get("must_say", False), f"{pointer}/must_say"),
            texts=self._texts(told.get("texts", {}), f"{pointer}/texts"),
            choices=tuple(
                self.choice(one, f"{pointer}/choices/{number}") for number, one in enumerate(choices)
            ),
            actions=tuple(self._actions(told.get("actions", []), f"{pointer}/actions")),
            outcome=self.one_of({"": "", **OUTCOMES}, told.get("outcome", ""), f"{pointer}/outcome"),
        )

    def choice(self, told: Any, pointer: str) -> Choice:
        told = self.object(told, pointer, ("label", "next", "when"))
        when = told.get("when")
        if when is not None and not isinstance(when, Mapping):
            self.fault(f"{pointer}/when", _("Write conditions, or nothing."))
            when = None
        return Choice(
            next=self.key(told.get("next"), f"{pointer}/next"),
            label=self.words(told.get("label", {}), f"{pointer}/label", LANGUAGES, LONGEST_LABEL),
            when=when,
        )

    def _texts(self, told: Any, pointer: str) -> Mapping[str, Words]:
        its = self.object(told, pointer, LANGUAGES)
        return {
            language: self.words(words, f"{pointer}/{language}", CHANNELS, LONGEST_TEXT)
            for language, words in its.items()
        }

    def _actions(self, told: Any, pointer: str) -> Iterator[Mapping[str, Any]]:
        """Their shape alone: whether they can be done is asked before the script is played."""
        for number, one in enumerate(self.list(told, pointer, MOST_LISTED)):
            its = self.object(one, f"{pointer}/{number}", ("kind", "settings"))
            kind, given = its.get("kind"), its.get("settings", {})
            if not isinstance(kind, str) or not isinstance(given, Mapping):
                self.fault(f"{pointer}/{number}", _("Write an object with the settings here."))
                continue
            yield {"kind": kind, "settings": given}
