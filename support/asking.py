"""Customers ask on a page of ours: what they write arrives like any message, and a ticket is opened for it.

A question is answered where the person says: it comes in on the house's own mailbox, or its number for SMS. So the
form is there for as many ways as there are open channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.channels.base import Incoming, Sender
from crm.errors import Refusal
from crm.messages import receiving
from crm.models import ChannelAccount, Message, Order, Shop
from crm.models.message import TYPED
from crm.people.identity_kinds import IdentityKind
from crm.people.typed_address import address_of
from support import labelling
from support.models import Ticket, Topic

# Kind of address → the channel by which an answer goes there.
ANSWERED_BY = {IdentityKind.EMAIL: "email", IdentityKind.PHONE: "sms"}


class CannotAnswerThere(Refusal):
    code = "cannot-answer-there"
    title = _("We cannot answer there. Write an e-mail address, please.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Question:
    name: str
    address: str
    text: str
    language: str
    topic: Topic | None = None
    order: Order | None = None


def ways_to_answer() -> dict[str, ChannelAccount]:
    """Kind of address → the account by which an answer goes there. One query."""
    accounts = (
        ChannelAccount.objects.open().filter(channel__in=ANSWERED_BY.values()).order_by("is_main", "-pk")
    )
    by_channel = {account.channel: account for account in accounts}
    return {kind.value: by_channel[channel] for kind, channel in ANSWERED_BY.items() if channel in by_channel}


@transaction.atomic
def ask(question: Question, *, key: str, at: datetime) -> Ticket:
    """Take a question, once per `key`. Whoever types an address does not prove it: nobody's data are shown for it.

    Raises:
        UnreadableAddress, CannotAnswerThere, PersonErased: nothing is taken.
    """
    kind, value = address_of(question.address, region=Shop.objects.first_open().region)
    account = ways_to_answer().get(kind)
    if account is None:
        raise CannotAnswerThere
    subject = question.topic.name if question.topic else ""
    if question.order:
        subject = f"{subject} · {question.order.number}".removeprefix(" · ")
    incoming = Incoming(
        external_id=f"{TYPED}{key}",
        sender=Sender(
            kind=kind, value=value, name=question.name, is_proved=False, language=question.language
        ),
        subject=subject,
        text=question.text,
        occurred_at=at,
        language=question.language,
    )
    message = receiving.receive(account, incoming, raw=None, at=at)
    ticket = _ticket_of(message)
    if question.topic and ticket.topic_id is None:
        labelling.set_topic(ticket, topic=question.topic, by=None, at=at)
    if question.order and question.order.customer_id == ticket.customer_id:
        labelling.relate_order(ticket, order=question.order, by=None, at=at)
    return ticket


def _ticket_of(message: Message) -> Ticket:
    """The reaction at once has put it somewhere, within this very transaction."""
    return Ticket.objects.get(placed__message=message)
