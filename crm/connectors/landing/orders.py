"""Orders: placed once, amended by newer news, moved on, and cancelled where the shop deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from crm import abilities
from crm.connectors.base import OrderGiven, OrderGone, OrderMoved
from crm.connectors.landing.news import (
    Landed,
    News,
    ReturnsNotHere,
    expected_order,
    standing_order,
)
from crm.connectors.landing.people import buyer_of, is_another
from crm.errors import LessThanReturned, LineIsComingBack, OrderCurrencyDiffers, Refusal
from crm.models import ConnectorRound, Customer, Order, Return, Shop
from crm.purchases.amending import amend_order
from crm.purchases.naming import BuyerDiffers, name_buyer
from crm.purchases.ordering import advance_order, cancelled_by_then, place_order

OVER = frozenset({"completed", "cancelled"})
LONGEST_UNDER_WAY = timedelta(days=30)


def land_order(given: OrderGiven, news: News) -> Landed:
    standing = standing_order(news.shop, given.external_id)
    if standing is None:
        order, shortcoming = _placed(given, news), None
    else:
        order, shortcoming = _followed(given, standing, news)
    _advance(order, given.moments, news)
    if missing := missing_returns(given, news.shop):
        shortcoming = shortcoming or ReturnsNotHere(missing=missing)
    return Landed(customer=order.customer, called=order.number, shortcoming=shortcoming)


def land_move(given: OrderMoved, news: News) -> Landed:
    order = expected_order(news.shop, given.external_id)
    _advance(order, given.moments, news)
    return Landed(customer=order.customer, called=order.number)


def land_deletion(given: OrderGone, news: News) -> Landed:
    order = expected_order(news.shop, given.external_id)
    _advance(order, {"cancelled": news.as_of}, news)
    return Landed(customer=order.customer, called=order.number)


def missing_returns(given: OrderGiven, shop: Shop) -> list[str]:
    """The returns that it names and that are not here."""
    if not given.returns_named:
        return []
    here = Return.objects.filter(shop=shop, external_id__in=given.returns_named)
    return sorted(given.returns_named - set(here.values_list("external_id", flat=True)))


def _placed(given: OrderGiven, news: News) -> Order:
    return place_order(
        shop=news.shop,
        external_id=given.external_id,
        number=given.number,
        lines=given.lines,
        placed_at=given.placed_at,
        customer=_buyer(given, news),
        currency=given.currency,
        delivery_amount=given.delivery_amount,
        moments=given.moments,
        is_history=_is_past(given, news),
        settle=(lambda order: _use_codes(order, given, news)) if given.codes else None,
        source=news.source,
        at=news.at,
    )


def _buyer(given: OrderGiven, news: News) -> Customer | None:
    """Whom the order names; of one that names nobody, whoever pays it with points."""
    named = buyer_of(given.person, news)
    if named or not given.codes:
        return named
    return abilities.whose_codes()(given.codes, shop=news.shop)


def _is_past(given: OrderGiven, news: News) -> bool:
    """Of the shop's past, asked for when it was connected: nobody hears of it as if it happened now.

    What is still under way then is no past.
    """
    asked_in = news.delivery.asked_in
    if asked_in is None or asked_in.purpose != ConnectorRound.Purpose.BACK_FILL:
        return False
    connected_at = news.connection.created_at
    is_over = not OVER.isdisjoint(given.moments) or given.placed_at < connected_at - LONGEST_UNDER_WAY
    return is_over and given.placed_at < connected_at


def _followed(given: OrderGiven, standing: Order, news: News) -> tuple[Order, Refusal | None]:
    """An order that stands already. Older news of it may name its buyer, and changes nothing else."""
    named, misnamed = _named(given, standing, news)
    if news.is_overtaken:
        return named, None
    amended, refused = _amended(given, named, news)
    return amended, refused or misnamed


def _named(given: OrderGiven, standing: Order, news: News) -> tuple[Order, Refusal | None]:
    """Whose it is, as soon as any news says so. Whoever was erased stays erased, whoever is named then."""
    if standing.customer is None:
        buyer = _buyer(given, news)
        if buyer is None:
            return standing, None
        return name_buyer(standing, customer=buyer, source=news.source, at=news.at), None
    if standing.customer.erased_at or not is_another(given.person, standing.customer, news):
        return standing, None
    return standing, BuyerDiffers()


def _amended(given: OrderGiven, standing: Order, news: News) -> tuple[Order, Refusal | None]:
    """The order as the newest news has it. What is refused leaves it as it stands, and is said."""
    try:
        amended = amend_order(
            standing,
            lines=given.lines,
            delivery_amount=given.delivery_amount,
            number=given.number,
            currency=given.currency,
            as_of=news.as_of,
            source=news.source,
            at=news.at,
        )
    except (LessThanReturned, LineIsComingBack, OrderCurrencyDiffers) as refused:
        return standing, refused
    if given.codes:
        _use_codes(amended, given, news)
    return amended, None


def _use_codes(order: Order, given: OrderGiven, news: News) -> None:
    abilities.use_codes()(order, codes=given.codes, source=news.source, at=news.at)


def _advance(order: Order, moments: Mapping[str, datetime], news: News) -> None:
    for moment, occurred_at in moments.items():
        advance_order(order, moment=moment, occurred_at=occurred_at, source=news.source, at=news.at)
    if "cancelled" in moments:
        cancelled_by_then(order, occurred_at=moments["cancelled"])
