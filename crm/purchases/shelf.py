"""What a shop's own system says of its goods, their prices and stock is kept, and the catalogue is made of it.

What was said is kept first, item by item, each with the moment at which it was so: older news never overwrites newer,
so that files may come in any order, twice, or in parts. `settle` then makes products and offerings of what stands.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import TypeAlias

from django.db import connection, transaction

from crm.models import (
    Category,
    GoodsGroup,
    ItemStock,
    ListedPrice,
    PriceList,
    Product,
    ShelfItem,
    Shop,
    Warehouse,
)
from crm.purchases.catalogue import list_products
from crm.purchases.ordering import round_half_up

SETTLED_AT_ONCE = 500
LARGEST_STOCK = 2**31 - 1
SHORT_DIGEST, LONGEST_BASE = 8, 55
DETAILS = ("article", "name", "barcode", "brand", "unit", "group")
STATE = (*DETAILS, "details_as_of", "withdrawn_at")
OFFERED = ("article", "name", "barcode", "unit")
RETAIL = ("рознич", "retail", "дребно")


@dataclass(frozen=True, kw_only=True)
class GroupTold:
    external_id: str
    name: str
    inside: str = ""


@dataclass(frozen=True, kw_only=True)
class PriceListTold:
    external_id: str
    name: str = ""
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class WarehouseTold:
    external_id: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemTold:
    """What an item is. "id#variant" names a variant of another item."""

    external_id: str
    article: str = ""
    name: str = ""
    barcode: str = ""
    brand: str = ""
    unit: str = ""
    group: str = ""
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True)
class PriceTold:
    """`price_list` by its id in the shop's system; `currency` may be left out."""

    price_list: str
    price: Decimal
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class StockTold:
    """How much stands in a warehouse, by its id; "" where they are not told apart."""

    warehouse: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class OfferTold:
    """For how much an item is sold, and how much of it there is: all of its stock, wherever any is told.

    Of a variant it also tells what it is; without a name it does not.
    """

    external_id: str
    article: str = ""
    name: str = ""
    barcode: str = ""
    unit: str = ""
    prices: Sequence[PriceTold] = ()
    stock: Sequence[StockTold] = ()
    is_gone: bool = False


Told: TypeAlias = GroupTold | PriceListTold | WarehouseTold | ItemTold | OfferTold


def code_of(external_id: str, article: str) -> str:
    """By which code the catalogue knows an item: its article, else its id; of a variant with what tells it apart.

    It follows from what is told of the item, and from nothing else: so it is the same in whatever order that comes.
    """
    base, _, variant = external_id.partition("#")
    code = article or base
    if not variant:
        return code[:64]
    return f"{code[:LONGEST_BASE]}#{hashlib.sha256(variant.encode()).hexdigest()[:SHORT_DIGEST]}"


@transaction.atomic
def tell(*, shop: Shop, told: Sequence[Told], as_of: datetime, at: datetime) -> None:
    """Keep what a shop's system says, as it stood at `as_of`; nothing of it is in the catalogue before `settle`.

    Idempotent. Takes the lock of the shop's shelf (transaction-level advisory): one at a time writes here.
    """
    _lock(shop)
    _tell_groups(shop, [one for one in told if isinstance(one, GroupTold)], as_of=as_of, at=at)
    for one in told:
        if isinstance(one, PriceListTold):
            _tell_price_list(shop, one)
        elif isinstance(one, WarehouseTold):
            Warehouse.objects.update_or_create(
                shop=shop, external_id=one.external_id, defaults={"name": one.name}
            )
    goods = [one for one in told if isinstance(one, ItemTold | OfferTold)]
    if goods:
        _tell_goods(shop, goods, as_of=as_of, at=at)


@transaction.atomic
def settle(*, shop: Shop, at: datetime) -> bool:
    """Make the catalogue of some items that it has not heard of yet. False: it has heard of all of them.

    Idempotent. Locks the shop's shelf, then products and offerings.
    """
    _lock(shop)
    waiting = list(
        ShelfItem.objects.filter(shop=shop, unsettled_since__isnull=False)
        .select_related("product")
        .order_by("pk")[:SETTLED_AT_ONCE]
    )
    if not waiting:
        return False
    _settle(shop, waiting, at=at)
    return True


@transaction.atomic
def withdraw_unseen(*, shop: Shop, since: datetime, at: datetime) -> int:
    """Whatever was not spoken of since then is no longer sold: for after a full list. Idempotent."""
    _lock(shop)
    unseen = ShelfItem.objects.filter(shop=shop, seen_at__lt=since, withdrawn_at=None)
    return unseen.update(withdrawn_at=since, unsettled_since=at)


