"""Points are spent as money, or given away."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Refusal
from crm.facts import Fact
from crm.models import Customer, Order, Shop, User
from loyalty import ledger
from loyalty.facts.points import PointsDonated, PointsRedeemed
from loyalty.ledger import Posted
from loyalty.models import Member, Programme, Transaction
from loyalty.persons import lock_person

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


@transaction.atomic
def redeem(
    member: Member,
    *,
    points: int,
    key: str,
    at: datetime,
    source: str,
    order: Order | None = None,
    shop: Shop | None = None,
    actor: User | None = None,
) -> Posted:
    """Pay with points, once per `key`; with `order`, no more of it than the programme lets points pay.

    A fact (PointsRedeemed). Locks the customer's row, then the wallet.

    Raises:
        NotEnoughPoints, TooFewPointsToStart, MoreThanPointsMayPay, OtherCurrency, UnknownMember: nothing is spent.
        LedgerKeyUsedOtherwise: the key stands for something else.
    """
    customer = lock_person(member)
    if not is_told(member.programme, key):
        check_may_spend(member)
        if order:
            _check_share(order, member.programme, points)
    fact = paid(member.programme, points, order)
    tell(customer, member, fact, key=key, at=at, source=source, shop=shop, actor=actor)
    return ledger.redeem(
        member.pk,
        points=points,
        key=key,
        at=at,
        order_id=order.pk if order else None,
        actor_id=actor.pk if actor else None,
    )


@transaction.atomic
def donate(
    member: Member,
    *,
    points: int,
    key: str,
    at: datetime,
    source: str,
    shop: Shop | None = None,
    actor: User | None = None,
) -> Posted:
    """Give points away, once per `key`. A fact (PointsDonated). Locks the customer's row, then the wallet.

    Raises:
        NotEnoughPoints, UnknownMember: nothing is given.
    """
    customer = lock_person(member)
    fact = PointsDonated(points=points)
    tell(customer, member, fact, key=key, at=at, source=source, shop=shop, actor=actor)
    return ledger.redeem(
        member.pk, points=points, key=key, at=at, kind="donate", actor_id=actor.pk if actor else None
    )


def paid(programme: Programme, points: int, order: Order | None) -> PointsRedeemed:
    return PointsRedeemed(
        points=points,
        worth_amount=worth(programme, points),
        currency=programme.currency,
        order_number=order.number if order else "",
    )


def tell(
    customer: Customer,
    member: Member,
    fact: Fact,
    *,
    key: str,
    at: datetime,
    source: str,
    shop: Shop | None,
    actor: User | None,
) -> None:
    """What became of a member's points, once per `key`. The customer's row is locked already."""
    timeline.record(
        customer,
        fact,
        source=source,
        source_id=key,
        occurred_at=at,
        recorded_at=at,
        shop=shop,
        actor=actor,
        subject=member,
    )


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


def _check_share(order: Order, programme: Programme, points: int) -> None:
    if order.currency != programme.currency:
        raise OtherCurrency
    payable = order.goods_amount + (order.delivery_amount if programme.points_pay_delivery else 0)
    most = largest_points(programme, payable) - paid_with_points(order, programme)
    if points > most:
        raise MoreThanPointsMayPay(most=max(0, most))


def paid_with_points(order: Order, programme: Programme) -> int:
    """Points that paid for the order so far, less those that came back."""
    posted = Transaction.objects.filter(order=order, programme=programme)
    spent = posted.filter(kind__in=("redeem", "capture")).values_list("points", flat=True)
    back = posted.filter(kind="restore").values_list("points", flat=True)
    return sum(spent) - sum(back)


def is_told(programme: Programme, key: str) -> bool:
    """Was this operation done before? Then it is answered again, whatever has changed since."""
    return Transaction.objects.filter(programme=programme, key=key).exists()
