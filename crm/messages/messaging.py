"""The one way by which the house writes to somebody: a row first, sent by `crm.messages.sending`.

What the house writes by itself goes through `crm.messages.notifying`, which asks first whether, by which way and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.channels import channel_named
from crm.channels.base import File
from crm.errors import Refusal
from crm.messages import attaching, sending
from crm.models import ChannelAccount, Customer, Message, User
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain

LONGEST_SUBJECT = 250


class NothingToSay(Refusal):
    code = "nothing-to-say"
    title = _("There is nothing to send yet. Write a word or two.")
    status = 422


@transaction.atomic
def write(
    customer: Customer,
    *,
    account: ChannelAccount,
    to: str,
    text: str,
    source: str,
    source_id: str,
    at: datetime,
    author: User | None = None,
    subject: str = "",
    answers: Message | None = None,
    files: Sequence[File] = (),
    language: str = "",
    purpose: str = Message.Purpose.SERVICE,
    notice: str = "",
    send_at: datetime | None = None,
    short_text: str = "",
    instead_of: Message | None = None,
    choices: Sequence[str] = (),
    html: str = "",
) -> Message:
    """Put a message in the queue, once per (source, source_id); a repeat answers with the one that stands.

    `to`: an identity in its normal form, of the channel's kind. `answers`: what it replies to, in whose thread it
    goes, and under whose subject. `short_text`: what an SMS would say. `choices`: what buttons say.
    `html`: of our own making, what a mail shows between its paragraphs besides the text.
    Nothing is sent before the transaction is committed. Locks the customer's row.

    Raises:
        NothingToSay, PersonErased: nothing is written.
    """
    refuse_words_about(customer)
    words = plain(text)
    if not words and not files:
        raise NothingToSay
    message, is_new = Message.objects.get_or_create(
        source=source,
        source_id=source_id,
        defaults={
            "customer": customer,
            "account": account,
            "direction": Message.Direction.OUT,
            "author_kind": Message.Author.COLLEAGUE if author else Message.Author.RULE,
            "author": author,
            "state": Message.State.QUEUED,
            "identity_kind": channel_named(account.channel).identity_kind,
            "address": to,
            "thread": answers.thread if answers else "",
            "in_reply_to": answers,
            "subject": plain(subject or _answering(answers))[:LONGEST_SUBJECT],
            "text": words,
            "short_text": plain(short_text),
            "instead_of": instead_of,
            "language": language or customer.language,
            "purpose": purpose,
            "notice": notice,
            "occurred_at": at,
            "recorded_at": at,
            "send_at": send_at or at,
            "choices": list(choices),
            "html": html,
        },
    )
    if is_new:
        attaching.attach(message, files)
        sending.start(message)
    return message


def _answering(answers: Message | None) -> str:
    """As every mail program writes it, once however long the conversation."""
    if answers is None or not answers.subject:
        return ""
    return answers.subject if answers.subject.lower().startswith("re:") else f"Re: {answers.subject}"


@transaction.atomic
def cancel(message: Message, *, at: datetime) -> bool:
    """Take a message back that nobody has begun to send: within its undo, or before its hour. Locks its row."""
    waiting = Message.objects.select_for_update(no_key=True).filter(pk=message.pk, state=Message.State.QUEUED)
    return bool(waiting.update(state=Message.State.CANCELLED, ended_at=at))
