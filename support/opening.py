"""A message finds its ticket: one open conversation for each person, whatever the channel.

It goes to the ticket of its thread; else to the person's newest ticket at work; else it opens again one of its thread
that was resolved lately, unless it only says thanks; else a new one begins. What was merged goes on elsewhere.
A message from a sender who is not proved stands in the ticket and changes nothing until it is let in; one that a
machine wrote is kept and hurries nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext

from crm import abilities
from crm.channels.base import File, Incoming, Sender
from crm.messages import messaging, receiving
from crm.messages.channel_names import channel_name
from crm.models import Call, ChannelAccount, Customer, Identity, Message, Shop, TimelineEntry, User
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_by
from crm.people.tombstones import refuse_words_about
from support import assigning, changing, labelling, states
from support.answering.replying import UNDO
from support.answering.thanks import is_thanks
from support.changing import Held
from support.facts import TicketOpened
from support.models import Ticket, TicketCall, TicketMessage, Topic
from support.models.tagging import Category
from support.timekeeping import clocks

SOURCE, CALL = "message", "call"
REOPENS_FOR = timedelta(days=7)
# As many tickets may one sender open within STORM; what they send beyond joins the newest.
STORM, MOST_OPENED = timedelta(hours=1), 5
LONGEST_SUBJECT = 80
# By the level of priority that a customer's tier gives.
PRIORITIES = (Ticket.Priority.NORMAL, Ticket.Priority.HIGH, Ticket.Priority.HIGH, Ticket.Priority.URGENT)


@transaction.atomic
def hear(
    message: Message, *, at: datetime, caused_by: TimelineEntry | None = None, subject: str = ""
) -> Ticket:
    """Give what a customer wrote its place in a ticket, once: a repeat answers where it stands.

    `subject`: of a new ticket, where the message does not say what it is about. Locks the sender's row, then the
    ticket's: nobody else's row, even where it goes on with what somebody else began.
    """
    if standing := Ticket.objects.filter(placed__message=message).first():
        return changing.successor(standing)
    sender = changing.lock_person(message.customer_id)
    found = _Finding(message, ids_by(sender.pk), at)
    goes_to = found.place()
    if goes_to is None:
        return _open(message, sender, at=at, caused_by=caused_by, subject=subject)
    ticket = changing.lock_ticket(goes_to)
    if message.state == Message.State.HELD:
        changing.place(ticket, message, at=at)
        changing.happen(ticket, "held", by=None, at=at)
    elif found.is_quiet(ticket):
        changing.place(ticket, message, at=at)
        changing.save(ticket)
    else:
        take_in(Held(ticket, sender), message, at=at, caused_by=caused_by)
    return ticket


def take_in(held: Held, message: Message, *, at: datetime, caused_by: TimelineEntry | None = None) -> None:
    """A customer's word counts: it is unread, answers go where it came from, and clocks begin. Both are locked."""
    ticket = held.ticket
    if not TicketMessage.objects.filter(message=message).exists():
        changing.place(ticket, message, at=at)
    changing.save(ticket, *_note_word(ticket, message, at=at))
    if ticket.category in (*clocks.OVER, Category.WAITING_CUSTOMER):
        states.turn(held, Category.OPEN, by=None, at=at, caused_by=caused_by)
    clocks.customer_wrote(ticket, at=message.occurred_at)
    assigning.find_agent(held, at=at)


@transaction.atomic
def begin(
    customer: Customer,
    *,
    account: ChannelAccount,
    to: str,
    text: str,
    by: User,
    key: str,
    at: datetime,
    subject: str = "",
    topic: Topic | None = None,
    files: Sequence[File] = (),
) -> Ticket:
    """An agent writes first, once per `key`; with a person who has an open conversation it goes on in that.

    Locks the customer's row, then the ticket's.

    Raises:
        NothingToSay, PersonErased: nothing is begun.
    """
    person = changing.lock_person(customer.pk)
    source_id = f"begin:{by.pk}:{key}"
    if standing := Ticket.objects.filter(placed__message__source_id=source_id).first():
        return changing.successor(standing)
    message = messaging.write(
        person,
        account=account,
        to=to,
        text=text,
        source=changing.SOURCE,
        source_id=source_id,
        at=at,
        author=by,
        subject=subject,
        files=files,
        send_at=at + UNDO,
    )
    if open_one := newest_at_work(ids_by(person.pk)):
        ticket = changing.lock_ticket(open_one)
        changing.place(ticket, message, at=at)
        ticket.last_message_at, ticket.last_words = at, changing.words_of(message)
        changing.save(ticket, "last_message_at", "last_words")
        return ticket
    return _open(message, person, at=at, by=by, topic=topic)


