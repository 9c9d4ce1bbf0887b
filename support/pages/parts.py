"""The parts of a ticket's page that change in place, and what they are made of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _

from crm import customer_page, history
from crm.channels import CHANNELS
from crm.colleagues import own_shops
from crm.customer_page import Visit
from crm.messages.channel_names import channel_icon, channel_name
from crm.models import Customer, Shop, User
from crm.pages import timeline
from crm.pages.requests import StaffRequest
from crm.people.same_person import with_ids
from support import inbox
from support.answering import conversation, replying
from support.answering.conversation import Place
from support.models import Clock, Draft, Promise, SubState, Tag, Team, Ticket, Topic
from support.models.tagging import AT_WORK, Category
from support.pages import beside, moments
from support.pages.rows import face, masked_address, name_of
from support.pages.shown import shown
from support.sight import Sight
from support.timekeeping import clock_faces, promising
from support.timekeeping.clock_faces import Face
from support.timekeeping.deadlines import Kind

HISTORY_SHOWN = 6
MOST_CHOICES = 60
MOST_OTHERS = 5
READ = ("customer", "topic", "team", "assignee", "sub_state", "account", "shop", "merged_into")


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where an answer goes: by which channel, to which address, and what that channel can carry."""

    channel: str | Lazy
    icon: str
    address: str
    is_sms: bool
    carries_files: bool
    is_open: bool


def ticket_for(request: StaffRequest, pk: int) -> Ticket:
    """Raises Http404 for a ticket that the reader does not see: it is not told apart from one that is not there."""
    seen = Sight(request.user).of(Ticket.objects.select_related(*READ))
    return get_object_or_404(seen, pk=pk)


def way_of(ticket: Ticket) -> Way:
    account = replying.way_to(ticket)
    channel = account.channel if account else ticket.channel
    its = CHANNELS.get(channel)
    return Way(
        channel=channel_name(channel),
        icon=channel_icon(channel),
        address=masked_address(ticket),
        is_sms=channel == "sms",
        carries_files=bool(its and its.carries_files),
        is_open=account is not None,
    )


def head(ticket: Ticket, reader: User, at: datetime) -> dict[str, Any]:
    """Where the ticket stands, its clocks, and what may be done with it. Three queries."""
    clocks = list(Clock.objects.going().filter(ticket=ticket, joined_at=None).order_by("due_at", "pk"))
    may_answer = reader.has_perm("support.answer_ticket")
    return {
        "ticket": ticket,
        "name": name_of(ticket),
        "channel": channel_name(ticket.channel),
        "icon": channel_icon(ticket.channel),
        "faces": _faces(ticket, clocks, at),
        "tags": list(ticket.tags.all()),
        "about_orders": list(own_shops.seen_by(reader, ticket.orders.all())[:MOST_OTHERS]),
        "may_answer": may_answer and ticket.category != Category.CLOSED,
        "may_lead": reader.has_perm("support.lead_ticket"),
        "promises": list(open_promises(ticket)[:MOST_OTHERS]),
        "taken_in": list(ticket.merged_from.all()[:MOST_OTHERS]),
        "is_asleep": bool(ticket.snoozed_until and ticket.snoozed_until > at),
        "is_mine": ticket.assignee_id == reader.pk,
        "is_over": ticket.category not in AT_WORK,
        "is_closed": ticket.category == Category.CLOSED,
        "now": at,
    }


def open_promises(ticket: Ticket) -> Any:
    return Promise.objects.open().filter(pk__in=promising.of(ticket).values("pk")).order_by("due_at", "pk")


def _faces(ticket: Ticket, clocks: Sequence[Clock], at: datetime) -> list[Face]:
    if ticket.snoozed_until and ticket.snoozed_until > at:
        first = face(ticket, began_at=None, at=at)
        return [first] if first else []
    found = []
    for clock in clocks:
        if clock.due_at:
            found.append(clock_faces.running(clock.kind, began_at=clock.began_at, due_at=clock.due_at, at=at))
        elif clock.paused_at and clock.kind == Kind.RESOLUTION:
            found.append(clock_faces.paused(_("waits for the customer")))
    return found


