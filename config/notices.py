"""What the house writes by itself, in the order in which colleagues see it; and of which facts. See crm.notices.

The adapters are used in config.reactions, afterwards: nothing that a shop tells waits for a message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from crm import notices as ground
from crm.facts import (
    Fact,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    ParcelPromised,
)
from crm.messages import notifying
from crm.models import Message, TimelineEntry
from crm.notices import Notice
from crm.purchases import order_notices
from loyalty import notices as loyalty
from loyalty.facts import GiftGiven, PointsEarned, PointsExpireSoon, TierReached
from loyalty.points import point_notices
from loyalty.points.point_notices import News
from support import notices as support
from surveys import notices as surveys
from surveys.asking import retelling

NOTICES: Sequence[Notice] = (
    *ground.LISTED,
    *loyalty.LISTED,
    *support.LISTED,
    *surveys.LISTED,
)

OF_ORDERS: Mapping[type[Fact], str] = {
    OrderPlaced: "order_placed",
    OrderPaid: "order_paid",
    OrderShipped: "order_shipped",
    OrderDelivered: "order_delivered",
    OrderCancelled: "order_cancelled",
}


def tell_of_orders(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id is None or entry.subject_id is None:
            continue
        told = {"happened_at": entry.occurred_at, "at": timezone.now()}
        if isinstance(entry.fact, ParcelPromised):
            order_notices.tell_of_parcel(entry.subject_id, "parcel_promised", **told)
        else:
            order_notices.tell_of_order(entry.subject_id, OF_ORDERS[type(entry.fact)], **told)


def tell_of_points(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id is None:
            continue
        now = timezone.now()
        news = News(customer_id=entry.customer_id, entry_id=entry.pk, happened_at=entry.occurred_at)
        match entry.fact:
            case PointsEarned(points=points, order_number=number):
                point_notices.tell_of_points(news, points=points, order_number=number, at=now)
            case PointsExpireSoon(points=points, expires_at=expires_at):
                point_notices.tell_of_expiry(news, points=points, expires_at=expires_at, at=now)
            case TierReached(tier_name=name):
                point_notices.tell_of_tier(news, tier_name=name, at=now)
            case GiftGiven(gift_name=name):
                point_notices.tell_of_gift(news, key=entry.source_id, gift_name=name, at=now)


def send_notices_another_way(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id is None:
            continue
        failed = Message.objects.select_related("customer", "account__shop").get(pk=entry.subject_id)
        if retelling.is_ours(failed):
            retelling.tell_another_way(failed, at=entry.recorded_at)
        else:
            notifying.send_another_way(failed, at=entry.recorded_at)
