"""Goods that are sold, and those that no longer are: what was sold of them stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set

from crm.connectors.base import Given, ProductGiven, ProductGone
from crm.connectors.landing.news import Landed, News
from crm.models import ConnectorDelivery, ConnectorNews, Shop
from crm.purchases.catalogue import list_product


def land_product(given: ProductGiven, news: News) -> Landed:
    list_product(shop=news.shop, sku=given.sku, told=given.told)
    return Landed(called=given.sku)


def land_withdrawal(given: ProductGone, news: News) -> Landed:
    known = ConnectorNews.objects.get(connection=news.connection, thing=given.thing)
    _withdraw(known, set(known.codes), shop=news.shop)
    called = next(iter(known.codes), "")
    _remember(known, [])
    return Landed(called=called)


def withdraw_dropped(given: Sequence[Given], delivery: ConnectorDelivery) -> None:
    """A product's news names all that it is sold as: what the news before named besides is no longer sold."""
    told: defaultdict[str, list[ProductGiven]] = defaultdict(list)
    for one in given:
        if isinstance(one, ProductGiven):
            told[one.thing].append(one)
    for known in ConnectorNews.objects.filter(connection=delivery.connection, thing__in=told).order_by("pk"):
        its = told[known.thing]
        codes = sorted({one.sku for one in its})
        is_newest = known.as_of <= max(one.as_of or delivery.received_at for one in its)
        if is_newest and codes != known.codes:
            _withdraw(known, set(known.codes) - set(codes), shop=delivery.connection.shop)
            _remember(known, codes)


def _withdraw(known: ConnectorNews, codes: Set[str], *, shop: Shop) -> None:
    """Unless another product of the shop is sold as it."""
    others = ConnectorNews.objects.filter(connection=known.connection_id).exclude(pk=known.pk)
    for sku in sorted(codes):
        if not others.filter(codes__contains=[sku]).exists():
            list_product(shop=shop, sku=sku, told={"is_active": False})


def _remember(known: ConnectorNews, codes: list[str]) -> None:
    known.codes = codes
    known.save(update_fields=["codes"])
