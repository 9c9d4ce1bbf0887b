from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.importing.layouts.base import CREDIT, SALE, Layout, RowRefused
from crm.importing.refusals import RowRefusal


class Mapped(Layout):
    """Any file with one row per line of an order. A negative quantity is a return, under the number it stands by."""

    name = "mapped"
    label = _("One row per line of an order; a negative quantity is a return")

    def recognises(self, header: Sequence[str]) -> bool:
        return True

    def kind_of(self, reference: str, quantity: Decimal, unit_price: Decimal) -> str:
        if unit_price < 0:
            raise RowRefused(RowRefusal.NEGATIVE_PRICE)
        if quantity == 0:
            raise RowRefused(RowRefusal.ZERO_QUANTITY)
        return SALE if quantity > 0 else CREDIT
