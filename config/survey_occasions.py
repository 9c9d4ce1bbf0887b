"""After what people can be asked, in the order in which it is offered: see surveys.asking.occasions."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.facts import GoodsReturned, OrderCompleted, OrderDelivered, OrderPaid
from crm.models import Order, TimelineEntry
from loyalty.facts import MemberJoined, TierLost, TierReached
from support import resolution
from support.facts import ReturnMoneyBack, TicketResolved
from support.models import Ticket
from surveys.asking.occasions import Occasion


def order_stands(entry: TimelineEntry, order: Order | None) -> bool:
    return order is not None and order.cancelled_at is None


def ticket_stands(entry: TimelineEntry, ticket: Ticket | None) -> bool:
    """What nobody resolved but time, nobody is asked about."""
    return (
        entry.actor_id is not None
        and ticket is not None
        and resolution.is_to_be_asked_about(ticket, resolved_at=entry.occurred_at)
    )


OCCASIONS: Sequence[Occasion] = (
    Occasion(fact=OrderDelivered, label=_("An order was delivered"), root="order", stands=order_stands),
    Occasion(fact=OrderCompleted, label=_("An order was completed"), root="order", stands=order_stands),
    Occasion(fact=OrderPaid, label=_("An order was paid"), root="order", stands=order_stands),
    Occasion(
        fact=TicketResolved,
        label=_("A ticket was resolved by a colleague"),
        root="ticket",
        stands=ticket_stands,
    ),
    Occasion(fact=GoodsReturned, label=_("Goods came back")),
    Occasion(fact=ReturnMoneyBack, label=_("Money for a return was given back")),
    Occasion(fact=MemberJoined, label=_("Somebody joined the programme")),
    Occasion(fact=TierReached, label=_("A member reached a tier")),
    Occasion(fact=TierLost, label=_("A member lost a tier")),
)
