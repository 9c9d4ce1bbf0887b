"""A shop's own chat asks the bot: its server tells what was said, and whether it knows who says it.

A session is answered at once. Handed over, its words are a ticket, and what is said later goes there.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Customer, Shop
from crm.people.same_person import ids_by
from crm.people.tombstones import refuse_words_about
from crm.words.spoken_words import language_of
from support import changing, opening
from support.bot import answering
from support.models import BotConversation, BotTurn

KEY_BYTES = 24


class SessionOfAnother(Refusal):
    code = "session-of-another"
    title = _("This conversation was begun with another customer.")


@transaction.atomic
def begin(
    customer: Customer, *, shop: Shop, external_id: str, language: str, is_proved: bool, at: datetime
) -> BotConversation:
    """Begin to talk, once per id of the shop. `is_proved`: its server answers for who the customer is.

    Raises:
        SessionOfAnother, PersonErased: nothing is begun.
    """
    refuse_words_about(customer)
    talk, _fresh = BotConversation.objects.get_or_create(
        shop=shop,
        external_id=external_id,
        defaults={
            "customer": customer,
            "key": secrets.token_urlsafe(KEY_BYTES),
            "proved_at": at if is_proved else None,
            "language": language or customer.language,
            "started_at": at,
            "last_at": at,
        },
    )
    if talk.customer_id not in ids_by(customer.pk):
        raise SessionOfAnother
    return talk


@transaction.atomic
def say(talk: BotConversation, *, external_id: str, text: str, at: datetime) -> BotTurn:
    """Hear what the customer says, and answer it, once per id of the shop. Locks the customer's row.

    Raises:
        PersonErased: nothing is heard.
    """
    person = changing.lock_person(talk.customer_id)
    refuse_words_about(person)
    standing = BotTurn.objects.filter(conversation=talk, external_id=external_id).first()
    if standing:
        return standing
    fresh = BotConversation.objects.select_related("ticket").get(pk=talk.pk)
    turn = BotTurn(conversation=fresh, external_id=external_id, asked=text, asked_at=at)
    if fresh.state == BotConversation.State.HANDED_OVER:
        return _pass_on(turn, at=at)
    fresh.state = BotConversation.State.TALKING
    fresh.language, fresh.last_at = language_of(text, known=fresh.language), at
    fresh.save(update_fields=["state", "language", "last_at"])
    turn.save()
    return answering.answer(turn, at=at)


def _pass_on(turn: BotTurn, *, at: datetime) -> BotTurn:
    """Colleagues have the conversation: the bot says nothing more in it."""
    turn.kind, turn.answered_at = BotTurn.Kind.HANDED_OVER, at
    turn.save()
    talk = turn.conversation
    talk.ticket = opening.open_for(
        talk.customer,
        subject="",
        text=turn.asked,
        source="bot",
        source_id=f"{talk.key}:{turn.external_id}",
        channel="email",
        at=at,
        language=talk.language,
    )
    talk.save(update_fields=["ticket"])
    return turn
