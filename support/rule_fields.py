"""What conditions can ask about a ticket, and through it about its customer and its shop: see crm.rules."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.messages.channel_names import CHANNELS
from crm.models import Shipment
from crm.people.same_person import ids_of
from crm.rule_fields import OfPerson
from crm.rules.kinds import Choice, Instant, Reference, Text, Whole, YesNo
from crm.rules.moments import Moment
from crm.rules.registry import Field, Reach, Root, add_fields, add_reach, add_root
from support.answering.mood import Mood
from support.models.tagging import Category

# A parcel that was promised longer ago and never told as delivered is nobody's question any more.
LATE_FOR = timedelta(days=60)


def _late(moment: Moment) -> QuerySet[Shipment]:
    return Shipment.objects.overdue(moment.today).filter(promised_on__gte=moment.today - LATE_FOR)


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
    Field(
        name="ticket.mood",
        kind=Choice(lambda: Mood.choices),
        label=_("Mood of the customer's latest message"),
        path="mood",
    ),
    Field(
        name="ticket.has_late_parcel",
        kind=YesNo(),
        label=_("A parcel of the customer is late"),
        sql=lambda row, moment: Exists(
            _late(moment).filter(OfPerson("order__customer_id", row.outer("customer_id")))
        ),
        value=lambda ticket, moment: (
            _late(moment).filter(order__customer__in=ids_of(ticket.customer)).exists()
        ),
    ),
    Field(name="ticket.opened_at", kind=Instant(), label=_("The ticket was opened"), path="opened_at"),
)
add_reach("ticket", Reach(root="customer", path="customer"))
