from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Order, Shipment
from crm.purchases import order_links
from crm.purchases.order_progress import Progress
from crm.words.spoken_words import Dictionary
from support.bot.tools.base import Tool, Wanted

MOST_SAID = 3
RECENT = timedelta(days=60)
OVER = (Progress.COMPLETED, Progress.CANCELLED, Progress.DELIVERED)
# As shops write the numbers of their orders: a digit is in it, and at least four signs.
_NUMBER = re.compile(r"(?=[^\s]*\d)[^\W_][\w/.-]{2,30}[^\W_]")


class OrderStatus(Tool):
    """How far an order has come: the one whose number was said, else those that are on their way."""

    name = "order-status"
    label = gettext_lazy("Where my order is")
    asks = (
        Dictionary("заказ* посылк* пратк* поръчк* доставк* parcel package order orders delivery shipment"),
        Dictionary(
            """
            где когда статус* дойдет придет приедет привезут доехал* отследить идет едет ждать отправил* отправлен*
            находится дошел дошла пришел пришла пришло вышел летит
            къде кога статус* пристига пристигне пристигнала дойде идва тръгна тръгнала изпрат* стигна стигнала чакам
            чакаме движи проследя докъде пътува
            where when status arrive arrives arrived coming track shipped
            """
        ),
    )
    unless = Dictionary(
        """
        возврат* вернуть верну отменить отмена изменить поменять стоит стоимость сколько цена бесплатн* оформить сделать
        връщ* върн* откаж* отказ* промен* сменя струва колко цена безплатн* направя
        return refund cancel change cost much free place балл* точк* points
        """
    )

    covers = frozenset("track late delivery lack pickup contact pay".split())

    def is_own(self, text: str) -> bool:
        return bool(_numbers_in(text)) or super().is_own(text)

    def answer(self, wanted: Wanted) -> str:
        orders = list(_named(wanted) if _numbers_in(wanted.text) else _latest(wanted))
        return "\n\n".join(_told(order, timezone.localdate(wanted.at)) for order in orders)


def _numbers_in(text: str) -> Sequence[str]:
    return [found.group() for found in _NUMBER.finditer(text)]


def _theirs(wanted: Wanted) -> QuerySet[Order]:
    parcels = Prefetch("shipments", Shipment.objects.order_by("pk"))
    return Order.objects.filter(customer__in=wanted.ids).prefetch_related(parcels).order_by("-placed_at")


def _named(wanted: Wanted) -> QuerySet[Order]:
    """Of a number that is somebody else's, nothing is said."""
    numbers = _numbers_in(wanted.text)
    spellings = {spelling for number in numbers for spelling in (number, number.upper(), number.lower())}
    return _theirs(wanted).filter(number__in=spellings)[:MOST_SAID]


def _latest(wanted: Wanted) -> QuerySet[Order]:
    recent = _theirs(wanted).filter(placed_at__gt=wanted.at - RECENT)
    under_way = recent.exclude(progress__in=OVER)[:MOST_SAID]
    return under_way if under_way else _theirs(wanted)[:1]


def _told(order: Order, today: date) -> str:
    link = f"{settings.PUBLIC_ADDRESS}{order_links.path_of(order)}"
    said = [
        _state(order),
        *(_parcel(parcel, today) for parcel in order.shipments.all() if not parcel.delivered_at),
    ]
    return "\n".join([*(line for line in said if line), link])


def _state(order: Order) -> str:
    sentence = {
        Progress.PLACED: _("Order {number} has been placed; it is not paid yet."),
        Progress.PAID: _("Order {number} is paid and is being packed."),
        Progress.SHIPPED: _("Order {number} is on its way."),
        Progress.DELIVERED: _("Order {number} was delivered on {day}."),
        Progress.COMPLETED: _("Order {number} is completed."),
        Progress.CANCELLED: _("Order {number} was cancelled."),
    }[Progress(order.progress)]
    moment = order.delivered_at
    return sentence.format(
        number=order.number,
        day=formats.date_format(timezone.localdate(moment), "MONTH_DAY_FORMAT") if moment else "",
    )


def _parcel(parcel: Shipment, today: date) -> str:
    if parcel.promised_on is None or parcel.order.progress == Progress.CANCELLED:
        return ""
    day = formats.date_format(parcel.promised_on, "MONTH_DAY_FORMAT")
    if parcel.is_overdue(today):
        return _("It was promised for {day} and is late: we are sorry.").format(day=day)
    return _("It is promised for {day}.").format(day=day)
