"""The catalogue is made of what stands: products and offerings, in steps that can be taken up again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction

from crm.models import Category, GoodsGroup, ItemStock, ListedPrice, PriceList, Product, ShelfItem, Shop
from crm.purchases.catalogue import list_products
from crm.purchases.ordering import round_half_up
from crm.purchases.shelf.told import code_of
from crm.purchases.shelf.turns import take_turn

SETTLED_AT_ONCE = 500
LARGEST_STOCK = 2**31 - 1
RETAIL = ("рознич", "retail", "дребно")


@transaction.atomic
def settle(*, shop: Shop, at: datetime) -> bool:
    """Make the catalogue of some items that it has not heard of yet. False: it has heard of all of them.

    Idempotent. Locks the shop's shelf, then products and offerings.
    """
    take_turn(shop)
    waiting = list(
        ShelfItem.objects.filter(shop=shop, unsettled_since__isnull=False)
        .select_related("product")
        .order_by("pk")[:SETTLED_AT_ONCE]
    )
    if not waiting:
        return False
    _settle(shop, waiting, at=at)
    return True


def _settle(shop: Shop, waiting: Sequence[ShelfItem], *, at: datetime) -> None:
    bases = _bases(shop, waiting)
    ready = [item for item in waiting if _is_told(item, bases)]
    by_code = _by_code(shop, ready, bases)
    every = [item for items in by_code.values() for item in items]
    prices, stock = _retail_prices(shop, every), _stock_of(every)
    categories = _categories(shop, {_base(items[0], bases).group for items in by_code.values()})
    told = {
        code: {
            "name": items[0].name or code,
            "brand": items[0].brand or _base(items[0], bases).brand,
            "barcode": items[0].barcode,
            "category": categories.get(_base(items[0], bases).group),
            "is_active": any(_is_sold(item, bases) for item in items),
            **_offer(items, prices, stock),
        }
        for code, items in by_code.items()
    }
    products = list_products(shop=shop, told=told, at=at)
    moved = []
    for code, items in by_code.items():
        for item in items:
            if item.product_id != products[code].pk:
                item.product = products[code]
                moved.append(item)
    ShelfItem.objects.bulk_update(moved, ["product"])
    ShelfItem.objects.filter(pk__in=[item.pk for item in waiting]).update(unsettled_since=None)


def _bases(shop: Shop, items: Iterable[ShelfItem]) -> dict[str, ShelfItem]:
    """What the variants among them are variants of."""
    wanted = {item.variant_of for item in items if item.variant_of}
    found = ShelfItem.objects.filter(shop=shop, external_id__in=wanted)
    return {item.external_id: item for item in found}


def _base(item: ShelfItem, bases: Mapping[str, ShelfItem]) -> ShelfItem:
    return bases.get(item.variant_of, item)


def _is_told(item: ShelfItem, bases: Mapping[str, ShelfItem]) -> bool:
    """Prices alone do not say what they are of; a variant is named after what it is a variant of."""
    if item.variant_of and item.variant_of not in bases:
        return False
    return bool(item.details_as_of and _base(item, bases).details_as_of)


def _is_sold(item: ShelfItem, bases: Mapping[str, ShelfItem]) -> bool:
    return item.withdrawn_at is None and _base(item, bases).withdrawn_at is None


def _by_code(
    shop: Shop, ready: Sequence[ShelfItem], bases: Mapping[str, ShelfItem]
) -> dict[str, list[ShelfItem]]:
    """The items that the catalogue knows by each code, the one that was told with the least id first."""
    codes = {item.pk: code_of(item.external_id, _base(item, bases).article) for item in ready}
    _rename(shop, ready, codes)
    found: dict[str, list[ShelfItem]] = {code: [] for code in codes.values()}
    for item in ready:
        found[codes[item.pk]].append(item)
    also = ShelfItem.objects.filter(shop=shop, product__sku__in=found).exclude(pk__in=codes)
    for item in also.select_related("product"):
        if item.product:
            found[item.product.sku].append(item)
    return {code: sorted(items, key=lambda item: item.external_id) for code, items in found.items()}


def _rename(shop: Shop, ready: Sequence[ShelfItem], codes: Mapping[int, str]) -> None:
    """An item whose article changed takes its product along, where the new code is free and no other shares it."""
    moved = [item for item in ready if item.product and item.product.sku != codes[item.pk]]
    for item in moved:
        old, code = item.product, codes[item.pk]
        is_shared = ShelfItem.objects.filter(product=old).exclude(pk=item.pk).exists()
        if old is None or is_shared or Product.objects.filter(sku=code).exists():
            continue
        Product.objects.filter(pk=old.pk).update(sku=code)


def _retail_prices(shop: Shop, items: Sequence[ShelfItem]) -> dict[int, ListedPrice]:
    """By item: by the list for everybody, which is the one that is called so, else the first."""
    lists = sorted(PriceList.objects.filter(shop=shop), key=lambda one: one.external_id)
    retail = next((one for one in lists if any(word in one.name.lower() for word in RETAIL)), None)
    chosen = retail or next(iter(lists), None)
    if chosen is None:
        return {}
    found = ListedPrice.objects.filter(price_list=chosen, item__in=[item.pk for item in items])
    return {one.item_id: one for one in found.select_related("price_list")}


def _stock_of(items: Sequence[ShelfItem]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in ItemStock.objects.filter(item__in=[item.pk for item in items]):
        found[row.item_id] += row.quantity
    return found


def _offer(
    items: Sequence[ShelfItem], prices: Mapping[int, ListedPrice], stock: Mapping[int, Decimal]
) -> dict[str, object]:
    """For how much everybody buys it, and how many whole ones there are."""
    offer: dict[str, object] = {}
    priced = [prices[item.pk] for item in items if item.pk in prices]
    if priced:
        offer |= {"price": round_half_up(priced[0].price), "currency": priced[0].price_list.currency}
    counted = [stock[item.pk] for item in items if item.pk in stock]
    if counted:
        whole = int(sum(counted, Decimal(0)).to_integral_value(ROUND_FLOOR))
        offer["stock"] = max(-LARGEST_STOCK, min(whole, LARGEST_STOCK))
    return offer


def _categories(shop: Shop, wanted: Collection[str]) -> dict[str, Category]:
    """By the ids of their groups, each inside of the one around it; of a group that was not told of there is none."""
    groups = {one.external_id: one for one in GoodsGroup.objects.filter(shop=shop)} if any(wanted) else {}
    found: dict[str, Category] = {}
    for one in sorted(wanted):
        _category(one, groups, found, seen=set())
    return found


def _category(
    wanted: str, groups: Mapping[str, GoodsGroup], found: dict[str, Category], *, seen: set[str]
) -> Category | None:
    if wanted in found:
        return found[wanted]
    group = groups.get(wanted)
    if group is None or wanted in seen:
        return None
    around = _category(group.inside, groups, found, seen=seen | {wanted})
    found[wanted], _made = Category.objects.get_or_create(parent=around, name=group.name)
    return found[wanted]
