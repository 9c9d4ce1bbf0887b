"""The tiles of a customer's page that crm itself knows. Net revenue, never margin: the cost of goods may be unknown."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.colleagues import own_shops
from crm.customer_page import Tile, Visit
from crm.models import CustomerFigures, Order, Return
from crm.purchases.purchase_rhythm import FEWEST_GAPS, rhythm
from crm.words.wording import money, near, number

YEAR = timedelta(days=365)
ORDERS_LOOKED_AT = 400


def net_revenue_in_a_year(visit: Visit) -> Tile:
    since = visit.at - YEAR
    sold = _sums(_orders(visit).filter(placed_at__gt=since), "goods_amount", sign=1)
    returned = _sums(visit.returns.filter(returned_at__gt=since), "amount", sign=-1)
    nets: defaultdict[str, Decimal] = defaultdict(Decimal)
    counts = {1: 0, -1: 0}
    for currency, sign, count, amount in sold.union(returned, all=True):
        nets[currency] += sign * amount
        counts[sign] += count
    title = _("Net revenue in 12 months")
    if not nets:
        return Tile(title=title, value=_("no orders"), basis=_("Fills with the first order."))
    main, *others = sorted(nets, key=lambda currency: nets[currency], reverse=True)
    basis = [
        _orders_said(counts[1]),
        _returns_said(counts[-1]),
        *(money(nets[other], other) for other in others),
    ]
    return Tile(title=title, value=money(nets[main], main), basis=", ".join(filter(None, basis)))


def purchase_rhythm(visit: Visit) -> Tile:
    moments = list(
        _orders(visit).order_by("-placed_at").values_list("placed_at", flat=True)[:ORDERS_LOOKED_AT]
    )
    days = [timezone.localdate(moment) for moment in moments]
    found = rhythm(days)
    title = _("Rhythm of purchases")
    if found is None:
        text = ngettext(
            "Shows once there are %(needed)s days with purchases; so far there is %(count)s.",
            "Shows once there are %(needed)s days with purchases; so far there are %(count)s.",
            len(set(days)),
        )
        basis = text % {"count": number(len(set(days))), "needed": number(FEWEST_GAPS + 1)}
        return Tile(title=title, value=_("no data yet"), basis=basis)
    basis = _("median; 9 of 10 gaps are no longer than %(longest)s; %(passed)s since the last order") % {
        "longest": _days_said(found.nine_of_ten_days),
        "passed": _days_said(max(0, (visit.today - days[0]).days)),
    }
    return Tile(title=title, value=_days_said(found.median_days), basis=basis)


def last_order(visit: Visit) -> Tile:
    title = _("Last order")
    if not visit.latest_orders:
        return Tile(title=title, value=_("none yet"))
    order = visit.latest_orders[0]
    basis = ", ".join(
        (order.number, money(order.goods_amount + order.delivery_amount, order.currency), order.shop.name)
    )
    return Tile(title=title, value=near(order.placed_at, visit.at), basis=basis)


def returns(visit: Visit) -> Tile | None:
    """Of all shops together: for those who see every shop."""
    if not own_shops.sees_every_shop(visit.reader):
        return None
    figures = getattr(visit.customer, "figures", None) or CustomerFigures()
    title = _("Returns, ever")
    if not figures.returns:
        return Tile(
            title=title, value=_("none"), basis=_orders_said(figures.orders) if figures.orders else ""
        )
    basis = ngettext("of %(count)s order", "of %(count)s orders", figures.orders) % {
        "count": number(figures.orders)
    }
    return Tile(title=title, value=number(figures.returns), basis=basis)


def _orders(visit: Visit) -> QuerySet[Order]:
    return visit.orders.filter(cancelled_at=None)


def _sums(rows: QuerySet[Order] | QuerySet[Return], field: str, *, sign: int) -> QuerySet[Any, Any]:
    """Rows of (currency, sign, how many, what they add up to), so that both kinds are asked for at once."""
    found = rows.order_by().values("currency", sign=Value(sign))
    return found.annotate(many=Count("pk"), total=Sum(field)).values_list("currency", "sign", "many", "total")


def _orders_said(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": number(count)}


def _returns_said(count: int) -> str:
    return (
        ngettext("%(count)s return", "%(count)s returns", count) % {"count": number(count)} if count else ""
    )


def _days_said(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": number(count)}
