"""What to do about something that was said to the bot. Pure: no database, no clock.

The bot would rather ask or pass on than be wrong: a wrong answer costs trust, a colleague only minutes. So it answers
where one answer covers most of the question and the next one clearly less; it asks back where a few might be meant; for
all else a colleague is called. Whoever wants a person gets one, whatever else was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from support.answering.thanks import is_thanks
from support.bot import outside, phrases
from support.models.bot import BotTurn

Reason = BotTurn.Reason

# Scores say how like a question is to what an answer is about (support.bot.likening, support.help.searching): 1 is the
# same. An answer is given where it is SURE and CLEARLY ahead of the next one, or less sure and FAR ahead; what is less
# likely than PERHAPS is chance. Chosen on questions of our own, so that one answer in thirty may be wrong; on questions
# that nobody here had seen before it was no more (tests/support/test_golden_questions.py).
SURE, CLEARLY = 0.45, 0.08
FAIRLY_SURE, FAR = 0.4, 0.2
PERHAPS = 0.2
MOST_OFFERED = 3
# Whoever was asked back twice and still is not understood talks to a person.
MOST_ASKED_BACK = 2
# A story is told to people: longer than this it is more than one question.
LONGEST_QUESTION = 600


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that the bot could answer: an article's short name or a tool's (with its prefix).

    `is_own`: what is asked for is surely the customer's own account.
    """

    name: str
    title: str
    score: float = 1.0
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the bot did last in this conversation. `offered`: what may be chosen from by number."""

    kind: str = ""
    offered: Sequence[Offer] = ()
    asked_back: int = 0

    @property
    def has_answered(self) -> bool:
        return self.kind in (BotTurn.Kind.ARTICLE, BotTurn.Kind.TOOL)


@dataclass(frozen=True)
class Give:
    offer: Offer


@dataclass(frozen=True)
class AskBack:
    offers: Sequence[Offer]


@dataclass(frozen=True)
class HandOver:
    reason: Reason


@dataclass(frozen=True)
class Greet:
    pass


@dataclass(frozen=True)
class Thank:
    pass


@dataclass(frozen=True)
class Confirm:
    pass


Decision: TypeAlias = Give | AskBack | HandOver | Greet | Thank | Confirm


def without_searching(text: str, *, before: Before, is_upset: bool = False) -> Decision | None:
    """What the words themselves decide; None: it is a question, and answers have to be looked for."""
    if phrases.wants_a_person(text):
        return HandOver(Reason.ASKED)
    if is_upset:
        return HandOver(Reason.UPSET)
    if before.offered and (chosen := _chosen(text, before.offered)):
        return Give(chosen)
    if before.has_answered:
        if phrases.is_no(text):
            return HandOver(Reason.NO_HELP)
        if phrases.is_yes(text):
            return Confirm()
    if before.offered and phrases.is_no(text):
        return HandOver(Reason.NOT_KNOWN)
    if is_thanks(text):
        return Thank()
    if phrases.is_greeting(text):
        return Greet()
    if not phrases.words_in(text):
        return HandOver(Reason.NO_WORDS)
    if len(text) > LONGEST_QUESTION or outside.is_outside(text):
        return HandOver(Reason.NOT_KNOWN)
    return None


def among(offers: Sequence[Offer], *, before: Before) -> Decision:
    """Which of the answers that were found. What is asked of one's own account is looked up there."""
    own = [offer for offer in offers if offer.is_own]
    if len(own) == 1:
        return Give(own[0])
    likely = sorted((offer for offer in offers if offer.score >= PERHAPS), key=lambda one: -one.score)
    if not likely:
        return HandOver(Reason.NOT_KNOWN)
    if _is_sure(likely):
        return Give(likely[0])
    if before.asked_back >= MOST_ASKED_BACK:
        return HandOver(Reason.NOT_KNOWN)
    return AskBack(likely[:MOST_OFFERED])


def _is_sure(likely: Sequence[Offer]) -> bool:
    best = likely[0].score
    ahead = best - (likely[1].score if len(likely) > 1 else 0.0)
    return (best >= SURE and ahead >= CLEARLY) or (best >= FAIRLY_SURE and ahead >= FAR)


def _chosen(text: str, offered: Sequence[Offer]) -> Offer | None:
    """By its number, or by its title as a button says it."""
    number = phrases.chosen_number(text, among=len(offered))
    if number:
        return offered[number - 1]
    told = phrases.said(text)
    return next((offer for offer in offered if phrases.said(offer.title) == told), None)
