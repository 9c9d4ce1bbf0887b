"""Points are spent as money, or given away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm import timeline
from crm.facts import Fact
from crm.models import Customer, Order, Shop, User
from loyalty import ledger
from loyalty.facts.points import PointsDonated, PointsRedeemed
from loyalty.ledger import Posted
from loyalty.members.persons import lock_person
from loyalty.models import Member, Programme, Transaction
from loyalty.points.spending import check_may_spend, check_pays, worth


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
    """Pay with points, once per `key`; with `order`, their own, no more of it than the programme lets points pay.

    A fact (PointsRedeemed). Locks the customer's row, then the wallet.

    Raises:
        NotEnoughPoints, TooFewPointsToStart, UnknownMember: nothing is spent.
        OrderOfSomebodyElse, OtherCurrency, MoreThanPointsMayPay: nothing is spent.
        LedgerKeyUsedOtherwise: the key stands for something else.
    """
    customer = lock_person(member)
    if not is_told(member.programme, key):
        check_may_spend(member)
        if order:
            check_pays(order, member, points, at=at)
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


def is_told(programme: Programme, key: str) -> bool:
    """Was this operation done before? Then it is answered again, whatever has changed since."""
    return Transaction.objects.filter(programme=programme, key=key).exists()
