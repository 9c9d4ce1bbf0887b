"""What changed between two versions of a script, step by step and word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm import rules
from crm.rules import UnusableConditions
from support.macro_actions import ACTIONS
from support.scripts import places
from support.scripts.content import KINDS, OUTCOMES, TONES, Choice, Content, Step

Became = Literal["added", "removed", "changed"]
# What is filled in is one piece, as a word is.
_PIECE = re.compile(r"\{\{.*?\}\}|\s+|\w+|[^\w\s]")
# Beyond it the words are not laid side by side one by one.
MOST_PIECES = 2000


@dataclass(frozen=True)
class Piece:
    """A run of words; `became` is empty where both versions have it."""

    text: str
    became: Literal["", "added", "removed"] = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing of a step that reads otherwise."""

    what: str | Promise
    pieces: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class StepChange:
    became: Became
    step: Step
    differences: Sequence[Difference] = ()


def compare(old: Content, new: Content) -> list[StepChange]:
    """In the order of the newer one, what is gone at the end. Steps that only stand elsewhere are the same."""
    before = {step.key: step for step in old.steps}
    found: list[StepChange] = []
    for step in new.steps:
        if step.key not in before:
            found.append(StepChange(became="added", step=step, differences=tuple(_between(None, step))))
        elif differences := tuple(_between(before[step.key], step)):
            found.append(StepChange(became="changed", step=step, differences=differences))
    kept = {step.key for step in new.steps}
    gone = [step for step in old.steps if step.key not in kept]
    return found + [StepChange(became="removed", step=step) for step in gone]


def word_by_word(old: str, new: str) -> list[Piece]:
    one, other = _PIECE.findall(old), _PIECE.findall(new)
    if len(one) + len(other) > MOST_PIECES:
        return [Piece(old, "removed"), Piece(new, "added")]
    pieces: list[Piece] = []
    for became, from_, to, start, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if became == "equal":
            pieces.append(Piece("".join(one[from_:to])))
            continue
        if from_ < to:
            pieces.append(Piece("".join(one[from_:to]), "removed"))
        if start < end:
            pieces.append(Piece("".join(other[start:end]), "added"))
    return pieces


def _between(old: Step | None, new: Step) -> Iterator[Difference]:
    before = _read_aloud(old) if old else {}
    after = _read_aloud(new)
    for what in {**before, **after}:
        if before.get(what, "") != after.get(what, ""):
            yield Difference(what=what, pieces=word_by_word(before.get(what, ""), after.get(what, "")))


def _read_aloud(step: Step) -> dict[str, str]:
    """Everything about a step as text, by what it is called."""
    told: dict[str, str] = {
        _("Kind"): str(KINDS[step.kind]),
        _("Tone"): str(TONES[step.tone]),
        _("Must be said"): _("Yes") if step.must_say else "",
        _("Outcome"): str(OUTCOMES.get(step.outcome, "")),
        _("Actions"): "\n".join(_action(action) for action in step.actions),
    }
    for language, title in step.title.items():
        told[places.title(language)] = title
    for language, words in step.texts.items():
        for channel, text in words.items():
            told[places.words(language, channel)] = text
    for number, choice in enumerate(step.choices, 1):
        told |= {places.label(number, language): label for language, label in choice.label.items()}
        told[places.choice(number)] = f"→ {choice.next}{_condition(choice)}"
    return told


def _condition(choice: Choice) -> str:
    """As a sentence; as it is kept, where it cannot be read any more."""
    if choice.when is None:
        return ""
    try:
        return f" ({rules.sentence(choice.when, 'ticket').text})"
    except UnusableConditions:
        return f" ({choice.when})"


def _action(action: Any) -> str:
    known = ACTIONS.get(action["kind"])
    settings = ", ".join(f"{name}: {value}" for name, value in action["settings"].items())
    return f"{known.label if known else action['kind']} ({settings})"
