"""What connections brought becomes customers, orders, returns and goods, in whatever order the news comes.

Older news never overwrites newer: the inbox remembers how new each thing was that landed. What speaks of an order that
is not there yet waits for it. What cannot be read, or is refused, stays with its reason; nothing is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.connectors import wishes
from crm.connectors.agreeing import connector_of
from crm.connectors.base import (
    About,
    CustomerGiven,
    Given,
    OrderGiven,
    OrderGone,
    OrderMoved,
    PersonGiven,
    ProductGiven,
    ProductGone,
    ReturnGiven,
    Unreadable,
    WishGiven,
)
from crm.errors import (
    LessThanReturned,
    LineIsComingBack,
    MoreReturnedThanBought,
    OrderCurrencyDiffers,
    PersonErased,
    RefundExceedsLine,
    Refusal,
    UnknownLine,
)
from crm.models import Connection, ConnectorDelivery, ConnectorRound, Customer, Order, Return, Shop
from crm.people.customers import enrol
from crm.people.identification import Hint, identify, sign_of
from crm.purchases.amending import amend_order
from crm.purchases.catalogue import list_product
from crm.purchases.crediting import give_money_back
from crm.purchases.ordering import advance_order, place_order
from crm.purchases.returning import LineReturned, register_return
from crm.reactions import describe, next_try

log = logging.getLogger(__name__)

OVER = frozenset({"completed", "cancelled"})
LONGEST_UNDER_WAY = timedelta(days=30)


class OrderNotHere(Refusal):
    """`thing` names the order that it waits for."""

    code = "order-not-here"
    title = _("The order it speaks of has not arrived yet.")


class ReturnsNotHere(Refusal):
    """`missing` names them: their lines come by themselves, or are asked for."""

    code = "returns-not-here"
    title = _("The order names returns that have not arrived yet. It is whole as soon as they come.")


class BodyForgotten(Refusal):
    code = "body-forgotten"
    title = _("What was brought is no longer kept, so it cannot be tried again.")


@dataclass(frozen=True, kw_only=True)
class Landed:
    """What one given thing became. `shortcoming`: it landed, but not whole."""

    customer: Customer | None = None
    called: str = ""
    shortcoming: Refusal | None = None


def land(pk: int, *, at: datetime) -> bool:
    """Make of a kept delivery what it says: all of it, or nothing. False: it did not land, or had landed.

    What cannot be read waits for people; what is refused, or fails otherwise, is tried again after growing pauses and
    then waits for people too: what it lacks may still come. Locks the delivery, then (a transaction-level advisory
    lock) each thing it speaks of.
    """
    try:
        return _land(pk, at=at)
    except Exception as error:  # noqa: BLE001 - whatever was brought must not be lost
        _put_off(pk, error, at=at)
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
    for one in given:
        _land_one(row, one, at=at)
    row.landed_at, row.next_try_at, row.waits_for = at, None, ""
    row.save()
    _wake(row.connection, given, at=at)
    _count_as_whole(row.connection, given)
    return True


def _land_one(row: ConnectorDelivery, given: Given, *, at: datetime) -> None:
    _lock(row.connection, given)
    as_of = given.as_of or row.received_at
    if _is_older(row, given, as_of=as_of):
        return
    landed = _made(row, given, at=at)
    # A delivery is about the first thing it speaks of: what else it brings (an order's returns) is told once.
    if not row.thing:
        # A deletion does not say when: no news of the order is older for it.
        row.thing, row.as_of = given.thing, given.as_of if isinstance(given, OrderGone) else as_of
        row.customer, row.landed_as = landed.customer, landed.called
        short = landed.shortcoming
        if short:
            row.failure_code, row.failure = short.code, str(short.title)


def _lock(connection: Connection, given: About) -> None:
    """Two deliveries about one thing land one after the other."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7211))", [f"{connection.pk}:{given.thing}"]
        )


def _is_older(row: ConnectorDelivery, given: Given, *, as_of: datetime) -> bool:
    """What happened to an order is noted however late it is heard; returns are told once."""
    if isinstance(given, OrderGiven | OrderMoved | OrderGone | ReturnGiven):
        return False
    return _newer_landed(row, given, as_of=as_of)


def _newer_landed(row: ConnectorDelivery, given: About, *, as_of: datetime) -> bool:
    newer = ConnectorDelivery.objects.filter(
        connection=row.connection, thing=given.thing, as_of__gt=as_of, landed_at__isnull=False
    )
    return newer.exclude(pk=row.pk).exists()


def _made(row: ConnectorDelivery, given: Given, *, at: datetime) -> Landed:
    shop, source = row.connection.shop, row.connection.source
    match given:
        case CustomerGiven():
            return _customer(given, shop=shop, source=source, at=at)
        case OrderGiven():
            return _order(row, given, shop=shop, source=source, at=at)
        case OrderMoved():
            return _move(given, shop=shop, source=source, at=at)
        case OrderGone():
            return _cancel(row, given, shop=shop, source=source, at=at)
        case ReturnGiven():
            return _return(given, shop=shop, source=source, at=at)
        case ProductGiven():
            list_product(shop=shop, sku=given.sku, told=given.told)
            return Landed(called=given.sku)
        case ProductGone():
            return _withdraw(row, given, shop=shop)
        case WishGiven():
            hints = _readable(given.person.hints, shop=shop)
            return Landed(customer=wishes.pass_on(row.connection, given, hints=hints, at=at))


