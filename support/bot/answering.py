"""The bot answers what it took: once each, afterwards, with what an article or the customer's account says.

Whatever it cannot answer goes to colleagues with everything that was said (handing_over).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import override

from crm.messages import chatting
from crm.models import Customer, Identity
from crm.people import linking
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_by
from support import changing
from support.answering.mood import Mood, mood_of
from support.bot import choosing, finding, handing_over, saying, understanding
from support.bot.saying import Said
from support.bot.tools import PREFIX, TOOLS, Wanted
from support.bot.understanding import AskBack, Before, Confirm, Decision, Give, Greet, HandOver, Offer, Thank
from support.models import BotConversation, BotTurn

Kind: TypeAlias = BotTurn.Kind
Reason: TypeAlias = BotTurn.Reason


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is said, and how the turn is counted."""

    kind: Kind
    said: Said
    given: str = ""
    offered: Sequence[Offer] = ()
    score: float | None = None
    reason: str = ""


@transaction.atomic
def answer_message(message_id: int, *, at: datetime) -> BotTurn | None:
    """Answer what the bot took of a channel, once. None: it did not take it. Locks the customer's row."""
    turn = BotTurn.objects.select_related("conversation").filter(message=message_id).first()
    return answer(turn, at=at) if turn else None


@transaction.atomic
def answer(turn: BotTurn, *, at: datetime) -> BotTurn:
    """Answer, ask back, or hand over, once. Locks the customer's row."""
    person = changing.lock_person(turn.conversation.customer_id)
    fresh = BotTurn.objects.select_related("conversation__account", "conversation__shop", "message").get(
        pk=turn.pk
    )
    talk = fresh.conversation
    if fresh.answered_at or person.erased_at or talk.state == BotConversation.State.HANDED_OVER:
        return fresh
    with override(talk.language):
        decision = _decide(fresh, at=at)
        if isinstance(decision, HandOver):
            return handing_over.hand_over(talk, turn=fresh, reason=decision.reason, at=at)
        outcome = _outcome(decision, fresh, person, at=at)
        _say(fresh, person, outcome, at=at)
    return fresh


def before(turn: BotTurn) -> Before:
    """What the bot did last in the conversation. One query."""
    earlier = list(_earlier(turn)[: understanding.MOST_ASKED_BACK])
    if not earlier:
        return Before()
    asked_back = 0
    for one in earlier:
        if one.kind != Kind.ASKED_BACK:
            break
        asked_back += 1
    offered = [Offer(name=name, title=title) for name, title in earlier[0].offered]
    return Before(kind=earlier[0].kind, offered=offered, asked_back=asked_back)


def _earlier(turn: BotTurn) -> QuerySet[BotTurn]:
    return turn.conversation.turns.filter(pk__lt=turn.pk, answered_at__isnull=False).order_by("-pk")


def _decide(turn: BotTurn, *, at: datetime) -> Decision:
    told, language = turn.words, turn.conversation.language
    standing = before(turn)
    decided = understanding.without_searching(told, before=standing, is_upset=mood_of(told) == Mood.ANGRY)
    if decided:
        return decided
    offers = finding.find(told, language=language, at=at)
    chosen = choosing.chosen(told, offers=offers, language=language)
    return Give(chosen) if chosen else understanding.among(offers, before=standing)


def _outcome(decision: Decision, turn: BotTurn, person: Customer, *, at: datetime) -> Outcome:
    match decision:
        case Give(offer):
            return _given(offer, turn, person, at=at)
        case AskBack(offers):
            return Outcome(
                kind=Kind.ASKED_BACK, said=saying.which_of(offers), offered=offers, score=offers[0].score
            )
        case Confirm():
            return Outcome(kind=Kind.CONFIRMED, said=saying.glad())
        case Thank():
            return Outcome(kind=Kind.THANKS, said=saying.thanks())
        case Greet() | _:
            return Outcome(kind=Kind.GREETING, said=saying.greeting())


def _given(offer: Offer, turn: BotTurn, person: Customer, *, at: datetime) -> Outcome:
    if not offer.name.startswith(PREFIX):
        return _article(offer, turn.conversation.language)
    ids = ids_by(person.pk)
    if not _is_proved(turn.conversation, ids):
        if general := _article_about(turn, at=at):
            return _article(general, turn.conversation.language)
        return _unanswered(saying.not_proved(can_link=_can_link(turn.conversation)), offer, Reason.NOT_PROVED)
    tool = TOOLS[offer.name.removeprefix(PREFIX)]
    found = tool.answer(Wanted(customer=person, ids=ids, text=turn.words, at=at))
    if not found:
        return _unanswered(saying.nothing_in_account(), offer, Reason.NO_DATA)
    return Outcome(kind=Kind.TOOL, said=saying.found_in_account(found), given=offer.name, score=offer.score)


def _article(offer: Offer, language: str) -> Outcome:
    text = finding.text_of(offer.name, language=language)
    if text is None:  # withdrawn since it was offered
        return Outcome(kind=Kind.GREETING, said=saying.greeting())
    said = saying.article(
        title=text.title, summary=text.summary, link=finding.address_of(offer.name, language=language)
    )
    return Outcome(kind=Kind.ARTICLE, said=said, given=offer.name, score=offer.score)


def _article_about(turn: BotTurn, *, at: datetime) -> Offer | None:
    """What is so for everybody, for somebody whose own account may not be looked into."""
    offers = finding.find(turn.words, language=turn.conversation.language, at=at)
    articles = [offer for offer in offers if not offer.name.startswith(PREFIX)]
    decision = understanding.among(articles, before=Before())
    return decision.offer if isinstance(decision, Give) else None


def _unanswered(said: Said, offer: Offer, reason: Reason) -> Outcome:
    return Outcome(kind=Kind.ASKED_BACK, said=said, given=offer.name, score=offer.score, reason=reason)


def _is_proved(talk: BotConversation, ids: tuple[int, ...]) -> bool:
    """Is it certain that the account is theirs? In a chat by the word of the shop's server, in a messenger by its link.

    Somebody whom we know by this browser or this handle alone has an account that holds nothing.
    """
    if talk.account is None:
        return talk.proved_at is not None
    if talk.account.channel == IdentityKind.CHAT:
        return chatting.is_of_customer(talk.account, talk.address, ids=ids)
    known = Identity.objects.filter(customer__in=ids, kind=talk.account.channel, value=talk.address)
    return known.filter(verified_at__isnull=False).exists()


def _can_link(talk: BotConversation) -> bool:
    return talk.account is not None and talk.account.channel in linking.LINKED_BY_CODE


def _say(turn: BotTurn, person: Customer, outcome: Outcome, *, at: datetime) -> None:
    talk = turn.conversation
    turn.kind, turn.given, turn.score, turn.reason = (
        outcome.kind,
        outcome.given,
        outcome.score,
        outcome.reason,
    )
    turn.offered = [[offer.name, offer.title] for offer in outcome.offered]
    turn.answered_at = at
    handing_over.speak(turn, person, outcome.said, at=at)
    turn.save()
    talk.last_at = at
    if outcome.kind == Kind.CONFIRMED:
        talk.confirmed_at, talk.state = at, BotConversation.State.ENDED
    talk.save()
