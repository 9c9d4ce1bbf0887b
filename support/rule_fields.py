"""What conditions can ask about a ticket and its customer, and about a customer's tickets: see crm.rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from crm.messages.channel_names import CHANNELS
from crm.models import Shipment
from crm.people.same_person import ids_of
from crm.rule_fields import OfPerson, everyones
from crm.rules.kinds import Choice, Instant, Reference, Text, Whole, YesNo
from crm.rules.moments import Moment
from crm.rules.registry import Collection, Field, Reach, Root, Row, add_fields, add_reach, add_root
from support.answering.mood import Mood
from support.models import Ticket
from support.models.tagging import AT_WORK, Category

# A parcel that was promised longer ago and never told as delivered is nobody's question any more.
LATE_FOR = timedelta(days=60)
# Names of topics and teams are told to whoever may ask by them.
ASKS = "crm.view_segment"


def _late(moment: Moment) -> QuerySet[Shipment]:
    return Shipment.objects.overdue(moment.today).filter(promised_on__gte=moment.today - LATE_FOR)


def _is_open(row: Row, _moment: Moment) -> Any:
    at_work = When(**{f"{row.prefix}category__in": AT_WORK}, then=Value(True))
    is_one = When(~Q(**{f"{row.prefix}category": None}), then=Value(False))
    return Case(at_work, is_one, output_field=BooleanField())


def _days_open(row: Row, moment: Moment) -> Any:
    return Func(
        Value(moment.today),
        TruncDate(row.column("opened_at"), tzinfo=moment.clock),
        template="(%(expressions)s)",
        arg_joiner="::date - ",
        output_field=IntegerField(),
    )


def _tickets() -> QuerySet[Ticket]:
    """One that goes on in another is no ticket of its own."""
    return Ticket.objects.filter(merged_into=None)


add_root(Root(name="tag", label=_("Tag of the ticket")))
add_fields(
    "tag",
    Field(name="tag.is", kind=Reference("support.Tag", permission=ASKS), label=_("Tag"), path="tag_id"),
)
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
        kind=Reference("support.Topic", permission=ASKS),
        label=_("Topic of the ticket"),
        path="topic_id",
    ),
    Field(
        name="ticket.team",
        kind=Reference("support.Team", permission=ASKS),
        label=_("Team of the ticket"),
        path="team_id",
    ),
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
        moves_with_time=True,
    ),
    Field(name="ticket.opened_at", kind=Instant(), label=_("The ticket was opened"), path="opened_at"),
    Field(
        name="ticket.is_open",
        kind=YesNo(),
        label=_("The ticket is open"),
        sql=_is_open,
        value=lambda ticket, _moment: ticket.category in AT_WORK,
    ),
    Field(
        name="ticket.days_open",
        kind=Whole(),
        label=_("Days since the ticket was opened"),
        sql=_days_open,
        value=lambda ticket, moment: (moment.today - moment.local(ticket.opened_at).date()).days,
        moves_with_time=True,
    ),
    Collection(
        name="ticket.tags",
        item="tag",
        label=_("Tags of the ticket"),
        number_label=_("Number of tags of the ticket"),
        rows=lambda row: Ticket.tags.through.objects.filter(ticket=row.outer("pk")),
        items=lambda ticket: Ticket.tags.through.objects.filter(ticket=ticket.pk),
    ),
)
add_reach("ticket", Reach(root="customer", path="customer"))
add_fields(
    "customer",
    Collection(
        name="customer.tickets",
        item="ticket",
        label=_("Tickets of the customer"),
        number_label=_("Number of the customer's tickets"),
        rows=lambda row: _tickets().filter(OfPerson("customer_id", row.outer("pk"))),
        items=lambda customer: _tickets().filter(customer__in=ids_of(customer)),
        everyones=lambda: everyones(_tickets()),
    ),
)
