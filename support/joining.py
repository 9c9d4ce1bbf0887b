"""Two tickets are one matter, or one ticket is two. Whatever is joined or parted can be given back whole.

Merging moves messages, notes and calls, and leaves a pointer: what comes later follows it. The event that tells of it
names every row that moved, so that parting gives exactly these back; what came since stays where it was said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Message, User
from crm.people.same_person import ids_by
from support import changing
from support.changing import TicketIsClosed
from support.facts import TicketMerged, TicketOpened
from support.models import Note, Ticket, TicketCall, TicketEvent, TicketMessage
from support.models.tagging import Category
from support.timekeeping import clocks

# The columns that a merged ticket gives up, and gets back.
KEPT = (
    "category",
    "sub_state_id",
    "assignee_id",
    "unread_since",
    "snoozed_until",
    "resolved_at",
    "closed_at",
)


@dataclass(frozen=True, kw_only=True)
class Parting:
    """What splitting brings: the ticket that would begin (not saved), how many messages go there, how many stay."""

    begun: Ticket
    going: int
    staying: int


class SameTicket(Refusal):
    code = "same-ticket"
    title = _("These two are one ticket already.")


class TicketOfAnother(Refusal):
    code = "ticket-of-another"
    title = _("These tickets are of two people. If they are one person, merge the people first.")


class NotMerged(Refusal):
    code = "ticket-not-merged"
    title = _("This ticket stands on its own already.")


class NothingToSplit(Refusal):
    code = "nothing-to-split"
    title = _("Choose some of the ticket's messages, and leave at least one.")
    status = 422


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: User, at: datetime) -> Ticket:
    """Let `ticket` go on in `into`, which is answered with. Returns `into`.

    Locks the customer's row, then the tickets' in ascending id. A fact (TicketMerged).

    Raises:
        SameTicket, TicketOfAnother: nothing is changed.
        TicketIsClosed: `into` is not at work any more; nothing is changed.
    """
    one, other = _hold_two(ticket, into)
    if not other.is_at_work:
        raise TicketIsClosed
    person = changing.lock_person(other.customer_id)
    figures = _give_up(one)
    moved = _move_all(one, other, at=at)
    one.merged_into = other
    one.category, one.sub_state, one.unread_since, one.snoozed_until = Category.CLOSED, None, None, None
    one.closed_at = at
    given_up = ("merged_into", "category", "sub_state", "unread_since", "snoozed_until", "closed_at")
    changing.happen(one, "merged", by=by, at=at, fields=given_up, number=other.pk, before=figures, **moved)
    _take_over(other, one, unread_since=figures["unread_since"])
    changed = (*changing.retell(other), "unread_since")
    changing.happen(other, "took_in", by=by, at=at, fields=changed, number=one.pk)
    clocks.merged(one, other, at=at)
    fact = TicketMerged(number=str(one.pk), into_number=str(other.pk))
    changing.tell(one, person, fact, event=f"merged:{one.version}", at=at, by=by)
    return other


@transaction.atomic
def unmerge(ticket: Ticket, *, by: User, at: datetime) -> Ticket:
    """Let it stand on its own again, as it stood: with its state, its messages and notes. Locks as `merge`.

    What came since it was merged stays in the ticket that it went on in.

    Raises:
        NotMerged: nothing is changed.
    """
    one, other = _hold_merged(ticket)
    told = TicketEvent.objects.filter(ticket=one, kind="merged").order_by("-pk").first()
    if told is None:
        raise NotMerged
    _move_back(told.figures, one, other)
    one.merged_into = None
    fields = ("merged_into", *_get_back(one, told.figures["before"]), *changing.retell(one))
    changing.happen(one, "parted", by=by, at=at, fields=fields, number=other.pk)
    changing.happen(other, "gave_back", by=by, at=at, fields=changing.retell(other), number=one.pk)
    clocks.unmerged(one, other, at=at)
    for its in (one, other):
        clocks.state_changed(its, at=at)
    return one


@transaction.atomic
def split(ticket: Ticket, *, messages: Sequence[Message], by: User, at: datetime) -> Ticket:
    """Let some of its messages be a ticket of their own. Merging it gives them back.

    Locks the customer's row, then the ticket's. A fact (TicketOpened).

    Raises:
        NothingToSplit: none of them stands in the ticket, or nothing would be left.
    """
    held = changing.hold(ticket)
    going, _staying = _parted(held.ticket, {message.pk for message in messages})
    begun = _begun_with(held.ticket, going, by=by)
    begun.save()
    _move_places(going, begun)
    fields = changing.retell(begun)
    changing.happen(begun, "split_off", by=by, at=at, fields=fields, number=held.ticket.pk)
    changing.happen(held.ticket, "split", by=by, at=at, fields=changing.retell(held.ticket), number=begun.pk)
    fact = TicketOpened(number=str(begun.pk), subject=begun.subject)
    changing.tell(begun, held.person, fact, event="opened", at=at, by=by)
    _count(begun, going)
    return begun


def foresee_split(ticket: Ticket, *, messages: Collection[int], by: User) -> Parting:
    """What splitting these messages (their ids) off would bring. Changes nothing. One query.

    Raises:
        NothingToSplit: none of them stands in the ticket, or nothing would be left.
    """
    going, staying = _parted(ticket, messages)
    begun = _begun_with(ticket, going, by=by)
    for place in going:
        if place.message.is_from_customer:
            changing.answer_to(begun, place.message)
    return Parting(begun=begun, going=len(going), staying=len(staying))


def _parted(ticket: Ticket, chosen: Collection[int]) -> tuple[list[TicketMessage], list[TicketMessage]]:
    """What goes and what stays, in the order of the messages. Raises NothingToSplit."""
    its = TicketMessage.objects.filter(ticket=ticket).select_related("message__account")
    standing = list(its.order_by("message_id"))
    going = [place for place in standing if place.message_id in chosen]
    staying = [place for place in standing if place.message_id not in chosen]
    if not going or not staying:
        raise NothingToSplit
    return going, staying


def _hold_two(ticket: Ticket, into: Ticket) -> tuple[Ticket, Ticket]:
    """Both locked, after their person; where either goes on elsewhere, that one."""
    one, other = changing.successor(ticket), changing.successor(into)
    if one.pk == other.pk:
        raise SameTicket
    person = changing.lock_person(one.customer_id)
    if other.customer_id not in ids_by(person.pk):
        raise TicketOfAnother
    locked = {pk: changing.lock_ticket(Ticket(pk=pk)) for pk in sorted((one.pk, other.pk))}
    if locked[one.pk].pk == locked[other.pk].pk:
        raise SameTicket
    return locked[one.pk], locked[other.pk]


def _hold_merged(ticket: Ticket) -> tuple[Ticket, Ticket]:
    """The merged one and that in which it goes on now, locked, after their person."""
    changing.lock_person(ticket.customer_id)
    rows = Ticket.objects.select_for_update(no_key=True, of=("self",))
    pointed = Ticket.objects.select_related("merged_into").get(pk=ticket.pk)
    if pointed.merged_into is None:
        raise NotMerged
    goes_on = changing.successor(pointed)
    locked = {its.pk: its for its in rows.filter(pk__in=(pointed.pk, goes_on.pk)).order_by("pk")}
    return locked[pointed.pk], locked[goes_on.pk]


def _give_up(ticket: Ticket) -> dict[str, Any]:
    return {name: _kept(getattr(ticket, name)) for name in KEPT}


def _get_back(ticket: Ticket, before: dict[str, Any]) -> list[str]:
    """Returns the fields; the caller saves them."""
    for name in KEPT:
        setattr(ticket, name, _read(name, before.get(name)))
    return [name.removesuffix("_id") for name in KEPT]


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith(("_at", "since", "until")) else value


def _move_all(one: Ticket, other: Ticket, *, at: datetime) -> dict[str, list[int]]:
    """Ids of everything that moved."""
    places = list(TicketMessage.objects.filter(ticket=one))
    notes = list(Note.objects.filter(ticket=one).values_list("pk", flat=True))
    calls = list(TicketCall.objects.filter(ticket=one).values_list("pk", flat=True))
    _move_places(places, other)
    Note.objects.filter(pk__in=notes).update(ticket=other)
    TicketCall.objects.filter(pk__in=calls).update(ticket=other)
    return {"messages": [place.pk for place in places], "notes": notes, "calls": calls}


def _move_back(moved: dict[str, Any], one: Ticket, other: Ticket) -> None:
    """Where they stand now: a ticket may have been split or merged again meanwhile, and what left it stays there."""
    _move_places(list(TicketMessage.objects.filter(pk__in=moved["messages"], ticket=other)), one)
    Note.objects.filter(pk__in=moved["notes"], ticket=other).update(ticket=one)
    TicketCall.objects.filter(pk__in=moved["calls"], ticket=other).update(ticket=one)


def _move_places(places: Sequence[TicketMessage], ticket: Ticket) -> None:
    """With the version that the ticket will have: whoever saw it before has not seen them."""
    for place in places:
        place.ticket, place.version = ticket, ticket.version + 1
    TicketMessage.objects.bulk_update(places, ["ticket", "version"])


def _take_over(other: Ticket, one: Ticket, *, unread_since: str | None) -> None:
    unread = [moment for moment in (other.unread_since, _read("since", unread_since)) if moment]
    other.unread_since = min(unread, default=None)
    other.orders.add(*one.orders.all())
    other.tags.add(*one.tags.all())


def _begun_with(ticket: Ticket, going: Sequence[TicketMessage], *, by: User) -> Ticket:
    first = min((place.message for place in going), key=lambda message: (message.occurred_at, message.pk))
    began_us = not any(place.message.is_from_customer for place in going)
    begun = Ticket(
        customer=ticket.customer,
        subject=(first.subject or changing.words_of(first))[:250],
        category=Category.OPEN,
        priority=ticket.priority,
        team=ticket.team,
        assignee=ticket.assignee,
        shop=ticket.shop,
        language=ticket.language,
        opened_at=first.occurred_at,
        opened_by=by if began_us else None,
        last_message_at=first.occurred_at,
        source="split",
        source_id=f"{first.pk}:{ticket.version}",
    )
    changing.answer_to(begun, first)
    return begun


def _count(ticket: Ticket, going: Sequence[TicketMessage]) -> None:
    """Its clocks, as if it had been a ticket of its own from the first."""
    clocks.opened(ticket, at=ticket.opened_at)
    said = sorted((place.message for place in going), key=lambda message: (message.occurred_at, message.pk))
    for message in said:
        if message.is_from_customer and message.state != Message.State.HELD:
            clocks.customer_wrote(ticket, at=message.occurred_at)
        elif message.author_kind == Message.Author.COLLEAGUE and message.sent_at:
            clocks.answered(ticket, at=message.occurred_at)
            ticket.first_answered_at = ticket.first_answered_at or message.occurred_at
    Ticket.objects.filter(pk=ticket.pk).update(first_answered_at=ticket.first_answered_at)
