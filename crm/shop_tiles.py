"""How the shops compare in what they sell: the figures of the dashboard's page of shops that crm itself knows."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.colleagues import own_shops
from crm.dashboards.charts import DotChart, Dotted, Funnel, Stage, dots, funnel, unit_of
from crm.dashboards.dashboard import Figure, Question, Table, Words, edges_with_before
from crm.dashboards.sales import Amount
from crm.dashboards.tile_words import change_said, in_units, plainly, signed_money, signed_number, whole_money
from crm.dashboards.ways import to_orders
from crm.measures.intervals import FEWEST, Interval, Sum, Z
from crm.models import Shop
from crm.rollups import reading
from crm.words.wording import money, number, percent

HEEDS = frozenset({"shop", "segment", "tier", "channel"})
Sales = Mapping[tuple[str, str, str], Amount]
"""(shop, measure, currency) → what it comes to."""


def shops_seen(question: Question) -> dict[str, str]:
    """Id, as text → name: of the shops that this reader sees and the page is about, by their names."""
    shops = own_shops.seen_by(question.reader, Shop.objects.order_by("name", "pk"), shop="pk")
    if question.narrowed.shop:
        shops = shops.filter(pk=question.narrowed.shop)
    return {str(pk): name for pk, name in shops.values_list("pk", "name")}


def revenue_by_shop(question: Question) -> Figure | None:
    """By currency, never added up. Shops stand by their names: what sells more is not better."""
    shops, now, before = _read(question)
    rows = [
        (name, currency, _net(now, shop, currency), _net(before, shop, currency))
        for shop, name in shops.items()
        for currency in sorted({its for key, _measure, its in (*now, *before) if key == shop})
    ]
    if not rows:
        return None
    changes = [_change(net, earlier, currency) for _name, currency, net, earlier in rows]
    return Figure(
        title=_("Net revenue by shop"),
        value="",
        basis=_("Of each shop, with its 95 % interval; shops are not ranked."),
        chart=_revenue_chart(rows),
        table=Table(
            head=(_("Shop"), _("Orders"), _("Net revenue"), _("Compared with"), _("Change")),
            rows=[
                (name, number(net.count), money(net.total, currency), money(earlier.total, currency), change)
                for (name, currency, net, earlier), change in zip(rows, changes, strict=True)
            ],
        ),
        heeds=HEEDS,
        behind=to_orders(question),
        definition=(
            _("Goods sold in the period at the price paid, less refunds given in it. Delivery is left out."),
            _("The interval says how far chance alone moves the sum of so many orders of such sizes."),
            _("Under 30 orders there is no dot: the table tells their sum."),
        ),
    )


def orders_by_shop(question: Question) -> Figure | None:
    shops, now, before = _read(question)
    counts = {shop: _orders(now, shop) for shop in shops}
    earlier = {shop: _orders(before, shop) for shop in shops}
    whole = sum(counts.values())
    if not whole and not any(earlier.values()):
        return None
    return Figure(
        title=_("Orders by shop"),
        value="",
        basis=ngettext("%(count)s order in all", "%(count)s orders in all", whole) % {"count": number(whole)},
        chart=_orders_chart({shops[shop]: count for shop, count in counts.items()}, whole),
        table=Table(
            head=(_("Shop"), _("Orders"), _("Compared with"), _("Change")),
            rows=[
                (
                    name,
                    number(counts[shop]),
                    number(earlier[shop]),
                    change_said(
                        Sum.of_ones(counts[shop]).against(Sum.of_ones(earlier[shop])), signed_number
                    ).words,
                )
                for shop, name in shops.items()
            ],
        ),
        heeds=HEEDS,
        behind=to_orders(question),
        definition=(
            _("Orders placed in the period, with or without a known customer."),
            _("Cancelled orders do not count."),
        ),
    )


def _revenue_chart(rows: list[tuple[str, str, Amount, Amount]]) -> DotChart | None:
    """Of the currency with most orders alone: dots of two cannot stand on one axis."""
    orders: dict[str, int] = {}
    for _name, currency, net, _earlier in rows:
        orders[currency] = orders.get(currency, 0) + net.count
    main = max(orders, key=lambda currency: (orders[currency], currency))
    its = [(name, net, earlier) for name, currency, net, earlier in rows if currency == main]
    if len(its) < 2:
        return None
    unit = unit_of(float(net.total) for _name, net, _earlier in its)
    return dots(
        name=_("Net revenue in %(currency)s, by shop") % {"currency": main},
        rows=[_dotted(name, net, earlier, main, unit) for name, net, earlier in its],
        say=plainly,
        legend=(_("now, with its 95 % interval"), pgettext("a figure", "before")),
        caption=in_units(main, unit),
    )


def _dotted(name: str, net: Amount, earlier: Amount, currency: str, unit: int) -> Dotted:
    if net.count < FEWEST:
        return Dotted(label=name, words=money(net.total, currency))
    value, reach = float(net.total), Z * net.squares**0.5
    return Dotted(
        label=name,
        words=whole_money(net.total, currency),
        value=value / unit,
        interval=Interval((value - reach) / unit, (value + reach) / unit),
        before=float(earlier.total) / unit if earlier.count >= FEWEST else None,
    )


def _orders_chart(counts: Mapping[str, int], whole: int) -> Funnel | None:
    if whole < FEWEST or len(counts) < 2:
        return None
    return funnel(
        name=_("Orders by shop"),
        stages=[
            Stage(name, count, f"{number(count)} · {percent(count / whole, whole)}")
            for name, count in counts.items()
        ],
    )


def _change(net: Amount, earlier: Amount, currency: str) -> Words:
    found = net.as_sum.against(earlier.as_sum)
    return change_said(found, lambda value: signed_money(value, currency)).words


def _net(sales: Sales, shop: str, currency: str) -> Amount:
    nothing = Amount()
    sold = sales.get((shop, "sold", currency), nothing)
    return sold.less(sales.get((shop, "refunded", currency), nothing))


def _orders(sales: Sales, shop: str) -> int:
    return sum(
        its.count for (key, measure, _currency), its in sales.items() if (key, measure) == (shop, "sold")
    )


_READ: WeakKeyDictionary[Question, tuple[dict[str, str], Sales, Sales]] = WeakKeyDictionary()


def _read(question: Question) -> tuple[dict[str, str], Sales, Sales]:
    """Shops, and their sales now and in the time compared with: read once for a question, and gone with it."""
    if question not in _READ:
        now: dict[tuple[str, str, str], Amount] = {}
        before: dict[tuple[str, str, str], Amount] = {}
        moments, first = edges_with_before(question.period)
        found = reading.parts("sales", moments, by="shop", narrowed=question.narrowed)
        for (step, shop, measure, currency), amount in found.items():
            its = (shop, measure, currency)
            if step >= first:
                now[its] = now.get(its, Amount()) + amount
            elif step == 0:
                before[its] = amount
        _READ[question] = shops_seen(question), now, before
    return _READ[question]
