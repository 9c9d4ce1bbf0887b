"""One thing that a delivery tells, and what it became here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database
from django.utils.translation import gettext_lazy as _

from crm.connectors.base import About, Given, OrderGone, OrderMoved, ReturnGiven
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery, Customer, Order, Shop

# However late they are heard, they count.
HAPPENED = (OrderMoved, OrderGone, ReturnGiven)
NEWEST = """
INSERT INTO crm_connectornews AS known (connection_id, thing, as_of, codes) VALUES (%s, %s, %s, '{}')
ON CONFLICT (connection_id, thing) DO UPDATE SET as_of = greatest(known.as_of, excluded.as_of)
RETURNING as_of
"""


class OrderNotHere(Refusal):
    """`thing` names the order that it waits for."""

    code = "order-not-here"
    title = _("The order it speaks of has not arrived yet.")


class ReturnsNotHere(Refusal):
    """`missing` names them: their lines come by themselves, or are asked for."""

    code = "returns-not-here"
    title = _("The order names returns that have not arrived yet. It is whole as soon as they come.")


@dataclass(frozen=True, kw_only=True)
class News:
    """By which delivery a thing came. `as_of`: when it stood so in the shop, as far as it is known; `at`: now.

    `is_overtaken`: newer news of the thing has landed.
    """

    delivery: ConnectorDelivery
    as_of: datetime
    at: datetime
    is_overtaken: bool = False

    @property
    def connection(self) -> Connection:
        return self.delivery.connection

    @property
    def shop(self) -> Shop:
        return self.connection.shop

    @property
    def source(self) -> str:
        return self.connection.source


@dataclass(frozen=True, kw_only=True)
class Landed:
    """What one given thing became. `shortcoming`: it landed, but not whole."""

    customer: Customer | None = None
    called: str = ""
    shortcoming: Refusal | None = None


def news_of(delivery: ConnectorDelivery, given: Given, *, at: datetime) -> News:
    """Notes how new it is, unless it is no state of a thing but something that happened."""
    as_of = given.as_of or delivery.received_at
    if isinstance(given, HAPPENED):
        return News(delivery=delivery, as_of=as_of, at=at)
    newest = _newest(delivery.connection_id, given.thing, as_of)
    return News(delivery=delivery, as_of=as_of, at=at, is_overtaken=newest > as_of)


def _newest(connection_id: int, thing: str, as_of: datetime) -> datetime:
    """When it stood so that what is known of it now did, this news among it."""
    with database.cursor() as cursor:
        cursor.execute(NEWEST, [connection_id, thing, as_of])
        newest: datetime = cursor.fetchone()[0]
    return newest


def remember(news: News, given: About, landed: Landed) -> None:
    """A delivery is shown as being about the first thing it speaks of, and with the first shortcoming of any."""
    row = news.delivery
    if row.thing in ("", given.thing):
        # A deletion does not say when: no news of the order is older for it.
        row.thing, row.as_of = given.thing, given.as_of if isinstance(given, OrderGone) else news.as_of
        row.customer, row.landed_as = landed.customer or row.customer, row.landed_as or landed.called
    if landed.shortcoming and not row.failure_code:
        row.failure_code, row.failure = landed.shortcoming.code, str(landed.shortcoming.title)


def standing_order(shop: Shop, external_id: str) -> Order | None:
    found = Order.objects.filter(shop=shop, external_id=external_id)
    return found.select_related("customer", "shop").first()


def expected_order(shop: Shop, external_id: str) -> Order:
    """Raises OrderNotHere."""
    found = standing_order(shop, external_id)
    if found is None:
        raise OrderNotHere(thing=f"order:{external_id}")
    return found
