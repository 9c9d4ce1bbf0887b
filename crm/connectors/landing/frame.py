"""A delivery lands: all that it tells, or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.connectors.agreeing import connector_of
from crm.connectors.base import (
    CustomerGiven,
    Given,
    OrderGiven,
    OrderGone,
    OrderMoved,
    ProductGiven,
    ProductGone,
    ReturnGiven,
    WishGiven,
)
from crm.connectors.landing import goods, orders, people, returns
from crm.connectors.landing.news import Landed, News, news_of, remember
from crm.connectors.landing.waiting import count_as_whole, put_off, wake
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery


class BodyForgotten(Refusal):
    code = "body-forgotten"
    title = _("What was brought is no longer kept, so it cannot be tried again.")


def land(pk: int, *, at: datetime) -> bool:
    """Make of a kept delivery what it says: all of it, or nothing. False: it did not land, or had landed.

    What cannot be read waits for people; what is refused, or fails otherwise, is tried again after growing pauses and
    then waits for people too: what it lacks may still come. Locks the delivery, then (by transaction-level
    advisory locks) each thing it speaks of.
    """
    try:
        return _land(pk, at=at)
    except Exception as error:  # noqa: BLE001 - whatever was brought must not be lost
        put_off(pk, error, at=at)
        return False


def replay(delivery: ConnectorDelivery, *, at: datetime) -> bool:
    """Try again what failed; what landed whole stays as it is.

    Raises:
        BodyForgotten.
    """
    if not delivery.body:
        raise BodyForgotten
    failed = ConnectorDelivery.objects.failed().filter(pk=delivery.pk)
    failed.update(landed_at=None, next_try_at=at, attempts=0)
    return land(delivery.pk, at=at)


@transaction.atomic
def _land(pk: int, *, at: datetime) -> bool:
    rows = ConnectorDelivery.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    row = rows.select_related("connection__shop", "asked_in").filter(pk=pk, landed_at=None).first()
    if row is None:
        return False
    row.failure_code = row.failure = ""
    given = connector_of(row.connection).read(row.topic, bytes(row.body))
    _lock(row.connection, given)
    for one in given:
        _land_one(one, news_of(row, one, at=at))
    goods.withdraw_dropped(given, row)
    row.landed_at, row.next_try_at, row.waits_for = at, None, ""
    row.save()
    wake(row.connection, given, at=at)
    count_as_whole(row.connection, given)
    return True


def _land_one(given: Given, news: News) -> None:
    """Older news of an order may still name its buyer, or say what happened; other older news is passed over."""
    if not news.is_overtaken or isinstance(given, OrderGiven):
        remember(news, given, _landed(given, news))


def _lock(connection: Connection, given: Sequence[Given]) -> None:
    """Two deliveries about one thing land one after the other; a return is about its order as well."""
    orders = {f"order:{one.order_external_id}" for one in given if isinstance(one, ReturnGiven)}
    names = [f"{connection.pk}:{thing}" for thing in {one.thing for one in given} | orders]
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM (SELECT DISTINCT hashtextextended(name, 7211) AS n"
            " FROM unnest(%s::text[]) AS name ORDER BY n) AS numbers",
            [names],
        )


def _landed(given: Given, news: News) -> Landed:
    match given:
        case CustomerGiven():
            return people.land_customer(given, news)
        case OrderGiven():
            return orders.land_order(given, news)
        case OrderMoved():
            return orders.land_move(given, news)
        case OrderGone():
            return orders.land_deletion(given, news)
        case ReturnGiven():
            return returns.land_return(given, news)
        case ProductGiven():
            return goods.land_product(given, news)
        case ProductGone():
            return goods.land_withdrawal(given, news)
        case WishGiven():
            return people.land_wish(given, news)