@transaction.atomic
def open_for(
    customer: Customer,
    *,
    subject: str,
    text: str,
    source: str,
    source_id: str,
    channel: str,
    at: datetime,
    topic: Topic | None = None,
    language: str = "",
    account: ChannelAccount | None = None,
    address: str = "",
) -> Ticket:
    """What a customer said elsewhere (a shop's form, a survey) is heard like any message, once per (source, source_id).

    It is answered by `account` at `address`; without them by the house's mail, where an address of theirs is known.
    Locks the customer's row, then the ticket's.

    Raises:
        PersonErased: nothing is opened.
    """
    refuse_words_about(customer)
    account = account or _account_for(channel, at=at)
    sender = _sender(customer, address)
    incoming = Incoming(
        external_id=f"{source}:{source_id}",
        sender=sender,
        text=text,
        subject=subject,
        occurred_at=at,
        language=language,
    )
    message = receiving.receive(account, incoming, raw=None, at=at, customer=customer)
    ticket = hear(message, at=at)
    if topic and ticket.topic_id is None:
        ticket = labelling.set_topic(ticket, topic=topic, by=None, at=at)
    return ticket


@transaction.atomic
def hear_call(call: Call, *, at: datetime) -> Ticket | None:
    """Give a telephone call its place, once: in the open conversation of whoever is on the line, else in a new ticket.

    One that nobody answered waits for us. None: nobody can say who it is. Locks the customer's row, then the ticket's.
    """
    if call.customer is None or call.customer.erased_at:
        return None
    person = changing.lock_person(call.customer_id or 0)
    if standing := Ticket.objects.filter(calls__call=call).first():
        ticket = changing.lock_ticket(standing)
    elif open_one := newest_at_work(ids_by(person.pk)):
        ticket = changing.lock_ticket(open_one)
        TicketCall.objects.create(ticket=ticket, call=call, placed_at=at)
        changing.happen(ticket, "call_placed", by=call.colleague, at=at)
        if call.direction == Call.Direction.IN:
            clocks.customer_wrote(ticket, at=call.began_at)
    else:
        ticket = _open_for_call(call, person, at=at)
    if call.answered_at:
        clocks.answered(ticket, at=call.answered_at)
    if call.state == Call.State.MISSED and ticket.unread_since is None:
        ticket.unread_since = at
        changing.save(ticket, "unread_since")
    return ticket


def goes_on_in(message: Message, *, at: datetime) -> Ticket | None:
    """The ticket to which a message belongs; None: it would begin a new one. Reads only; the sender is locked."""
    return _Finding(message, ids_by(message.customer_id), at).place()


def newest_at_work(ids: tuple[int, ...]) -> Ticket | None:
    """The one open conversation of a person known by these ids."""
    theirs = Ticket.objects.at_work().filter(customer__in=ids, merged_into=None)
    return theirs.order_by("-last_message_at", "-pk").first()


@dataclass(frozen=True)
class _Finding:
    """Where a message belongs. Reads only; the sender, known by `ids`, is locked."""

    message: Message
    ids: tuple[int, ...]
    at: datetime

    def place(self) -> Ticket | None:
        """None: a new ticket begins."""
        of_thread = self.of_thread
        if of_thread and (of_thread.is_at_work or self.message.state == Message.State.HELD):
            return of_thread
        if of_thread and self._ended_lately(of_thread) and is_thanks(self.message.text):
            return of_thread
        if at_work := newest_at_work(self.ids):
            return at_work
        if of_thread and (self._ended_lately(of_thread) or self.message.is_automatic):
            return of_thread
        return self._newest() if self._is_storm() else None

    def is_quiet(self, ticket: Ticket) -> bool:
        """Kept, and nobody has to do anything about it."""
        if self.message.is_automatic:
            return True
        return ticket.category in clocks.OVER and (
            is_thanks(self.message.text) or not self._ended_lately(ticket)
        )

    @cached_property
    def of_thread(self) -> Ticket | None:
        if not self.message.thread:
            return None
        beside = TicketMessage.objects.filter(
            message__account=self.message.account_id, message__thread=self.message.thread
        )
        last = beside.select_related("ticket__merged_into").order_by("-message_id").first()
        return changing.successor(last.ticket) if last else None

    def _ended_lately(self, ticket: Ticket) -> bool:
        if ticket.category != Category.RESOLVED or ticket.resolved_at is None:
            return False
        return self.at - ticket.resolved_at <= REOPENS_FOR

    def _is_storm(self) -> bool:
        """However fast a machine or a quarrel writes, and whoever closes: so many new tickets, and no more."""
        opened = self._opened_lately()
        return opened.count() >= MOST_OPENED

    def _opened_lately(self) -> QuerySet[Ticket]:
        return Ticket.objects.filter(
            customer__in=self.ids, opened_at__gt=self.at - STORM, opened_by=None, source=SOURCE
        )

    def _newest(self) -> Ticket | None:
        joinable = self._opened_lately()
        if not self.message.is_automatic:
            joinable = joinable.exclude(category=Category.CLOSED)
        newest = joinable.order_by("-pk").first()
        return changing.successor(newest) if newest else None