def _lock(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7212))", [f"shelf:{shop.pk}"])


def _tell_groups(shop: Shop, told: Sequence[GroupTold], *, as_of: datetime, at: datetime) -> None:
    if not told:
        return
    standing = {one.external_id: one for one in GoodsGroup.objects.filter(shop=shop)}
    changed: set[str] = set()
    for one in told:
        group = standing.get(one.external_id)
        if group and (group.as_of > as_of or (group.name, group.inside) == (one.name, one.inside)):
            continue
        group = group or GoodsGroup(shop=shop, external_id=one.external_id)
        group.name, group.inside, group.as_of = one.name, one.inside, as_of
        group.save()
        standing[one.external_id] = group
        changed.add(one.external_id)
    touched = _with_inner(changed, standing)
    ShelfItem.objects.filter(shop=shop, group__in=touched).update(unsettled_since=at)


def _with_inner(changed: Collection[str], groups: Mapping[str, GoodsGroup]) -> set[str]:
    inner = defaultdict(list)
    for group in groups.values():
        inner[group.inside].append(group.external_id)
    found: set[str] = set()
    left = list(changed)
    while left:
        if (one := left.pop()) not in found:
            found.add(one)
            left.extend(inner[one])
    return found


def _tell_price_list(shop: Shop, told: PriceListTold) -> None:
    standing = PriceList.objects.filter(shop=shop, external_id=told.external_id).first()
    kept = standing or PriceList(shop=shop, external_id=told.external_id, currency=shop.currency)
    kept.name, kept.currency = told.name or kept.name, told.currency or kept.currency
    kept.save()


def _tell_goods(shop: Shop, told: Sequence[ItemTold | OfferTold], *, as_of: datetime, at: datetime) -> None:
    items = _known(shop, [one.external_id for one in told], at=at)
    before = {key: _state(item) for key, item in items.items()}
    for one in told:
        _detail(items[one.external_id], one, as_of=as_of)
    touched = {key for key, item in items.items() if _state(item) != before[key]}
    _keep(items, touched)
    variants = ShelfItem.objects.filter(shop=shop, variant_of__in=touched).exclude(variant_of="")
    variants.update(unsettled_since=at)
    offers = [one for one in told if isinstance(one, OfferTold)]
    touched |= _tell_prices(shop, offers, items, as_of=as_of)
    touched |= _tell_stock(shop, offers, items, as_of=as_of)
    news = [item.pk for key, item in items.items() if key in touched]
    rest = [item.pk for key, item in items.items() if key not in touched]
    ShelfItem.objects.filter(pk__in=news).update(seen_at=at, unsettled_since=at)
    ShelfItem.objects.filter(pk__in=rest).update(seen_at=at)


def _known(shop: Shop, external_ids: Sequence[str], *, at: datetime) -> dict[str, ShelfItem]:
    """The items as they stand; those not heard of before are not kept yet."""
    standing = ShelfItem.objects.filter(shop=shop, external_id__in=external_ids)
    found = {item.external_id: item for item in standing}
    for one in external_ids:
        if one not in found:
            found[one] = ShelfItem(shop=shop, external_id=one, variant_of=variant_of(one), seen_at=at)
    return found


def _keep(items: Mapping[str, ShelfItem], changed: Collection[str]) -> None:
    known = [items[key] for key in changed if items[key].pk]
    ShelfItem.objects.bulk_create([item for item in items.values() if item.pk is None])
    ShelfItem.objects.bulk_update(known, STATE)


def _state(item: ShelfItem) -> tuple[object, ...]:
    return tuple(getattr(item, name) for name in STATE)


def variant_of(external_id: str) -> str:
    base, _, variant = external_id.partition("#")
    return base[:64] if variant else ""


def _detail(item: ShelfItem, told: ItemTold | OfferTold, *, as_of: datetime) -> None:
    """Offers tell what variants are; what other goods are, is told by the list of goods alone."""
    if isinstance(told, OfferTold) and not (item.variant_of and (told.name or told.is_gone)):
        return
    if item.details_as_of and item.details_as_of > as_of:
        return
    for name in DETAILS if isinstance(told, ItemTold) else OFFERED:
        setattr(item, name, getattr(told, name))
    item.details_as_of = as_of
    if told.is_gone:
        item.withdrawn_at = item.withdrawn_at or as_of
    elif item.withdrawn_at and item.withdrawn_at <= as_of:
        item.withdrawn_at = None


def _tell_prices(
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


def _tell_stock(
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
