"""People hear of their orders and parcels, once each, however often a shop tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from crm.messages import notice_texts
from crm.messages.notifying import Notified, notify
from crm.models import Order, Shipment
from crm.purchases import order_links
from crm.words.wording import Money

SOURCE = "notice"
# What happened longer ago is no news: a shop that was cut off tells of it all the same.
NEWS_LASTS = timedelta(days=2)
# A parcel that is later than this is somebody's work by now, not a notice's.
LATE_FOR = timedelta(days=7)
AT_A_TIME = 500


def tell_of_order(order_id: int, notice: str, *, happened_at: datetime, at: datetime) -> Notified | None:
    """`notice`: which step of the order it was. None: nobody is to be told. Locks the customer's row."""
    order = Order.objects.select_related("customer", "shop").get(pk=order_id)
    if order.customer is None or not _is_news(order, happened_at, at):
        return None
    return notify(
        order.customer,
        notice,
        figures=_figures(order),
        source=SOURCE,
        source_id=f"{notice}:{order.pk}",
        at=at,
        shop=order.shop,
    )


def tell_of_parcel(shipment_id: int, notice: str, *, happened_at: datetime, at: datetime) -> Notified | None:
    """Once for each day that is promised for a parcel. None: nobody is to be told. Locks the customer's row."""
    shipment = Shipment.objects.select_related("order__customer", "order__shop").get(pk=shipment_id)
    order = shipment.order
    is_over = bool(shipment.delivered_at or order.cancelled_at or order.delivered_at)
    if order.customer is None or is_over or not _is_news(order, happened_at, at):
        return None
    return notify(
        order.customer,
        notice,
        figures={
            **_figures(order),
            "parcel.day": shipment.promised_on,
            "parcel.carrier": shipment.carrier,
            "parcel.tracking_number": shipment.tracking_number,
        },
        source=SOURCE,
        source_id=f"{notice}:{shipment.pk}:{shipment.promised_on}",
        at=at,
        shop=order.shop,
    )


def tell_of_late_parcels(*, at: datetime) -> int:
    """Whoever waits for a parcel whose day has passed is told before they ask, once for each promised day.

    By the calendar of the shop that promised. Run again, it tells nobody twice. Answers how many messages stand.
    """
    if "parcel_late" not in notice_texts.all_on():
        return 0
    first, last = (at - LATE_FOR).date(), at.date() + timedelta(days=1)
    awaited = Shipment.objects.filter(
        delivered_at=None, promised_on__gte=first, promised_on__lt=last, order__cancelled_at=None
    )
    found = awaited.order_by("promised_on", "pk").values_list("pk", "promised_on", "order__shop__time_zone")
    told = [
        tell_of_parcel(pk, "parcel_late", happened_at=at, at=at)
        for pk, promised_on, clock in found.iterator(AT_A_TIME)
        if promised_on and promised_on < at.astimezone(ZoneInfo(clock)).date()
    ]
    return sum(one is not None and one.message is not None for one in told)


def _is_news(order: Order, happened_at: datetime, at: datetime) -> bool:
    """Whoever stood at the till knows it already, and so does everybody about the past."""
    was_there = order.channel == Order.Channel.STORE
    return not (was_there or order.is_history or happened_at < at - NEWS_LASTS)


def _figures(order: Order) -> Mapping[str, Any]:
    return {
        "order.number": order.number,
        "order.link": f"{settings.PUBLIC_ADDRESS}{order_links.path_of(order)}",
        "order.total": Money(order.goods_amount + order.delivery_amount, order.currency),
        "shop.name": order.shop.name,
    }