def _open(
    message: Message,
    person: Customer,
    *,
    at: datetime,
    by: User | None = None,
    topic: Topic | None = None,
    caused_by: TimelineEntry | None = None,
    subject: str = "",
) -> Ticket:
    """A new ticket with its first message; the person is locked."""
    ticket = _new(person, by=by, shop=message.account.shop, at=at, topic=topic)
    ticket.subject = subject[:LONGEST_SUBJECT] or _subject_of(message)
    ticket.opened_at = ticket.last_message_at = message.occurred_at
    ticket.last_words = changing.words_of(message)
    ticket.language = message.language or person.language
    if by is None:
        ticket.last_customer_at, ticket.unread_since = message.occurred_at, at
    ticket.source, ticket.source_id = SOURCE, str(message.pk)
    changing.answer_to(ticket, message)
    ticket.save()
    changing.place(ticket, message, at=at)
    held = Held(ticket, person)
    _tell_opened(held, by=by, at=at, channel=message.came_by, caused_by=caused_by)
    return ticket


def _new(
    person: Customer, *, by: User | None, shop: Shop | None, at: datetime, topic: Topic | None = None
) -> Ticket:
    """Not saved yet. `by`: the colleague who began it, and has it."""
    level = abilities.priority_of()(person, at=at)
    return Ticket(
        customer=person,
        category=Category.OPEN if by else Category.NEW,
        topic=topic,
        team=topic.team if topic else None,
        priority=PRIORITIES[min(level, len(PRIORITIES) - 1)],
        assignee=by,
        opened_by=by,
        shop=shop,
        language=person.language,
    )


def _tell_opened(
    held: Held, *, by: User | None, at: datetime, channel: str, caused_by: TimelineEntry | None = None
) -> None:
    """After it was saved and has its first message or call, which came by this channel."""
    ticket = held.ticket
    changing.happen(ticket, "begun" if by else "opened", by=by, at=at, channel=channel)
    fact = TicketOpened(number=str(ticket.pk), subject=ticket.subject)
    changing.tell(ticket, held.person, fact, event="opened", at=at, by=by, caused_by=caused_by)
    clocks.opened(ticket, at=ticket.opened_at)
    assigning.find_agent(held, at=at)


def _open_for_call(call: Call, person: Customer, *, at: datetime) -> Ticket:
    """The person is locked. Answers go by the number that rang."""
    is_ours = call.direction == Call.Direction.OUT
    ticket = _new(person, by=call.colleague if is_ours else None, shop=call.account.shop, at=at)
    ticket.subject = gettext("Telephone call")
    ticket.opened_at = ticket.last_message_at = call.began_at
    ticket.last_customer_at = None if is_ours else call.began_at
    ticket.channel, ticket.account, ticket.address = "phone", call.account, call.phone
    ticket.source, ticket.source_id = CALL, str(call.pk)
    ticket.save()
    TicketCall.objects.create(ticket=ticket, call=call, placed_at=at)
    _tell_opened(Held(ticket, person), by=ticket.opened_by, at=at, channel=ticket.channel)
    return ticket


def _note_word(ticket: Ticket, message: Message, *, at: datetime) -> list[str]:
    """On the ticket's row: what was said last, where answers go, and that it is unread. Told late, it is no news."""
    fields = ["unread_since", "snoozed_until"]
    ticket.unread_since = ticket.unread_since or at
    ticket.snoozed_until = None
    if message.occurred_at >= ticket.last_message_at:
        ticket.last_message_at, ticket.last_words = message.occurred_at, changing.words_of(message)
        fields += ["last_message_at", "last_words"]
    if ticket.last_customer_at is None or message.occurred_at >= ticket.last_customer_at:
        ticket.last_customer_at = message.occurred_at
        fields += ["last_customer_at", *changing.answer_to(ticket, message)]
    return fields


def _subject_of(message: Message) -> str:
    return (message.subject or Truncator(changing.words_of(message)).chars(LONGEST_SUBJECT))[:250]


def _account_for(channel: str, *, at: datetime) -> ChannelAccount:
    """Words that came by no channel of ours: by the house's mail they are answered; else they stand by themselves."""
    accounts = ChannelAccount.objects.open().order_by("-is_main", "pk")
    found = accounts.filter(channel="email").first() or accounts.filter(channel=channel).first()
    return found or ChannelAccount.objects.create(
        channel=channel, name=str(channel_name(channel)), opened_at=at
    )


def _sender(customer: Customer, address: str) -> Sender:
    """Nobody proved that they sent it: an address counts as typed."""
    if not address:
        known = Identity.objects.filter(customer__in=ids_by(customer.pk), kind=IdentityKind.EMAIL)
        address = known.order_by("-verified_at", "pk").values_list("value", flat=True).first() or ""
    if address:
        return Sender(kind=IdentityKind.EMAIL, value=address, is_proved=False)
    return Sender(kind=IdentityKind.EXTERNAL, value=f"customer {customer.pk}", is_proved=False)
