"""What must be true of a script before anybody plays it. Each fault points to its place and says what to do.

What a draft may still lack is refused here, all at once: `faults` answers every one, `check` raises them. Nothing is
looked up but what actions and conditions name (a team, a topic): it must exist.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm import rules
from crm.errors import Fault, Refusal
from crm.rules import UnusableConditions
from crm.words import rendering, text_checks
from crm.words.text_checks import Vocabulary
from support import macro_actions
from support.macro_actions import UnusableMacro
from support.scripts.content import ANY, CHANNELS, LANGUAGES, Choice, Content, Step, UnusableScript, read
from support.scripts.variables import VARIABLES, samples

# As many as there are keys: 1 … 7.
MOST_CHOICES = 7
# Channels that a text for `any` must fit into, unless they have one of their own.
WRITTEN = tuple(channel for channel in CHANNELS if channel not in (ANY, "phone"))

VOCABULARY = Vocabulary(
    names=VARIABLES.keys(),
    always={name for name, variable in VARIABLES.items() if variable.is_always_known},
    numbers={name for name, variable in VARIABLES.items() if variable.is_number},
    samples={language: samples(language) for language in LANGUAGES},
)


def check(content: Any, *, waived: Collection[str] = ()) -> Content:
    """The tree, fit to be played.

    Raises:
        UnusableScript: with every fault and its place.
    """
    if found := faults(content, waived=waived):
        raise UnusableScript(*found)
    return read(content)


def faults(content: Any, *, waived: Collection[str] = ()) -> list[Fault]:
    """Everything that must be put right. `waived`: languages that it knowingly does without."""
    try:
        its = read(content)
    except UnusableScript as refused:
        return list(refused.faults)
    languages = [language for language in LANGUAGES if language not in waived]
    found = list(_of_the_tree(its))
    for number, step in enumerate(its.steps):
        pointer = f"/steps/{number}"
        for its_check in (_of_the_way, _of_words, _of_actions):
            found += [
                Fault(pointer=f"{pointer}{fault.pointer}", detail=fault.detail)
                for fault in its_check(its, step, languages)
            ]
    return found


def advice(content: Content) -> list[Fault]:
    """What reads better otherwise, with its place. Nothing is refused for it."""
    return [
        Fault(pointer=f"/steps/{number}/texts/{language}/{channel}", detail=sentence)
        for number, step in enumerate(content.steps)
        if step.is_spoken
        for language, words in step.texts.items()
        for channel, text in words.items()
        for sentence in text_checks.advice(
            text, language=language, vocabulary=VOCABULARY, channels=channels_of(words, channel)
        )
    ]


def channels_of(words: Mapping[str, str], channel: str) -> list[str]:
    """By which this text goes: its channel, or for `any` each that has no text of its own."""
    if channel != ANY:
        return [channel]
    return [one for one in WRITTEN if not words.get(one)]


def _of_the_tree(content: Content) -> Iterator[Fault]:
    if not content.steps:
        yield Fault(pointer="/steps", detail=_("Write the first step."))
        return
    if content.step(content.start) is None:
        yield Fault(pointer="/start", detail=_("Say with which step it begins."))
    ends = [step for step in content.steps if step.is_end]
    if not ends:
        yield Fault(pointer="/steps", detail=_("Write at least one end."))
    elif all(step.outcome != "escalated" for step in ends):
        sentence = _(
            "Write an end that passes it on to somebody who decides: not everything can be solved here."
        )
        yield Fault(pointer="/steps", detail=sentence)
    reached = _reached(content, content.start)
    for number, step in enumerate(content.steps):
        if step.key not in reached and content.step(content.start):
            yield Fault(pointer=f"/steps/{number}", detail=_("No way leads to this step."))
        if ends and not _ends(content, step.key):
            yield Fault(pointer=f"/steps/{number}", detail=_("No way leads from this step to an end."))


def _of_the_way(content: Content, step: Step, languages: Sequence[str]) -> Iterator[Fault]:
    choices = step.choices
    if step.is_end:
        yield from _of_an_end(step)
        return
    if step.outcome:
        yield Fault(pointer="/outcome", detail=_("Only an end has an outcome."))
    if not choices:
        yield Fault(pointer="/choices", detail=_("Say what comes next, or make this an end."))
    if len(choices) > MOST_CHOICES:
        sentence = _("There are {count} choices, and keys for {most}: divide them into two steps.")
        yield Fault(pointer="/choices", detail=sentence.format(count=len(choices), most=MOST_CHOICES))
    if choices and all(choice.when is not None for choice in choices):
        sentence = _("Let one choice be offered always: where no condition holds, nobody could go on.")
        yield Fault(pointer="/choices", detail=sentence)
    for number, choice in enumerate(choices):
        for fault in _of_a_choice(content, step, choice, languages):
            yield Fault(pointer=f"/choices/{number}{fault.pointer}", detail=fault.detail)
    yield from _said_twice(choices, languages)


def _of_an_end(step: Step) -> Iterator[Fault]:
    if step.choices:
        yield Fault(pointer="/choices", detail=_("Nothing comes after an end."))
    if not step.outcome:
        yield Fault(pointer="/outcome", detail=_("Say how it ended."))


def _of_a_choice(content: Content, step: Step, choice: Choice, languages: Sequence[str]) -> Iterator[Fault]:
    if content.step(choice.next) is None:
        sentence = _("There is no step “{key}”.")
        yield Fault(pointer="/next", detail=sentence.format(key=choice.next))
    # The only way on may go without a name: there is nothing to choose.
    if len(step.choices) > 1 or choice.label:
        for language in text_checks.missing_languages(choice.label):
            if language in languages:
                yield Fault(
                    pointer=f"/label/{language}", detail=_("This choice has no label in this language.")
                )
    if choice.when is not None:
        try:
            rules.check(choice.when, "ticket")
        except UnusableConditions as refused:
            yield from _within(refused, "/when")


def _said_twice(choices: Sequence[Choice], languages: Sequence[str]) -> Iterator[Fault]:
    for language in languages:
        labels = [choice.label.get(language, "").strip().casefold() for choice in choices]
        for number, label in enumerate(labels):
            if label and label in labels[:number]:
                sentence = _("Two choices read the same in this language.")
                yield Fault(pointer=f"/choices/{number}/label/{language}", detail=sentence)


def _of_words(content: Content, step: Step, languages: Sequence[str]) -> Iterator[Fault]:
    for language in languages:
        if not step.title.get(language, "").strip():
            yield Fault(pointer=f"/title/{language}", detail=_("This step has no title in this language."))
    texts = {language: " ".join(words.values()) for language, words in step.texts.items()}
    if not step.is_end or any(text.strip() for text in texts.values()):
        for language in text_checks.missing_languages(texts):
            if language in languages:
                yield Fault(
                    pointer=f"/texts/{language}", detail=_("This step has no words in this language.")
                )
    if step.must_say and not step.is_spoken:
        sentence = _("Only what is said or asked can be a must: there is nothing to say here.")
        yield Fault(pointer="/must_say", detail=sentence)
    for language, words in step.texts.items():
        yield from _of_a_language(content, step, language, words)


def _of_a_language(content: Content, step: Step, language: str, words: Mapping[str, str]) -> Iterator[Fault]:
    for channel, text in words.items():
        pointer = f"/texts/{language}/{channel}"
        channels = channels_of(words, channel) if step.is_spoken else []
        vocabulary = _vocabulary(content, step)
        found = list(text_checks.faults(text, language=language, vocabulary=vocabulary, channels=channels))
        yield from (Fault(pointer=pointer, detail=fault.detail) for fault in found)
        if not found and (why := _unshowable(text, language, vocabulary)):
            yield Fault(pointer=pointer, detail=why)
    if step.is_spoken and words and not words.get(ANY, "").strip():
        silent = [channel for channel in CHANNELS if channel != ANY and not words.get(channel, "").strip()]
        if silent:
            sentence = _("Write the words for all other channels too.")
            yield Fault(pointer=f"/texts/{language}/{ANY}", detail=sentence)


def _vocabulary(content: Content, step: Step) -> Vocabulary:
    """With what is known here because every way to this step has done it."""
    surely = {
        name
        for name, variable in VARIABLES.items()
        if variable.known_after
        and step.key not in _reached(content, content.start, not_past=variable.known_after)
    }
    return Vocabulary(
        names=VOCABULARY.names,
        always={*VOCABULARY.always, *surely},
        numbers=VOCABULARY.numbers,
        samples=VOCABULARY.samples,
    )


def sample_customers(language: str, always: Collection[str]) -> Iterator[Mapping[str, str]]:
    """Three people a text is tried on: of one everything is known, of one nothing more than of everybody, and one
    whose name and order look like something to fill in."""
    full = samples(language)
    yield full
    yield {name: value for name, value in full.items() if name in always}
    strange = {"customer.first_name": "{{ agent.name }}<b>", "order.number": "}}{{"}
    yield {**full, **strange}


def _unshowable(text: str, language: str, vocabulary: Vocabulary) -> str:
    for values in sample_customers(language, vocabulary.always):
        try:
            rendering.render(text, values, language=language)
        except Refusal as refused:
            return str(refused.title)
    return ""


def _of_actions(_content: Content, step: Step, _languages: Sequence[str]) -> Iterator[Fault]:
    if step.kind == "action" and not step.actions:
        sentence = _("Say what is done in this step, or make it one to check.")
        yield Fault(pointer="/actions", detail=sentence)
    if not step.actions:
        return
    try:
        macro_actions.read([dict(action) for action in step.actions])
    except UnusableMacro as refused:
        yield from _within(refused, "/actions")


def _within(refused: Refusal, pointer: str) -> Iterator[Fault]:
    for fault in refused.faults:
        yield Fault(pointer=f"{pointer}{fault.pointer}", detail=fault.detail)


def _reached(content: Content, start: str, *, not_past: str = "") -> set[str]:
    """Keys of the steps to which a way leads. `not_past`: ways end at steps that do such an action."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        step = content.step(waiting.pop())
        if step is None or step.key in found:
            continue
        found.add(step.key)
        if not not_past or all(action["kind"] != not_past for action in step.actions):
            waiting += [choice.next for choice in step.choices]
    return found


def _ends(content: Content, start: str) -> bool:
    return any(step.is_end for step in content.steps if step.key in _reached(content, start))
