"""How much of a purchase points may pay: the largest share, excluded goods, delivery, a balance to start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from crm import company, rules
from loyalty.models import Programme
from loyalty.reasons import Reason
from loyalty.redemption import largest_points, worth


@dataclass(frozen=True, kw_only=True)
class Spendable:
    """`most_points`: what the purchase allows, whoever pays; `points`: what this member can pay. `why_not`: no more."""

    points: int
    amount: Decimal
    most_points: int
    why_not: tuple[Reason, ...] = ()


def payable(programme: Programme, lines: Iterable[Any], delivery_amount: Decimal, *, at: datetime) -> Decimal:
    """What can be paid with points at all: goods that are not excluded, and delivery where the programme says so."""
    delivery = delivery_amount if programme.points_pay_delivery else Decimal(0)
    return sum((line.amount for line in lines if not is_excluded(programme, line, at=at)), delivery)


def is_excluded(programme: Programme, line: Any, *, at: datetime) -> bool:
    tree = programme.excluded_goods
    return bool(tree) and rules.holds(tree, "line", line, at=at, clock=company.current().clock)


def spendable(
    programme: Programme,
    lines: Iterable[Any],
    delivery_amount: Decimal,
    *,
    available: int,
    at: datetime,
) -> Spendable:
    """For a cart, before anything is held: what the member may pay with points, and what keeps them from more."""
    lines = list(lines)
    can_pay = payable(programme, lines, delivery_amount, at=at)
    most = largest_points(programme, can_pay)
    if available < programme.smallest_balance_points:
        missing = programme.smallest_balance_points - available
        return Spendable(
            points=0,
            amount=Decimal(0),
            most_points=most,
            why_not=(Reason("balance-too-small", {"missing": missing}),),
        )
    points = min(most, available)
    return Spendable(
        points=points,
        amount=worth(programme, points),
        most_points=most,
        why_not=tuple(_limits(programme, lines, delivery_amount, most=most, available=available, at=at)),
    )


def _limits(
    programme: Programme, lines: list[Any], delivery: Decimal, *, most: int, available: int, at: datetime
) -> Iterable[Reason]:
    if available <= most:
        return
    yield Reason("largest-share", {"percent": programme.largest_share_percent})
    if any(is_excluded(programme, line, at=at) for line in lines):
        yield Reason("goods-excluded")
    if delivery and not programme.points_pay_delivery:
        yield Reason("delivery-excluded")
