"""What was said is kept, each with the moment at which it was so: older news never overwrites newer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from crm.models import GoodsGroup, PriceList, ShelfItem, Shop, Warehouse
from crm.purchases.shelf.prices import tell_prices
from crm.purchases.shelf.stock import tell_stock
from crm.purchases.shelf.told import (
    GroupTold,
    ItemTold,
    OfferTold,
    PriceListTold,
    Told,
    WarehouseTold,
    variant_of,
)
from crm.purchases.shelf.turns import take_turn

DETAILS = ("article", "name", "barcode", "brand", "unit", "group")
STATE = (*DETAILS, "details_as_of", "withdrawn_at")
OFFERED = ("article", "name", "barcode", "unit")


@transaction.atomic
def tell(*, shop: Shop, told: Sequence[Told], as_of: datetime, at: datetime) -> None:
    """Keep what a shop's system says, as it stood at `as_of`; nothing of it is in the catalogue before `settle`.

    Idempotent. Takes the lock of the shop's shelf (transaction-level advisory): one at a time writes here.
    """
    take_turn(shop)
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
def withdraw_unseen(*, shop: Shop, since: datetime, at: datetime) -> int:
    """Whatever was not spoken of since then is no longer sold: for after a full list. Idempotent."""
    take_turn(shop)
    unseen = ShelfItem.objects.filter(shop=shop, seen_at__lt=since, withdrawn_at=None)
    return unseen.update(withdrawn_at=since, unsettled_since=at)


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
    touched |= tell_prices(shop, offers, items, as_of=as_of)
    touched |= tell_stock(shop, offers, items, as_of=as_of)
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