def talk(
    ticket: Ticket, reader: User, at: datetime, *, before: Place | None = None, fresh: Sequence[int] = ()
) -> dict[str, Any]:
    """The latest of the conversation, or what came before a place. Five queries."""
    page = conversation.latest(ticket, before=before)
    return {
        "items": shown(page.items, reader=reader, at=at, fresh=fresh),
        "older": str(page.older) if page.older else "",
        "newest": f"{page.newest}|{timezone.localdate(page.items[-1].at) if page.items else ''}",
        "ticket": ticket,
    }


def reply_box(ticket: Ticket, reader: User) -> dict[str, Any]:
    """One query."""
    draft = Draft.objects.filter(ticket=ticket, author=reader).first()
    return {
        "way": way_of(ticket),
        "language": dict(settings.LANGUAGES).get(ticket.language, ticket.language),
        "draft": draft,
        "draft_at": int(draft.saved_at.timestamp() * 1000) if draft else 0,
        "reply_key": uuid.uuid4().hex,
        "version": ticket.version,
    }


def menus(reader: User, at: datetime) -> dict[str, Any]:
    """What can be chosen. Seven queries."""
    return {
        "moments": moments.choices(at),
        "sub_states": list(SubState.objects.all()[:MOST_CHOICES]),
        "topics": list(Topic.objects.all()[:MOST_CHOICES]),
        "all_tags": list(Tag.objects.all()[:MOST_CHOICES]),
        "teams": list(Team.objects.filter(answers_customers=True)[:MOST_CHOICES]),
        "colleagues": list(colleagues()[:MOST_CHOICES]),
        "shops": list(shops(reader)[:MOST_CHOICES]),
        "priorities": Ticket.Priority.choices,
    }


def colleagues() -> Any:
    """Who answers customers."""
    return User.objects.filter(is_active=True, is_staff=True, agent_profile__isnull=False).order_by("name")


def shops(reader: User) -> Any:
    """To which a colleague may move a ticket: those that are open and whose orders they see."""
    return own_shops.seen_by(reader, Shop.objects.filter(is_active=True), shop="pk").order_by("name")


def side(ticket: Ticket, sight: Sight, at: datetime) -> dict[str, Any]:
    """The customer beside the conversation: the cards of their own page, their other tickets, the latest of all."""
    person = with_ids(Customer.objects.select_related("account_manager", "deputy_manager")).get(
        pk=ticket.customer_id
    )
    visit = Visit(customer=person, reader=sight.reader, at=at)
    entries = history.read_by(sight.reader, person).select_related("actor", "shop")
    latest = history.page(entries, limit=HISTORY_SHOWN).entries
    about = list(own_shops.seen_by(sight.reader, ticket.orders.order_by("-placed_at"))[:MOST_OTHERS])
    recent = list(visit.orders.order_by("-placed_at")[:MOST_OTHERS])
    others = sight.of(Ticket.objects.filter(customer__in=visit.people).exclude(pk=ticket.pk))
    return {
        "visit": visit,
        "mark": inbox.marks_of([ticket.customer_id], at=at).get(ticket.customer_id),
        "notice": customer_page.notice(visit),
        "badges": customer_page.badges(visit),
        "panels": customer_page.panels_beside(visit),
        "latest": timeline.rows(latest),
        **beside.beside(ticket, sight.reader, at),
        "ticket": ticket,
        "name": name_of(ticket),
        "may_answer": sight.reader.has_perm("support.answer_ticket") and ticket.category != Category.CLOSED,
        "may_return": sight.reader.has_perm("support.add_returncase"),
        "side_key": uuid.uuid4().hex,
        "departments": list(Team.objects.filter(answers_customers=False)[:MOST_CHOICES]),
        "latest_orders": recent,
        "orders_about": [(order, True) for order in about]
        + [(order, False) for order in recent if order not in about],
        "others": list(others.order_by("-last_message_at", "-pk")[:MOST_OTHERS]),
    }
