"""One row about a product, read or refused. Pure. An empty cell says nothing: what is on record stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm.importing.cells import number_in
from crm.importing.columns import ColumnMap
from crm.importing.kinds.row_by_row import RecordReader
from crm.importing.layouts.base import RowRefused
from crm.importing.refusals import RowRefusal
from crm.importing.rows import (
    CENT,
    HUNDREDTH_OF_A_CENT,
    LARGEST_PRICE,
    LONGEST_CODE,
    LONGEST_NAME,
)

LONGEST_BARCODE, LARGEST_STOCK = 32, 2**31 - 1
NAMES_IN = {"name_en": "en", "name_ru": "ru", "name_bg": "bg"}


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What a row says of a product: `details` of the company's product, `offer` of one shop (empty: the job's own).

    Both hold only what the row says, under the names of the models' fields; `names` are by language.
    """

    sku: str
    details: Mapping[str, object]
    names: Mapping[str, str]
    category: str
    shop: str
    offer: Mapping[str, object]


class GoodsReader(RecordReader[Goods]):
    """Reads products from the rows of one file. `shops` are those that a row may name; `currency` is of sums without
    one."""

    def __init__(self, columns: ColumnMap, *, shops: Collection[str], currency: str, width: int) -> None:
        self.places, self.width = columns.positions, width
        self.shops, self.currency = shops, currency

    def record(self, cells: Sequence[str]) -> Goods:
        if len(cells) != self.width:
            raise RowRefused(RowRefusal.BROKEN)
        said = {name: text for name, place in self.places.items() if (text := cells[place].strip())}
        shop = said.get("shop", "")
        if shop and shop not in self.shops:
            raise RowRefused(RowRefusal.UNKNOWN_SHOP)
        return Goods(
            sku=_sku(said),
            details=dict(self._details(said)),
            names={code: said[name][:LONGEST_NAME] for name, code in NAMES_IN.items() if name in said},
            category=said.get("category", "")[:100],
            shop=shop,
            offer=dict(self._offer(said)),
        )

    def _details(self, said: Mapping[str, str]) -> Iterator[tuple[str, object]]:
        if "name" in said:
            yield "name", said["name"][:LONGEST_NAME]
        if "brand" in said:
            yield "brand", said["brand"][:100]
        if "barcode" in said:
            yield "barcode", _barcode(said["barcode"])
        if "unit_cost" in said:
            yield "unit_cost", _sum(said["unit_cost"], RowRefusal.BAD_COST, HUNDREDTH_OF_A_CENT)
            yield "unit_cost_currency", self._currency(said)

    def _offer(self, said: Mapping[str, str]) -> Iterator[tuple[str, object]]:
        if "price" in said:
            yield "price", _sum(said["price"], RowRefusal.BAD_OFFER_PRICE, CENT)
            yield "currency", self._currency(said)
        if "stock" in said:
            yield "stock", _stock(said["stock"])

    def _currency(self, said: Mapping[str, str]) -> str:
        currency = said.get("currency", self.currency).upper()
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise RowRefused(RowRefusal.BAD_CURRENCY)
        return currency


def _sku(said: Mapping[str, str]) -> str:
    if "sku" not in said:
        raise RowRefused(RowRefusal.NO_PRODUCT)
    if len(said["sku"]) > LONGEST_CODE:
        raise RowRefused(RowRefusal.TOO_LONG)
    return said["sku"]


def _barcode(text: str) -> str:
    barcode = re.sub(r"\s", "", text)
    if len(barcode) > LONGEST_BARCODE:
        raise RowRefused(RowRefusal.BAD_BARCODE)
    return barcode


def _sum(text: str, refusal: RowRefusal, finest: Decimal) -> Decimal:
    try:
        number = number_in(text)
    except ValueError as error:
        raise RowRefused(refusal) from error
    if not 0 <= number < LARGEST_PRICE or number != number.quantize(finest):
        raise RowRefused(refusal)
    return number


def _stock(text: str) -> int:
    """May be negative: sold before it was counted in."""
    try:
        number = number_in(text)
    except ValueError as error:
        raise RowRefused(RowRefusal.BAD_STOCK) from error
    if number != number.to_integral_value() or abs(number) > LARGEST_STOCK:
        raise RowRefused(RowRefusal.BAD_STOCK)
    return int(number)
