"""Lines of orders, as vendors tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from crm.purchases.ordering import LineGiven

CENT = Decimal("0.01")


def discounted(lines: Sequence[LineGiven], *, off: Decimal) -> list[LineGiven]:
    """A discount of the whole order, taken off its lines in turn."""
    found = []
    for line in lines:
        taken = min(off, line.computed_amount)
        off -= taken
        found.append(LineGiven(**{**vars(line), "discount_amount": line.discount_amount + taken}))
    return found


def shared_out(amount: Decimal, among: Sequence[Decimal]) -> list[Decimal]:
    """To the cent, in proportion; what is left over goes a cent each to the largest remainders, the first of equals."""
    total = sum(among, Decimal(0))
    if not total:
        return [Decimal(0) for _share in among]
    exact = [amount * share / total for share in among]
    shares = [one.quantize(CENT, ROUND_FLOOR) for one in exact]
    cents = int((amount - sum(shares, Decimal(0))) / CENT)
    nearest = sorted(range(len(shares)), key=lambda place: shares[place] - exact[place])
    for place in nearest[:cents]:
        shares[place] += CENT
    return shares
