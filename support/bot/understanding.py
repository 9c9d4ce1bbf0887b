"""What to do about something that was said to the bot. Pure: no database, no clock.

The bot would rather ask or pass on than be wrong: a wrong answer costs trust, a colleague only minutes. So it answers
where one answer covers most of the question and the next one clearly less; it asks back where a few might be meant; for
all else a colleague is called. Whoever wants a person gets one, whatever else was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from support.bot import phrases
from support.models.bot import BotTurn
from support.thanks import is_thanks

Reason = BotTurn.Reason

# Scores say what share of the question an answer covers (support.help.searching), or how sure a tool is of itself.
# SURE: more than half of what the words tell. CLEARLY: by how much the next one has to be less likely; where it is not,
# two articles speak of the same, and the customer knows best which they mean. PERHAPS: below it hits are chance.
SURE, CLEARLY, PERHAPS = 0.5, 0.1, 0.25
MOST_OFFERED = 3
# Whoever was asked back twice and still is not understood talks to a person.
MOST_ASKED_BACK = 2
# A story is told to people: longer than this it is more than one question.
LONGEST_QUESTION = 600


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that the bot could answer: an article's short name or a tool's (with its prefix)."""

    name: str
    title: str
    score: float = 1.0


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
    return HandOver(Reason.NOT_KNOWN) if len(text) > LONGEST_QUESTION else None


def among(offers: Sequence[Offer], *, before: Before) -> Decision:
    """Which of the answers that were found. The likeliest need not stand first."""
    likely = sorted((offer for offer in offers if offer.score >= PERHAPS), key=lambda one: -one.score)
    if not likely:
        return HandOver(Reason.NOT_KNOWN)
    best, *others = likely
    if best.score >= SURE and all(best.score - other.score >= CLEARLY for other in others):
        return Give(best)
    if before.asked_back >= MOST_ASKED_BACK:
        return HandOver(Reason.NOT_KNOWN)
    return AskBack(likely[:MOST_OFFERED])


def _chosen(text: str, offered: Sequence[Offer]) -> Offer | None:
    """By its number, or by its title as a button says it."""
    number = phrases.chosen_number(text, among=len(offered))
    if number:
        return offered[number - 1]
    told = phrases.said(text)
    return next((offer for offer in offered if phrases.said(offer.title) == told), None)
