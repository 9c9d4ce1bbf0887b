"""Answering customers: where they wrote last, once, and never past what they wrote meanwhile.

An answer is a row that waits for UNDO before it is sent, or until its hour. What it does to clocks happens when it is
sent (`sent`): one that was taken back, or never arrived at the provider, answered nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.channels import CHANNELS
from crm.channels.base import File
from crm.consents.clocks_of import clocks_of
from crm.consents.quiet_hours import next_allowed
from crm.errors import Refusal
from crm.messages import messaging
from crm.models import ChannelAccount, Message, Shop, User
from support import changing, states
from support.changing import Held, TicketChanged, TicketIsClosed
from support.models import Ticket, TicketEvent, TicketMessage
from support.models.tagging import AT_WORK, Category
from support.scripts import lines
from support.timekeeping import clocks

# So long an answer can be taken back before it is sent.
UNDO = timedelta(seconds=10)


class NoWayToAnswer(Refusal):
    code = "no-channel-to-answer"
    title = _("There is no open channel by which this customer can be answered.")


class AlreadySent(Refusal):
    code = "already-sent"
    title = _("This message was sent already, or is being sent.")


class NotAnAnswer(Refusal):
    code = "not-an-answer"
    title = _("Only an answer of a colleague can be taken back.")
    status = 422


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    key: str,
    at: datetime,
    version: int,
    files: Sequence[File] = (),
    send_at: datetime | None = None,
    then: Category | None = None,
) -> Message:
    """Answer the customer, once per `key`, where they wrote last. `then`: where the ticket stands afterwards; None: it
    waits for the customer. `send_at`: not before that, nor at night where
    they live; without it after UNDO.

    `version` is what the agent saw: if anybody wrote since, or a colleague moved the ticket elsewhere, nothing is sent.
    Nobody else has it: the agent takes the ticket. Locks the customer's row, then the ticket's.

    Raises:
        TicketChanged: with what is new.
        TicketIsClosed, NoWayToAnswer, NothingToSay, PersonErased: nothing is sent.
    """
    held = changing.hold(ticket)
    source_id = f"reply:{by.pk}:{key}"
    if standing := Message.objects.filter(source=changing.SOURCE, source_id=source_id).first():
        return standing
    _refuse_what_is_past(held.ticket, by, version)
    message = _write(held, text=text, by=by, source_id=source_id, at=at, files=files, send_at=send_at)
    _note_answer(held, message, by=by, at=at)
    lines.said(held.ticket, message, by=by)
    states.turn(held, then or Category.WAITING_CUSTOMER, by=by, at=at)
    return message


@transaction.atomic
def take_back(message: Message, *, by: User, at: datetime) -> Ticket:
    """Before it is sent, let an answer not be one. The ticket stands again where it stood. Again: nothing changes.

    Locks the customer's row, the ticket's, then the message's.

    Raises:
        NotAnAnswer, AlreadySent: nothing is changed.
    """
    ticket = Ticket.objects.filter(placed__message=message).first()
    if ticket is None or message.is_from_customer:
        raise NotAnAnswer
    held = changing.hold(ticket)
    if not messaging.cancel(message, at=at):
        message.refresh_from_db()
        if message.state == Message.State.CANCELLED:
            return held.ticket
        raise AlreadySent
    changing.happen(
        held.ticket, "taken_back", by=by, at=at, fields=changing.retell(held.ticket), message=message.pk
    )
    _stand_as_before(held, message, by=by, at=at)
    lines.unsaid(message)
    return held.ticket


@transaction.atomic
def sent(message: Message, *, at: datetime) -> None:
    """A provider took an answer that a colleague wrote: the customer's turn is answered. Again: nothing changes.

    As of the moment the colleague answered; of one that was sent later, as of then. Locks as `reply`.
    """
    ticket = Ticket.objects.filter(placed__message=message).first()
    if ticket is None or message.author_kind != Message.Author.COLLEAGUE or message.is_from_customer:
        return
    held = changing.hold(ticket)
    was_delayed = message.send_at and message.send_at > message.occurred_at + UNDO
    answered_at = (message.sent_at or at) if was_delayed else message.occurred_at
    if held.ticket.first_answered_at is None and held.ticket.last_customer_at:
        held.ticket.first_answered_at = answered_at
        held.ticket.save(update_fields=["first_answered_at"])
    clocks.answered(held.ticket, at=answered_at)


@transaction.atomic
def not_delivered(message: Message, *, at: datetime) -> None:
    """An answer of a colleague did not arrive: the ticket waits for us again, and is unread. Locks as `reply`."""
    ticket = Ticket.objects.filter(placed__message=message).first()
    if ticket is None or message.author_kind != Message.Author.COLLEAGUE:
        return
    held = changing.hold(ticket)
    if held.ticket.category not in AT_WORK:
        return
    held.ticket.unread_since = held.ticket.unread_since or at
    changing.happen(held.ticket, "not_delivered", by=None, at=at, fields=["unread_since"])
    if held.ticket.category == Category.WAITING_CUSTOMER:
        states.turn(held, Category.OPEN, by=None, at=at)


def way_to(ticket: Ticket) -> ChannelAccount | None:
    """By which account an answer goes: the one they wrote to; where it is closed, the house's main one of its kind.

    Who rang is answered by SMS; words that came otherwise, by mail. One query at most.
    """
    account = ticket.account
    if account and account.closed_at is None and _can_write(account.channel):
        return account
    channel = account.channel if account else ""
    if not _can_write(channel):
        channel = "sms" if channel == "phone" else "email"
    if channel == "email" and "@" not in ticket.address:
        return None
    return ChannelAccount.objects.open().filter(channel=channel).order_by("-is_main", "pk").first()


def _can_write(channel: str) -> bool:
    return channel in CHANNELS and CHANNELS[channel].can_write


def _refuse_what_is_past(ticket: Ticket, by: User, version: int) -> None:
    """Tags, notes and clocks are no reason to stop an answer; words and states are."""
    if ticket.category == Category.CLOSED:
        raise TicketIsClosed
    if version >= ticket.version:
        return
    fresh = TicketMessage.objects.filter(ticket=ticket, version__gt=version).exclude(message__author=by)
    ids = list(fresh.order_by("message_id").values_list("message_id", flat=True))
    if ids or ticket.category not in AT_WORK:
        raise TicketChanged(version=ticket.version, fresh=ids)


def _write(
    held: Held,
    *,
    text: str,
    by: User,
    source_id: str,
    at: datetime,
    files: Sequence[File],
    send_at: datetime | None,
) -> Message:
    ticket, account = held.ticket, way_to(held.ticket)
    if account is None:
        raise NoWayToAnswer
    answered = _last_of_theirs(ticket, account)
    return messaging.write(
        held.person,
        account=account,
        to=ticket.address,
        text=text,
        source=changing.SOURCE,
        source_id=source_id,
        at=at,
        author=by,
        subject="" if answered and answered.subject else ticket.subject,
        answers=answered,
        files=files,
        language=ticket.language,
        send_at=_hour(held, account, send_at, at=at),
    )


def _hour(held: Held, account: ChannelAccount, send_at: datetime | None, *, at: datetime) -> datetime:
    """An answer goes now; one that is put off until an hour waits for one at which they may be woken."""
    if send_at is None or send_at <= at + UNDO:
        return at + UNDO
    region = account.shop.region if account.shop else Shop.objects.first_open().region
    return next_allowed(
        send_at, clocks=clocks_of(held.person, region=region), quiet=company.current().quiet_hours
    )


def _last_of_theirs(ticket: Ticket, account: ChannelAccount) -> Message | None:
    theirs = Message.objects.filter(
        place__ticket=ticket, account=account, address=ticket.address, direction=Message.Direction.IN
    )
    return theirs.exclude(state=Message.State.HELD).order_by("-occurred_at", "-pk").first()


def _note_answer(held: Held, message: Message, *, by: User, at: datetime) -> None:
    ticket = held.ticket
    changing.place(ticket, message, at=at)
    ticket.last_message_at, ticket.last_words, ticket.unread_since = at, changing.words_of(message), None
    changing.save(ticket, "last_message_at", "last_words", "unread_since")
    if ticket.assignee_id is None:
        ticket.assignee = by
        changing.happen(ticket, "assigned", by=by, at=at, fields=["assignee"], to=str(by), to_id=by.pk)


def _stand_as_before(held: Held, message: Message, *, by: User, at: datetime) -> None:
    """Where it stood before this answer, if it was the answer that moved it last."""
    moves = TicketEvent.objects.filter(ticket=held.ticket, figures__has_key="state").order_by("-pk")
    last = moves.first()
    if last and last.actor_id == message.author_id and last.at == message.recorded_at:
        states.turn(held, Category(last.figures["was"]), by=by, at=at)
