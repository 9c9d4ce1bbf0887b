"""A message whose sender is not proved is held until somebody looks: then it counts, or it is somebody else's."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Message, User
from crm.people import merging
from crm.people.same_person import ids_by
from support import changing, opening
from support.changing import Held
from support.models import Ticket, TicketMessage
from support.models.tagging import Category


class NotHeld(Refusal):
    code = "message-not-held"
    title = _("This message is not held.")


@transaction.atomic
def let_in(message: Message, *, by: User, at: datetime) -> Ticket:
    """The sender is who they say: the message counts like any other, and answers go where it came from.

    Where the ticket was closed meanwhile, it opens a new one, or joins what its sender has open. Returns the ticket
    that it counts in. Locks both customers' rows in ascending id, the ticket's, then the message's.

    Raises:
        NotHeld: nothing is changed.
    """
    held = _hold_both(message)
    standing = _held(message)
    standing.state, standing.ended_at = Message.State.RECEIVED, at
    standing.save(update_fields=["state", "ended_at"])
    if held.ticket.category == Category.CLOSED:
        TicketMessage.objects.filter(message=standing).delete()
        return opening.hear(standing, at=at)
    TicketMessage.objects.filter(message=standing).update(version=held.ticket.version + 1)
    changing.happen(held.ticket, "let_in", by=by, at=at, message=standing.pk)
    opening.take_in(held, standing, at=at)
    return held.ticket


@transaction.atomic
def send_away(message: Message, *, by: User, at: datetime) -> Ticket:
    """It is somebody else's: it goes to the conversation of whoever sent it, and counts there. Returns that ticket.

    Locks both customers' rows in ascending id, the ticket's, then the message's.

    Raises:
        NotHeld: nothing is changed.
    """
    held = _hold_both(message)
    standing = _held(message)
    standing.state, standing.ended_at = Message.State.RECEIVED, at
    # Whoever it was, what they write next is not of that conversation either.
    standing.thread = ""
    standing.save(update_fields=["state", "ended_at", "thread"])
    TicketMessage.objects.filter(message=standing).delete()
    theirs = opening.hear(standing, at=at)
    changing.happen(held.ticket, "sent_away", by=by, at=at, number=theirs.pk)
    return theirs


def _hold_both(message: Message) -> Held:
    """Whose conversation it stands in, and whoever sent it; then the ticket."""
    ticket = changing.successor(_ticket_of(message))
    merging.lock(ids_by(ticket.customer_id)[0], ids_by(message.customer_id)[0])
    return changing.hold(ticket)


def _ticket_of(message: Message) -> Ticket:
    ticket = Ticket.objects.filter(placed__message=message).first()
    if ticket is None:
        raise NotHeld
    return ticket


def _held(message: Message) -> Message:
    rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("account__shop")
    standing = rows.get(pk=message.pk)
    if standing.state != Message.State.HELD:
        raise NotHeld
    return standing
