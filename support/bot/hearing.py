"""Does the bot take a message? What it takes opens no ticket yet: see answering and handing_over."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from crm.models import Message
from crm.words.spoken_words import language_of
from support import changing, opening
from support.bot import duty
from support.models import BotConversation, BotTurn


@transaction.atomic
def hear(message: Message, *, at: datetime) -> bool:
    """Take a message for the bot, once; False: it is for colleagues, as ever.

    It takes words of a proved sender where it was turned on, if they would begin a new ticket: whoever has one at
    work, or one that was resolved lately, goes on with colleagues. Locks the sender's row.
    """
    if BotTurn.objects.filter(message=message).exists():
        return True
    if not _is_for_the_bot(message):
        return False
    sender = changing.lock_person(message.customer_id)
    talking = BotConversation.objects.talking().filter(account=message.account, address=message.address)
    if opening.goes_on_in(message, at=at):
        # Colleagues have the person by now: what was said to the bot is not counted as helped.
        talking.update(state=BotConversation.State.ENDED)
        return False
    talk = talking.first() or BotConversation(
        customer=sender,
        account=message.account,
        address=message.address,
        shop=message.account.shop,
        started_at=message.occurred_at,
    )
    talk.language = language_of(
        message.text, known=message.language or sender.language or settings.LANGUAGE_CODE
    )
    talk.last_at = at
    talk.save()
    BotTurn.objects.create(conversation=talk, message=message, asked_at=at)
    return True


def holds(message_id: int) -> bool:
    """Is it the bot that answers this message?"""
    return BotTurn.objects.filter(message=message_id).exists()


def _is_for_the_bot(message: Message) -> bool:
    is_a_word = message.is_from_customer and message.state == Message.State.RECEIVED and message.is_proved
    if not is_a_word or message.is_automatic or not message.text.strip():
        return False
    # A picture is looked at by people.
    return duty.is_on(message.account) and not message.attachments.exists()
