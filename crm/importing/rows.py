"""One row of a file, read as its layout and its columns say, or refused with a reason. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm.importing.cells import moment_reader, number_in
from crm.importing.columns import ColumnMap
from crm.importing.layouts.base import Layout, RowRefused
from crm.importing.refusals import RowRefusal
from crm.people.identifiers import normal_external

LONGEST_NAME, LONGEST_CODE = 200, 64
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(days=1)
CENT, THOUSANDTH, HUNDREDTH_OF_A_CENT = Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")
LARGEST_QUANTITY, LARGEST_PRICE, LARGEST_AMOUNT = Decimal(10**9), Decimal(10**10), Decimal(10**11)


KEPT = 20_000


def remember(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read`, remembering its latest answers (a refusal is not one)."""
    return lru_cache(maxsize=KEPT)(read)


class ReadRow(NamedTuple):
    """A row that counts. Quantities and amounts are positive; `kind` says in which direction."""

    kind: str
    reference: str
    customer_ref: str
    occurred_at: datetime
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


CUSTOMER_REF = ReadRow._fields.index("customer_ref")


class RowReader:
    """Reads the rows of one file. Its dates were written in `zone`; nothing may lie more than a day after `at`.

    Half a million rows hold some thousands of different codes, customers, prices and quantities: each is read once.
    """

    def __init__(
        self, layout: Layout, columns: ColumnMap, *, zone: ZoneInfo, width: int, at: datetime
    ) -> None:
        self.layout, self.width = layout, width
        places = columns.positions
        self.reference_at, self.date_at, self.sku_at = (
            places["reference"],
            places["occurred_at"],
            places["sku"],
        )
        self.quantity_at, self.price_at = places["quantity"], places["unit_price"]
        self.name_at, self.customer_at = places.get("name"), places.get("customer_ref")
        self.moment_in = moment_reader(zone, columns.dates)
        self.latest = at + CLOCKS_MAY_DIFFER
        self._moment, self._sku, self._customer = (
            remember(read) for read in (self._read_moment, self._read_sku, self._read_customer)
        )
        self._quantity, self._price = remember(self._read_quantity), remember(self._read_price)

    def read(self, cells: Sequence[str]) -> ReadRow:
        """Raises RowRefused."""
        if len(cells) != self.width:
            raise RowRefused(RowRefusal.BROKEN)
        reference = self._code(cells[self.reference_at], RowRefusal.NO_REFERENCE)
        quantity, price = self._quantity(cells[self.quantity_at]), self._price(cells[self.price_at])
        kind = self.layout.kind_of(reference, quantity, price)
        quantity = abs(quantity)
        amount = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        if amount >= LARGEST_AMOUNT:
            raise RowRefused(RowRefusal.SUM_TOO_LARGE)
        return ReadRow(
            kind,
            reference,
            self._customer(cells[self.customer_at]) if self.customer_at is not None else "",
            self._moment(cells[self.date_at]),
            self._sku(cells[self.sku_at]),
            cells[self.name_at].strip()[:LONGEST_NAME] if self.name_at is not None else "",
            quantity,
            price,
            amount,
        )

    def keeps_cells(self, row: Sequence[object]) -> bool:
        """Without a customer it often is no sale, and is shown then; others are told from what was read."""
        return not row[CUSTOMER_REF]

    def _code(self, text: str, missing: RowRefusal) -> str:
        code = text.strip()
        if not code:
            raise RowRefused(missing)
        if len(code) > LONGEST_CODE:
            raise RowRefused(RowRefusal.TOO_LONG)
        return code

    def _read_sku(self, text: str) -> str:
        return self.layout.code(self._code(text, RowRefusal.NO_PRODUCT))

    def _read_customer(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            return normal_external(self.layout.customer(text.strip()), "")
        except ValueError as error:
            raise RowRefused(RowRefusal.BAD_CUSTOMER) from error

    def _read_moment(self, text: str) -> datetime:
        try:
            moment = self.moment_in(text)
        except (ValueError, OverflowError) as error:
            raise RowRefused(RowRefusal.BAD_DATE) from error
        if not EARLIEST <= moment <= self.latest:
            raise RowRefused(RowRefusal.BAD_DATE)
        return moment

    def _read_quantity(self, text: str) -> Decimal:
        return self._number(text, RowRefusal.BAD_QUANTITY, LARGEST_QUANTITY, THOUSANDTH)

    def _read_price(self, text: str) -> Decimal:
        return self._number(text, RowRefusal.BAD_PRICE, LARGEST_PRICE, HUNDREDTH_OF_A_CENT)

    def _number(self, text: str, refusal: RowRefusal, largest: Decimal, finest: Decimal) -> Decimal:
        try:
            number = number_in(text)
        except ValueError as error:
            raise RowRefused(refusal) from error
        if abs(number) >= largest or number != number.quantize(finest):
            raise RowRefused(refusal)
        return number