def _customer(given: CustomerGiven, *, shop: Shop, source: str, at: datetime) -> Landed:
    try:
        hints = _readable(given.person.hints, shop=shop)
        enrolled = enrol(shop=shop, hints=hints, details=given.person.details, source=source, at=at)
    except PersonErased:
        return Landed()  # nobody comes back unasked
    return Landed(customer=enrolled.customer)


def _order(row: ConnectorDelivery, given: OrderGiven, *, shop: Shop, source: str, at: datetime) -> Landed:
    standing = _standing(shop, given.external_id)
    if standing is None:
        buyer = _buyer(given.person, shop=shop, source=source, at=at)
        order, shortcoming = _placed(row, given, shop=shop, buyer=buyer, source=source, at=at), None
    else:
        order, shortcoming = _amended(row, given, standing, source=source, at=at)
    for moment, occurred_at in given.moments.items():
        advance_order(order, moment=moment, occurred_at=occurred_at, source=source, at=at)
    if missing := _missing(given, shop):
        shortcoming = shortcoming or ReturnsNotHere(missing=missing)
    return Landed(customer=order.customer, called=order.number, shortcoming=shortcoming)


def _missing(given: OrderGiven, shop: Shop) -> list[str]:
    """The returns that it names and that are not here."""
    if not given.returns_named:
        return []
    here = Return.objects.filter(shop=shop, external_id__in=given.returns_named)
    return sorted(given.returns_named - set(here.values_list("external_id", flat=True)))


def _placed(
    row: ConnectorDelivery,
    given: OrderGiven,
    *,
    shop: Shop,
    buyer: Customer | None,
    source: str,
    at: datetime,
) -> Order:
    return place_order(
        shop=shop,
        external_id=given.external_id,
        number=given.number,
        lines=given.lines,
        placed_at=given.placed_at,
        customer=buyer,
        currency=given.currency,
        delivery_amount=given.delivery_amount,
        moments=given.moments,
        is_history=_is_past(row, given),
        source=source,
        at=at,
    )


def _is_past(row: ConnectorDelivery, given: OrderGiven) -> bool:
    """Of the shop's past, asked for when it was connected: nobody hears of it as if it happened now.

    What is still under way then is no past.
    """
    if row.asked_in is None or row.asked_in.purpose != ConnectorRound.Purpose.BACK_FILL:
        return False
    connected_at = row.connection.created_at
    is_over = not OVER.isdisjoint(given.moments) or given.placed_at < connected_at - LONGEST_UNDER_WAY
    return is_over and given.placed_at < connected_at


def _amended(
    row: ConnectorDelivery, given: OrderGiven, standing: Order, *, source: str, at: datetime
) -> tuple[Order, Refusal | None]:
    """The order as the newest news has it. What is refused leaves it as it stands, and is said."""
    as_of = given.as_of or row.received_at
    if _newer_landed(row, given, as_of=as_of):
        return standing, None
    try:
        amended = amend_order(
            standing,
            lines=given.lines,
            delivery_amount=given.delivery_amount,
            number=given.number,
            currency=given.currency,
            as_of=as_of,
            source=source,
            at=at,
        )
    except (LessThanReturned, LineIsComingBack, OrderCurrencyDiffers) as refused:
        return standing, refused
    return amended, None


def _buyer(person: PersonGiven | None, *, shop: Shop, source: str, at: datetime) -> Customer | None:
    """Whoever is known keeps the details that they have: a customer's own news is told apart from their orders'."""
    if person is None:
        return None
    hints = _readable(person.hints, shop=shop)
    known = identify(hints, shop=shop).customer
    if known:
        return known if known.erased_at is None else None
    try:
        return enrol(shop=shop, hints=hints, details=person.details, source=source, at=at).customer
    except PersonErased:
        return None  # the sale is kept, and nobody comes back by it unasked


def _readable(hints: Sequence[Hint], *, shop: Shop) -> list[Hint]:
    return [hint for hint in hints if _can_be_read(hint, shop)]


def _can_be_read(hint: Hint, shop: Shop) -> bool:
    try:
        sign_of(hint, shop)
    except ValueError:
        return False
    return True


def _standing(shop: Shop, external_id: str) -> Order | None:
    found = Order.objects.filter(shop=shop, external_id=external_id)
    return found.select_related("customer", "shop").first()


def _expected(shop: Shop, external_id: str) -> Order:
    """Raises OrderNotHere."""
    found = _standing(shop, external_id)
    if found is None:
        raise OrderNotHere(thing=f"order:{external_id}")
    return found


