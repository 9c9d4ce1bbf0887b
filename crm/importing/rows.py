"""One row of a file, read as its layout and its columns say, or refused with a reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm.identifiers import normal_external
from crm.importing.cells import moment_reader, number_in
from crm.importing.columns import ColumnMap
from crm.importing.layouts.base import Layout, RowRefused
from crm.importing.refusals import RowRefusal

LONGEST_NAME, LONGEST_CODE = 200, 64
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(days=1)
CENT, THOUSANDTH, HUNDREDTH_OF_A_CENT = Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")
LARGEST_QUANTITY, LARGEST_PRICE, LARGEST_AMOUNT = Decimal(10**9), Decimal(10**10), Decimal(10**11)


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


class RowReader:
    """Reads the rows of one file. Its dates were written in `zone`; nothing may lie more than a day after `at`."""

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
            self._customer(cells),
            self._moment(cells[self.date_at]),
            self.layout.code(self._code(cells[self.sku_at], RowRefusal.NO_PRODUCT)),
            cells[self.name_at].strip()[:LONGEST_NAME] if self.name_at is not None else "",
            quantity,
            price,
            amount,
        )

    def _code(self, text: str, missing: RowRefusal) -> str:
        code = text.strip()
        if not code:
            raise RowRefused(missing)
        if len(code) > LONGEST_CODE:
            raise RowRefused(RowRefusal.TOO_LONG)
        return code

    def _customer(self, cells: Sequence[str]) -> str:
        text = cells[self.customer_at].strip() if self.customer_at is not None else ""
        if not text:
            return ""
        try:
            return normal_external(self.layout.customer(text), "")
        except ValueError as error:
            raise RowRefused(RowRefusal.BAD_CUSTOMER) from error

    def _moment(self, text: str) -> datetime:
        try:
            moment = self.moment_in(text)
        except (ValueError, OverflowError) as error:
            raise RowRefused(RowRefusal.BAD_DATE) from error
        if not EARLIEST <= moment <= self.latest:
            raise RowRefused(RowRefusal.BAD_DATE)
        return moment

    def _quantity(self, text: str) -> Decimal:
        return self._number(text, RowRefusal.BAD_QUANTITY, LARGEST_QUANTITY, THOUSANDTH)

    def _price(self, text: str) -> Decimal:
        return self._number(text, RowRefusal.BAD_PRICE, LARGEST_PRICE, HUNDREDTH_OF_A_CENT)

    def _number(self, text: str, refusal: RowRefusal, largest: Decimal, finest: Decimal) -> Decimal:
        try:
            number = number_in(text)
        except ValueError as error:
            raise RowRefused(refusal) from error
        if abs(number) >= largest or number != number.quantize(finest):
            raise RowRefused(refusal)
        return number
