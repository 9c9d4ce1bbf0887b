"""What a kind of question is: its settings, what an answer may be, how it is shown, and how a condition on it reads.

Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.typed_settings import Settings


class UnusableQuestion(Refusal):
    """The settings of a question, each fault with its place in them."""

    code = "unusable-question"
    title = _("This question cannot be asked as it is.")
    status = 422


class UnusableAnswer(Refusal):
    """Each fault points to the answer that is wrong."""

    code = "unusable-answer"
    title = _("This cannot be an answer to what was asked.")
    status = 422


@dataclass(frozen=True)
class Scale:
    """`direction` is −1 where a low number is the good one."""

    low: int
    high: int
    direction: int = 1

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high

    @property
    def values(self) -> range:
        return range(self.low, self.high + 1)


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer, as it is kept: a number on the scale, keys of options, or words."""

    value: int | None = None
    choices: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Point:
    """Something to tap: what is sent, and what stands on it."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Question(Settings):
    """One kind of question. A subclass names its settings as fields.

    `measure`: which figure its answers count for (nps, csat, ces, enps), if any. `template`: how it is shown.
    `comparisons`: op of a condition → the sentence in which its value stands.
    """

    refusal = UnusableQuestion
    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    template: ClassVar[str]
    measure: ClassVar[str] = ""
    # For forms: how each setting is called.
    asks: ClassVar[Mapping[str, str | Promise]] = {}
    # Of a setting that is one of several: each with its name.
    offers: ClassVar[Mapping[str, Mapping[str, str | Promise]]] = {}
    comparisons: ClassVar[Mapping[str, str | Promise]] = {}

    @property
    def scale(self) -> Scale | None:
        """On which its numbers lie; None where an answer is no number."""
        return None

    def unfinished(self, languages: Sequence[str]) -> Iterator[Fault]:
        """What must still be put right before anybody is asked in these languages."""
        return iter(())

    def answered(self, raw: Any) -> Given | None:
        """What a form or a shop sent; None: nothing was answered.

        Raises:
            UnusableAnswer: it is no answer to this.
        """
        raise NotImplementedError

    def conditions(self) -> Sequence[tuple[str, Any]]:
        """Every op and value that a way can be made of, as a form offers them."""
        return [(op, None) for op in self.comparisons]

    def examples(self) -> Sequence[Given]:
        """An answer of each sort that a condition can tell from others."""
        raise NotImplementedError

    def points(self, language: str) -> Sequence[Point]:
        """What can be tapped, in order; empty for words."""
        return ()

    def ends(self, language: str) -> tuple[str, str]:
        """What the lowest and the highest number mean."""
        return "", ""

    def condition_faults(self, op: str, value: Any) -> Iterator[Fault]:
        """Whether an answer can be compared so."""
        if op not in self.comparisons:
            known = ", ".join(self.comparisons)
            yield Fault(pointer="/op", detail=str(_("Write one of these: {names}.")).format(names=known))

    def holds(self, op: str, value: Any, given: Given) -> bool:
        raise NotImplementedError

    def condition_aloud(self, op: str, value: Any, language: str) -> str:
        """As the reader says it, in the active language; options are called as in `language`."""
        return str(self.comparisons[op]).format(value=value)

    def said(self, given: Given, language: str) -> str:
        """The answer as people read it."""
        raise NotImplementedError

    def is_unhappy(self, given: Given) -> bool:
        """Whether somebody should call this person."""
        return False


def one_answer(raw: Any) -> Any:
    """Forms send lists, with nothing in them where nothing was chosen."""
    if isinstance(raw, list | tuple) and len(raw) <= 1:
        return raw[0] if raw else None
    return raw


def not_an_answer(detail: str | Promise) -> UnusableAnswer:
    return UnusableAnswer(Fault(pointer="", detail=detail))


def spoken_in(language: str, sentence: str | Promise) -> str:
    with translation.override(language):
        return str(sentence)
