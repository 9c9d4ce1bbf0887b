"""How much of a purchase points may pay: the largest share, excluded goods, delivery, a balance to start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm import company, rules
from crm.errors import Fault, Refusal
from crm.models import Order
from crm.people.same_person import ids_by
from loyalty.models import Member, Programme, Transaction
from loyalty.rules.reasons import Reason

CENT = Decimal("0.01")


class TooFewPointsToStart(Refusal):
    code = "too-few-points-to-start"
    title = _("Points can be spent from a certain balance on, and the member has not reached it yet.")


class MoreThanPointsMayPay(Refusal):
    code = "more-than-points-may-pay"
    title = _("Points may pay only a part of this purchase.")


class OtherCurrency(Refusal):
    code = "other-currency"
    title = _("The order is in another currency than the programme.")
    status = 422


class OrderOfSomebodyElse(Refusal):
    code = "order-of-somebody-else"
    title = _("The order is not the member's own: points pay only for what their owner buys.")
    status = 422


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


def check_may_spend(member: Member) -> None:
    """Has the member come to the balance from which points can be spent?

    Raises:
        TooFewPointsToStart
    """
    needed = member.programme.smallest_balance_points
    member.wallet.refresh_from_db()
    if member.wallet.available < needed:
        raise TooFewPointsToStart(needed=needed, available=member.wallet.available)


def largest_points(programme: Programme, payable: Decimal) -> int:
    """How many points may pay a purchase of which so much can be paid with points at all."""
    largest = payable * programme.largest_share_percent / 100
    return int(largest / programme.point_value)


def worth(programme: Programme, points: int) -> Decimal:
    return (points * programme.point_value).quantize(CENT, ROUND_HALF_UP)


def check_pays(order: Order, member: Member, points: int, *, at: datetime) -> None:
    """May so many more of the member's points pay for the order?

    Raises:
        OrderOfSomebodyElse, OtherCurrency, MoreThanPointsMayPay: with `most`.
    """
    check_is_own(order, member)
    check_share(order, member.programme, points, at=at)


def check_is_own(order: Order, member: Member) -> None:
    """An order of nobody is nobody's own: if it came back, the points would not.

    Raises:
        OrderOfSomebodyElse
    """
    if order.customer_id == member.customer_id:
        return
    if order.customer_id is None or member.customer_id not in ids_by(order.customer_id):
        raise OrderOfSomebodyElse(Fault(pointer="/order", detail=OrderOfSomebodyElse.title))


def check_share(order: Order, programme: Programme, points: int, *, at: datetime) -> None:
    """May so many points more pay for the order, after what they paid for it already?

    Raises:
        OtherCurrency, MoreThanPointsMayPay: with `most`.
    """
    if order.currency != programme.currency:
        raise OtherCurrency
    can_pay = payable(programme, order.lines.all(), order.delivery_amount, at=at)
    most = largest_points(programme, can_pay) - paid_with_points(order, programme)
    if points > most:
        raise MoreThanPointsMayPay(most=max(0, most))


def paid_with_points(order: Order, programme: Programme) -> int:
    """Points that paid for the order so far, less those that came back."""
    posted = Transaction.objects.filter(order=order, programme=programme)
    spent = posted.filter(kind__in=("redeem", "capture")).values_list("points", flat=True)
    back = posted.filter(kind="restore").values_list("points", flat=True)
    return sum(spent) - sum(back)
