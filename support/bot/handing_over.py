"""The bot passes a conversation on: a ticket with every word that was said on either side, and what it had tried.

The ticket counts from the message by which a person was called: with it its clocks begin. Answers of the bot stand in
it like any other message, and answer nobody's clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from crm.messages import messaging
from crm.models import Customer
from support import changing, opening
from support.answering.thanks import is_thanks
from support.bot import finding, phrases, saying
from support.bot.saying import Said
from support.models import BotConversation, BotTurn, Ticket, TicketMessage

SOURCE = "bot"
# A ticket of a shop's own chat is answered by the house's mail.
ELSEWHERE = "email"
ANSWERED = (BotTurn.Kind.ARTICLE, BotTurn.Kind.TOOL)


@transaction.atomic
def hand_over(talk: BotConversation, *, turn: BotTurn, reason: BotTurn.Reason, at: datetime) -> BotTurn:
    """Open a ticket, or go on in the one that is open, with the whole conversation; once. Says so to the customer.

    `turn`: what is handed over. Whatever was asked after it comes along. Locks the customer's row, then the ticket's.
    """
    person = changing.lock_person(talk.customer_id)
    if talk.state == BotConversation.State.HANDED_OVER:
        return turn
    turn.kind, turn.reason, turn.answered_at = BotTurn.Kind.HANDED_OVER, reason, at
    with override(talk.language):
        ticket = _ticket_of(talk, turn, at=at)
        speak(turn, person, saying.handed_over() if talk.account else saying.handed_over_elsewhere(), at=at)
    turn.save()
    if reason == BotTurn.Reason.NO_HELP:
        _note_no_help(talk, turn)
    _bring_along(talk, ticket, at=at)
    talk.state, talk.ticket, talk.handed_over_at, talk.last_at = (
        BotConversation.State.HANDED_OVER,
        ticket,
        at,
        at,
    )
    talk.save()
    return turn


def speak(turn: BotTurn, person: Customer, said: Said, *, at: datetime) -> None:
    """Say it where the question came from. The caller saves the turn."""
    talk = turn.conversation
    if talk.account is None:
        turn.said = said.text
        return
    turn.answer = messaging.write(
        person,
        account=talk.account,
        to=talk.address,
        text=said.text,
        source=SOURCE,
        source_id=f"turn:{turn.pk}",
        answers=turn.message,
        choices=said.choices,
        language=talk.language,
        at=at,
    )


def _ticket_of(talk: BotConversation, turn: BotTurn, *, at: datetime) -> Ticket:
    if turn.message:
        ticket = opening.hear(turn.message, at=at, subject=_subject(talk))
    else:
        ticket = opening.open_for(
            talk.customer,
            subject=_subject(talk),
            text=_transcript(talk),
            source=SOURCE,
            source_id=talk.key,
            channel=ELSEWHERE,
            at=at,
            language=talk.language,
        )
    tried = _tried(talk)
    if tried:
        changing.happen(ticket, "bot_tried", by=None, at=at, tried=" · ".join(tried))
    else:
        changing.happen(ticket, "from_bot", by=None, at=at)
    return ticket


def _bring_along(talk: BotConversation, ticket: Ticket, *, at: datetime) -> None:
    """Everything else that was said: what waits for an answer is heard, the rest stands where it was said."""
    for turn in talk.turns.select_related("message__account__shop", "answer").order_by("pk"):
        if turn.message and turn.answered_at is None:
            opening.hear(turn.message, at=at)
            turn.kind, turn.answered_at = BotTurn.Kind.HANDED_OVER, at
            turn.save(update_fields=["kind", "answered_at"])
        for message in (turn.message, turn.answer):
            if message and not TicketMessage.objects.filter(message=message).exists():
                changing.place(changing.lock_ticket(ticket), message, at=at)


def _note_no_help(talk: BotConversation, turn: BotTurn) -> None:
    """On the question whose answer did not help, so that colleagues read what was asked."""
    answered = talk.turns.filter(pk__lt=turn.pk, kind__in=ANSWERED).order_by("-pk").first()
    if answered:
        answered.reason = BotTurn.Reason.NO_HELP
        answered.save(update_fields=["reason"])


def _subject(talk: BotConversation) -> str:
    """The first thing that was asked, not the wish for a person."""
    return next((" ".join(words.split()) for words in _asked(talk) if _is_a_question(words)), "")


def _asked(talk: BotConversation) -> Iterator[str]:
    return (turn.words for turn in talk.turns.select_related("message").order_by("pk"))


def _is_a_question(words: str) -> bool:
    return not (phrases.is_greeting(words) or phrases.wants_a_person(words) or is_thanks(words))


def _tried(talk: BotConversation) -> Sequence[str]:
    """How what was answered is called, in the customer's language."""
    given = talk.turns.filter(kind__in=ANSWERED).order_by("pk")
    names = dict.fromkeys(given.values_list("given", flat=True))
    return [finding.title_of(name, language=talk.language) for name in names]


def _transcript(talk: BotConversation) -> str:
    """Of a shop's own chat, where the words stand in no message of ours: what they wrote, and after “>” our answers."""
    lines: list[str] = []
    for turn in talk.turns.order_by("pk"):
        lines += [turn.asked, *(f"> {line}" for line in turn.said.splitlines())]
    return "\n".join(lines)
