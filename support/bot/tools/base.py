"""What the bot may look up for a customer: when it is asked for, and what the account says. ⟡

A tool only reads. It is used for a person whose identity is proved, and answers with what stands in their account or
not at all: what is not there is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise

from crm.models import Customer
from crm.words.spoken_words import Dictionary, has, words_in
from support.bot.likening import meanings_in
from support.bot.meanings import TELLS_LITTLE

# “How much have I”, “where is my”: what is asked for is one's own.
_is_own = Dictionary(
    """
    меня мне мой моя мое мои моего моей моему моих моем мною нам нас наш наша наш* я заказал* купил* оплатил*
    си ми ме мен мене моя моят моята моето моите мойта имам имаме нашата нашите аз поръчах поръчахме купих платих взех
    my mine i me our we im ive
    """
)
SURELY, PERHAPS = 1.0, 0.35


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Who asks, in which words, in which language the answer is said (it is active already), and when."""

    customer: Customer
    ids: tuple[int, ...]
    text: str
    at: datetime


class Tool:
    """`asks`: of each of these dictionaries the question has a word. `unless`: then something else is asked.

    `covers` are the meanings that such a question may speak of: with any other it is perhaps about something else.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    asks: ClassVar[Sequence[Dictionary]]
    unless: ClassVar[Dictionary] = Dictionary("-")
    covers: ClassVar[frozenset[str]]

    def score(self, text: str, *, language: str) -> float:
        """How surely the question is one for this tool: 0, PERHAPS (it may be about the rules), or SURELY."""
        words = words_in(text)
        if has(words, self.unless) or not all(has(words, known) for known in self.asks):
            return 0.0
        is_all = meanings_in(text, language=language) <= self.covers | TELLS_LITTLE
        return SURELY if is_all and self.is_own(text) else PERHAPS

    def is_own(self, text: str) -> bool:
        """Does it ask for what the customer has, and not for how it is with everybody?"""
        return has(words_in(text), _is_own)

    def answer(self, wanted: Wanted) -> str:
        """In the active language; empty: the account holds nothing about it."""
        raise NotImplementedError
