"""How an order stands in a shop's system, beside how it stands here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm.connectors.base import OrderGiven
from crm.models import Difference, Order

LONGEST = 100
Kind = Difference.Kind


@dataclass(frozen=True, kw_only=True)
class Found:
    kind: Difference.Kind
    here: str = ""
    there: str = ""


def differing(given: OrderGiven, standing: Order | None) -> Found | None:
    """The first thing that differs; None: they agree. What happened here besides is no difference."""
    if standing is None:
        return Found(kind=Kind.MISSING_HERE, there=_sum_given(given))
    if _lines_given(given) != _lines_of(standing):
        return Found(kind=Kind.LINES, here=_spelt(_lines_of(standing)), there=_spelt(_lines_given(given)))
    here, there = _sum_of(standing), _sum_given(given)
    if here != there:
        return Found(kind=Kind.SUM, here=here, there=there)
    missing = [moment for moment in given.moments if getattr(standing, f"{moment}_at") is None]
    if missing:
        return Found(kind=Kind.STATE, here=str(standing.progress), there=", ".join(missing))
    if standing.cancelled_at and "cancelled" not in given.moments:
        return Found(kind=Kind.STATE, here="cancelled", there=", ".join(given.moments) or "placed")
    return None


def _lines_given(given: OrderGiven) -> dict[str, tuple[Decimal, Decimal]]:
    return {line.external_id: (line.quantity, line.computed_amount) for line in given.lines}


def _lines_of(order: Order) -> dict[str, tuple[Decimal, Decimal]]:
    return {line.external_id: (line.quantity, line.amount) for line in order.lines.all()}


def _sum_given(given: OrderGiven) -> str:
    goods = sum((line.computed_amount for line in given.lines), Decimal(0))
    return _money(goods + given.delivery_amount, given.currency)


def _sum_of(order: Order) -> str:
    return _money(order.goods_amount + order.delivery_amount, order.currency)


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def _spelt(lines: dict[str, tuple[Decimal, Decimal]]) -> str:
    return _listed(f"{quantity.normalize():f} = {amount:.2f}" for quantity, amount in lines.values())


def _listed(parts: Iterable[str]) -> str:
    text = "; ".join(parts)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
