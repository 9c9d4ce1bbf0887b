"""What a ticket is about: topic, tags, priority, orders, subject, shop. By these it goes to a team, and is counted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Order, Shop, User
from crm.people.same_person import ids_by
from crm.words.plain_text import plain
from support import changing
from support.models import Tag, Ticket, Topic
from support.timekeeping import clocks


class OrderOfAnother(Refusal):
    code = "order-of-another"
    title = _("This order is somebody else's.")
    status = 422


class EmptyName(Refusal):
    code = "empty-name"
    title = _("Write a word or two.")
    status = 422


@transaction.atomic
def set_topic(ticket: Ticket, *, topic: Topic | None, by: User | None, at: datetime) -> Ticket:
    """Say what it is about; one without a team goes to the topic's. Locks the customer's row, then the ticket's.

    The same topic again changes nothing; so it is with everything in this module.
    """
    held = changing.hold(ticket)
    if held.ticket.topic == topic:
        return held.ticket
    held.ticket.topic = topic
    fields = ["topic"]
    if topic and topic.team and held.ticket.team is None:
        held.ticket.team = topic.team
        fields.append("team")
    figures = {"topic": topic.names} if topic else {}
    changing.happen(
        held.ticket, "topic_set" if topic else "topic_taken", by=by, at=at, fields=fields, **figures
    )
    clocks.reconsidered(held.ticket, at=at)
    return held.ticket


@transaction.atomic
def add_tag(ticket: Ticket, *, name: str, by: User, at: datetime) -> Ticket:
    """A new word becomes a tag. Locks as `set_topic`.

    Raises:
        EmptyName: nothing is changed.
    """
    held = changing.hold(ticket)
    tag = _tag(name)
    if not held.ticket.tags.filter(pk=tag.pk).exists():
        held.ticket.tags.add(tag)
        changing.happen(held.ticket, "tagged", by=by, at=at, tag=tag.name)
    return held.ticket


@transaction.atomic
def remove_tag(ticket: Ticket, *, tag: Tag, by: User, at: datetime) -> Ticket:
    """Locks as `set_topic`."""
    held = changing.hold(ticket)
    if held.ticket.tags.filter(pk=tag.pk).exists():
        held.ticket.tags.remove(tag)
        changing.happen(held.ticket, "untagged", by=by, at=at, tag=tag.name)
    return held.ticket


@transaction.atomic
def set_priority(ticket: Ticket, *, priority: int, by: User | None, at: datetime) -> Ticket:
    """One of Ticket.Priority. Locks as `set_topic`."""
    held = changing.hold(ticket)
    wanted = Ticket.Priority(priority)
    if held.ticket.priority != wanted:
        held.ticket.priority = wanted
        changing.happen(held.ticket, "prioritised", by=by, at=at, fields=["priority"], priority=wanted.value)
        clocks.reconsidered(held.ticket, at=at)
    return held.ticket


@transaction.atomic
def relate_order(ticket: Ticket, *, order: Order, by: User | None, at: datetime) -> Ticket:
    """Locks as `set_topic`.

    Raises:
        OrderOfAnother: nothing is changed.
    """
    held = changing.hold(ticket)
    if order.customer_id not in ids_by(held.person.pk):
        raise OrderOfAnother
    if not held.ticket.orders.filter(pk=order.pk).exists():
        held.ticket.orders.add(order)
        changing.happen(held.ticket, "order_related", by=by, at=at, order=order.number)
    return held.ticket


@transaction.atomic
def unrelate_order(ticket: Ticket, *, order: Order, by: User, at: datetime) -> Ticket:
    """Locks as `set_topic`."""
    held = changing.hold(ticket)
    if held.ticket.orders.filter(pk=order.pk).exists():
        held.ticket.orders.remove(order)
        changing.happen(held.ticket, "order_unrelated", by=by, at=at, order=order.number)
    return held.ticket


@transaction.atomic
def move_to_shop(ticket: Ticket, *, shop: Shop, by: User, at: datetime) -> Ticket:
    """It is a matter of this shop: its promises of service count from now on. Answers go the same way as before.

    Locks as `set_topic`.
    """
    held = changing.hold(ticket)
    if held.ticket.shop != shop:
        held.ticket.shop = shop
        changing.happen(held.ticket, "shop_moved", by=by, at=at, fields=["shop"], shop=shop.name)
        clocks.reconsidered(held.ticket, at=at)
    return held.ticket


@transaction.atomic
def rename(ticket: Ticket, *, subject: str, by: User, at: datetime) -> Ticket:
    """Call it what it became. Locks as `set_topic`.

    Raises:
        EmptyName: nothing is changed.
    """
    held = changing.hold(ticket)
    words = " ".join(plain(subject).split())[:250]
    if not words:
        raise EmptyName
    if held.ticket.subject != words:
        held.ticket.subject = words
        changing.happen(held.ticket, "renamed", by=by, at=at, fields=["subject"])
    return held.ticket


def _tag(name: str) -> Tag:
    words = " ".join(plain(name).split())[:40]
    if not words:
        raise EmptyName
    return Tag.objects.get_or_create(name=words)[0]
