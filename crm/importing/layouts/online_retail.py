from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.importing.layouts.base import CREDIT, SALE, Layout, RowRefused
from crm.importing.refusals import RowRefusal


class OnlineRetail(Layout):
    """The invoices of a British gift shop, as the UCI repository publishes them (Online Retail and Online Retail II).

    An invoice beginning with C is a credit, one with A an adjustment in the books. Prices are pounds, times London's.
    The same code is written now with a small letter and now with a capital one.
    """

    name = "online-retail"
    label = _("Online Retail (UCI): C… are credits, A… adjustments")
    currency = "GBP"
    time_zone = "Europe/London"
    not_goods = frozenset(
        {
            "ADJUST",
            "ADJUST2",
            "AMAZONFEE",
            "B",
            "BANK CHARGES",
            "C2",
            "C3",
            "CRUK",
            "D",
            "DOT",
            "M",
            "POST",
            "S",
        }
        | {"TEST001", "TEST002"}
    )

    HEADERS = (
        {"Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID"},
        {"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"},
    )

    def recognises(self, header: Sequence[str]) -> bool:
        return any(titles <= set(header) for titles in self.HEADERS)

    def kind_of(self, reference: str, quantity: Decimal, unit_price: Decimal) -> str:
        if reference[0] == "A":
            raise RowRefused(RowRefusal.ADJUSTMENT)
        if unit_price < 0:
            raise RowRefused(RowRefusal.NEGATIVE_PRICE)
        if reference[0] == "C":
            if quantity >= 0:
                raise RowRefused(RowRefusal.CREDIT_ADDS)
            return CREDIT
        if quantity < 0:
            raise RowRefused(RowRefusal.STOCK_CORRECTION)
        if quantity == 0:
            raise RowRefused(RowRefusal.ZERO_QUANTITY)
        return SALE

    def code(self, text: str) -> str:
        return text.upper()

    def customer(self, text: str) -> str:
        return text.removesuffix(".0")
