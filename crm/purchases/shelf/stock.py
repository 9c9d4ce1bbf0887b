"""How much of the goods stands in each of a shop's warehouses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from crm.models import ItemStock, ShelfItem, Shop, Warehouse
from crm.purchases.shelf.told import OfferTold


def tell_stock(
    shop: Shop, offers: Sequence[OfferTold], items: Mapping[str, ShelfItem], *, as_of: datetime
) -> set[str]:
    """Returns the items of which the stock changed. What an offer tells is all of an item's stock."""
    told = {items[one.external_id].pk: one for one in offers if one.stock}
    if not told:
        return set()
    houses = _houses(shop, {stock.warehouse for one in told.values() for stock in one.stock})
    standing: dict[int, dict[int, ItemStock]] = defaultdict(dict)
    for row in ItemStock.objects.filter(item__in=told):
        standing[row.item_id][row.warehouse_id] = row
    fresh: list[ItemStock] = []
    changed: list[ItemStock] = []
    gone: list[int] = []
    touched = set()
    for pk, one in told.items():
        rows = standing[pk]
        if any(row.as_of > as_of for row in rows.values()):
            continue
        counted = {houses[stock.warehouse]: stock.quantity for stock in one.stock}
        new = [house for house in counted if house not in rows]
        # Whatever an older statement said of other warehouses is not true any more.
        old = [row.pk for house, row in rows.items() if house not in counted and row.as_of < as_of]
        fresh += [
            ItemStock(warehouse_id=house, item_id=pk, quantity=counted[house], as_of=as_of) for house in new
        ]
        gone += old
        if _recount(rows, counted, as_of=as_of, changed=changed) or new or old:
            touched.add(one.external_id)
    ItemStock.objects.filter(pk__in=gone).delete()
    ItemStock.objects.bulk_create(fresh)
    ItemStock.objects.bulk_update(changed, ["quantity", "as_of"])
    return touched


def _recount(
    rows: Mapping[int, ItemStock],
    counted: Mapping[int, Decimal],
    *,
    as_of: datetime,
    changed: list[ItemStock],
) -> bool:
    """Is any of it news?"""
    is_news = False
    for house in rows.keys() & counted.keys():
        row, quantity = rows[house], counted[house]
        is_news = is_news or row.quantity != quantity
        row.quantity, row.as_of = quantity, as_of
        changed.append(row)
    return is_news


def _houses(shop: Shop, wanted: Collection[str]) -> dict[str, int]:
    known = dict(Warehouse.objects.filter(shop=shop, external_id__in=wanted).values_list("external_id", "pk"))
    for external_id in sorted(set(wanted) - known.keys()):
        known[external_id] = Warehouse.objects.create(shop=shop, external_id=external_id).pk
    return known