def _move(given: OrderMoved, *, shop: Shop, source: str, at: datetime) -> Landed:
    order = _expected(shop, given.external_id)
    for moment, occurred_at in given.moments.items():
        advance_order(order, moment=moment, occurred_at=occurred_at, source=source, at=at)
    return Landed(customer=order.customer, called=order.number)


def _cancel(row: ConnectorDelivery, given: OrderGone, *, shop: Shop, source: str, at: datetime) -> Landed:
    order = _expected(shop, given.external_id)
    occurred_at = given.as_of or row.received_at
    advance_order(order, moment="cancelled", occurred_at=occurred_at, source=source, at=at)
    return Landed(customer=order.customer, called=order.number)


def _return(given: ReturnGiven, *, shop: Shop, source: str, at: datetime) -> Landed:
    order = _expected(shop, given.order_external_id)
    told = Return.objects.filter(shop=shop, external_id=given.external_id).first()
    if told and (given.money is not None or (not given.lines and not _is_money(told))):
        # What was told with its lines says more than that all of it came back, or for how much.
        return Landed(customer=order.customer, called=told.number)
    is_forgotten = order.customer is not None and order.customer.erased_at is not None
    kept_as: Any = {
        "external_id": given.external_id,
        "reason": "" if is_forgotten else given.reason,
        "source": source,
        "at": at,
    }
    lines = given.lines or _all_that_is_left(order)
    if given.money is not None and given.money < order.goods_amount + order.delivery_amount:
        kept = give_money_back(order, amount=given.money, given_at=given.returned_at, **kept_as)
        return Landed(customer=order.customer, called=kept.number)
    if told and not given.lines:
        # The money was told of before it was known that all of the goods came back for it.
        kept_as["external_id"] += "-goods"
        lines = [replace(line, amount=Decimal(0)) for line in lines]
    try:
        kept = register_return(order, lines=lines, returned_at=given.returned_at, **kept_as)
    except (UnknownLine, MoreReturnedThanBought, RefundExceedsLine) as refused:
        # Perhaps the order was changed in the shop before, and that is still to be heard.
        refused.figures["thing"] = f"order:{given.order_external_id}"
        raise
    return Landed(customer=order.customer, called=kept.number)


def _is_money(told: Return) -> bool:
    return not told.lines.exclude(order_line=None).exists()


def _all_that_is_left(order: Order) -> list[LineReturned]:
    return [
        LineReturned(line=line.external_id, quantity=line.quantity_left)
        for line in order.lines.all()
        if line.quantity_left
    ]


def _withdraw(row: ConnectorDelivery, given: ProductGone, *, shop: Shop) -> Landed:
    """No longer sold; what was sold of it stays."""
    about = ConnectorDelivery.objects.filter(
        connection=row.connection, thing=given.thing, landed_at__isnull=False
    )
    last = about.exclude(landed_as="").order_by("-as_of", "-pk").first()
    if last is None:
        return Landed()
    for sku in _codes_of(last, connection=row.connection):
        list_product(shop=shop, sku=sku, told={"is_active": False})
    return Landed(called=last.landed_as)


def _codes_of(row: ConnectorDelivery, *, connection: Connection) -> list[str]:
    """Goods of several variants have as many codes; once the body is forgotten, the first alone is known."""
    if not row.body:
        return [row.landed_as]
    given = connector_of(connection).read(row.topic, bytes(row.body))
    return [one.sku for one in given if isinstance(one, ProductGiven)]


def _wake(connection: Connection, given: Sequence[Given], *, at: datetime) -> None:
    """Those that waited for what has landed now."""
    things = [one.thing for one in given if isinstance(one, OrderGiven)]
    waiting = ConnectorDelivery.objects.filter(connection=connection, waits_for__in=things, landed_at=None)
    waiting.update(next_try_at=at, attempts=0)


def _count_as_whole(connection: Connection, given: Sequence[Given]) -> None:
    """Orders that lacked only returns which have come now."""
    things = {f"order:{one.order_external_id}" for one in given if isinstance(one, ReturnGiven)}
    if not things:
        return
    short = ConnectorDelivery.objects.filter(
        connection=connection, thing__in=things, failure_code=ReturnsNotHere.code
    )
    for row in short:
        told = connector_of(connection).read(row.topic, bytes(row.body)) if row.body else ()
        if not any(_missing(one, connection.shop) for one in told if isinstance(one, OrderGiven)):
            row.failure_code = row.failure = ""
            row.save(update_fields=["failure_code", "failure"])


def _put_off(pk: int, error: Exception, *, at: datetime) -> None:
    row = ConnectorDelivery.objects.filter(pk=pk, landed_at=None).first()
    if row is None:
        return
    row.attempts += 1
    row.next_try_at = next_try(row.attempts, at)
    if isinstance(error, Refusal):
        row.failure_code, row.failure = error.code, str(error.title)
        row.waits_for = str(error.figures.get("thing", ""))
        if isinstance(error, Unreadable):
            row.next_try_at = None
    else:
        row.failure_code, row.failure = "failed", describe(error)
    log.warning("delivery did not land", extra={"delivery": pk, "error": type(error).__name__})
    row.save()
