"""What conditions can ask about a ticket, and through it about its customer and its shop: see crm.rules."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.channel_names import CHANNELS
from crm.rules.kinds import Choice, Instant, Reference, Text, Whole
from crm.rules.registry import Field, Reach, Root, add_fields, add_reach, add_root
from support.models.tagging import Category

add_root(Root(name="ticket", label=_("Ticket")))
add_fields(
    "ticket",
    Field(
        name="ticket.channel",
        kind=Choice(lambda: ((code, name) for code, (name, _icon) in CHANNELS.items())),
        label=_("Channel of the ticket"),
        path="channel",
    ),
    Field(
        name="ticket.priority",
        kind=Whole(),
        label=_("Priority of the ticket, from 1 (low) to 4 (urgent)"),
        path="priority",
    ),
    Field(
        name="ticket.language",
        kind=Choice(lambda: settings.LANGUAGES),
        label=_("Language of the ticket"),
        path="language",
    ),
    Field(
        name="ticket.topic",
        kind=Reference("support.Topic"),
        label=_("Topic of the ticket"),
        path="topic_id",
    ),
    Field(name="ticket.team", kind=Reference("support.Team"), label=_("Team of the ticket"), path="team_id"),
    Field(name="ticket.shop", kind=Reference("crm.Shop"), label=_("Shop of the ticket"), path="shop_id"),
    Field(
        name="ticket.state",
        kind=Choice(lambda: Category.choices),
        label=_("State of the ticket"),
        path="category",
    ),
    Field(
        name="ticket.subject", kind=Text(), label=_("Subject of the ticket"), path="subject", personal=True
    ),
    Field(name="ticket.opened_at", kind=Instant(), label=_("The ticket was opened"), path="opened_at"),
)
add_reach("ticket", Reach(root="customer", path="customer"))
