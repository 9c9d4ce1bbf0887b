"""For how much goods are sold, by each of a shop's price lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from crm.models import ListedPrice, PriceList, ShelfItem, Shop
from crm.purchases.shelf.told import OfferTold, PriceTold


def tell_prices(
    shop: Shop, offers: Sequence[OfferTold], items: Mapping[str, ShelfItem], *, as_of: datetime
) -> set[str]:
    """Returns the items of which a price changed."""
    told = {(price.price_list, one.external_id): price for one in offers for price in one.prices}
    if not told:
        return set()
    lists = _lists(shop, told.values())
    standing = {
        (one.price_list_id, one.item_id): one
        for one in ListedPrice.objects.filter(
            price_list__in=lists.values(), item__in=[items[key].pk for _, key in told]
        )
    }
    fresh, changed, touched = [], [], set()
    for (list_id, key), price in told.items():
        price_list, item = lists[list_id], items[key]
        kept = standing.get((price_list.pk, item.pk))
        if kept is None:
            fresh.append(ListedPrice(price_list=price_list, item=item, price=price.price, as_of=as_of))
        elif kept.as_of > as_of:
            continue
        else:
            is_news = kept.price != price.price
            kept.price, kept.as_of = price.price, as_of
            changed.append(kept)
            if not is_news:
                continue
        touched.add(key)
    ListedPrice.objects.bulk_create(fresh)
    ListedPrice.objects.bulk_update(changed, ["price", "as_of"])
    return touched


def _lists(shop: Shop, prices: Iterable[PriceTold]) -> dict[str, PriceList]:
    """By their ids; one that was not told of yet stands without a name until it is."""
    wanted = {price.price_list: price.currency for price in prices}
    known = {one.external_id: one for one in PriceList.objects.filter(shop=shop, external_id__in=wanted)}
    for external_id in sorted(wanted.keys() - known.keys()):
        known[external_id] = PriceList.objects.create(
            shop=shop, external_id=external_id, currency=wanted[external_id] or shop.currency
        )
    return known
