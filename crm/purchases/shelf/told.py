"""What can be said of goods, and by which code the catalogue knows them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

SHORT_DIGEST, LONGEST_BASE = 8, 55


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


def variant_of(external_id: str) -> str:
    base, _, variant = external_id.partition("#")
    return base[:64] if variant else ""
