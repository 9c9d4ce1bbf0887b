"""Lines of orders, as vendors tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crm.purchases.ordering import LineGiven


def discounted(lines: Sequence[LineGiven], *, off: Decimal) -> list[LineGiven]:
    """A discount of the whole order, taken off its lines in turn."""
    found = []
    for line in lines:
        taken = min(off, line.computed_amount)
        off -= taken
        found.append(LineGiven(**{**vars(line), "discount_amount": line.discount_amount + taken}))
    return found
