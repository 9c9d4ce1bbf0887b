"""A member buys at the till: what it would bring, and then the order itself, paid with points where they want to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from crm.models import Order, Shop, User
from crm.purchases.ordering import LineGiven, place_order
from loyalty.members.persons import lock_person
from loyalty.models import Member, TillOperation, Transaction
from loyalty.points import earning, holds, settling
from loyalty.rules import buyers, quoting
from loyalty.rules.purchases import Cart, CartLine
from loyalty.rules.quoting import Quote
from loyalty.till.errors import OperationDiffers

SOURCE = "till"
ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What an order earned; until it has, what it will."""

    points: int
    is_posted: bool


def preview(member: Member, *, shop: Shop, amounts: Sequence[Decimal], at: datetime) -> Quote:
    """What a purchase of these amounts would bring, and how much of it points may pay. Nothing is changed.

    Raises:
        UnknownMember
    """
    buyer = buyers.buyer(member.pk, at=at)
    lines = [
        CartLine(pk=place, called=str(place), quantity=amount, unit_price=ONE, amount=amount)
        for place, amount in enumerate(amounts, 1)
    ]
    cart = Cart(
        shop_id=shop.pk,
        customer=buyer.member.customer,
        lines=lines,
        placed_at=at,
        currency=shop.currency,
        channel=Order.Channel.STORE,
    )
    return quoting.quote(cart, terms=buyer.terms, buyer=buyer, at=at)


@transaction.atomic
def sell(
    member: Member,
    *,
    shop: Shop,
    amounts: Sequence[Decimal],
    points: int = 0,
    receipt: str = "",
    key: UUID,
    by: User,
    at: datetime,
    sold_at: datetime | None = None,
) -> TillOperation:
    """Keep the purchase of a receipt, once per `key`; `points` pay a part of it. It earns as any paid order does.

    `sold_at`: it happened earlier than it is told, and earns by what held then.

    Each amount is a line of so many units at 1: so any sum of it can come back, and its points exactly.
    Locks the customer's row, then the wallet.

    Raises:
        OperationDiffers: the key stands for something else.
        UnknownMember, NotEnoughPoints, TooFewPointsToStart, OtherCurrency, MoreThanPointsMayPay: nothing is kept.
    """
    lock_person(member)
    happened_at = sold_at or at
    if standing := TillOperation.objects.select_related("order").filter(key=key).first():
        return _same(standing, member, shop=shop, amounts=amounts, points=points)
    held = holds.hold(member, points=points, key=f"till:{key}:hold", at=at, actor=by) if points else None
    held_ids = [held.hold_id] if held and held.hold_id else []

    def pay(order: Order) -> None:
        settling.settle(order, holds=held_ids, coupons=(), source=f"{SOURCE}:{shop.slug}", at=at)

    order = place_order(
        shop=shop,
        external_id=f"{SOURCE}:{key}",
        number=receipt or f"T-{key.hex[:8].upper()}",
        lines=_lines(amounts),
        placed_at=happened_at,
        source=f"{SOURCE}:{shop.slug}",
        at=at,
        customer=member.customer,
        channel=Order.Channel.STORE,
        moments={"paid": happened_at, "completed": happened_at},
        settle=pay,
    )
    return TillOperation.objects.create(
        key=key,
        kind=TillOperation.Kind.SALE,
        shop=shop,
        order=order,
        member=member,
        points_spent=points,
        done_by=by,
        done_at=happened_at,
    )


def earned_by(operation: TillOperation, *, at: datetime) -> Earned:
    """What the order of a sale earned in the member's programme. Points arrive a moment after the order."""
    member = operation.member
    if member is None:
        return Earned(points=0, is_posted=True)
    posted = Transaction.objects.filter(
        order=operation.order, programme=member.programme, kind=Transaction.Kind.EARN
    ).first()
    if posted:
        return Earned(points=posted.points, is_posted=True)
    outcome = earning.earn(operation.order, at=at, programme=member.programme, dry_run=True)
    return Earned(points=outcome.points, is_posted=False)


def _lines(amounts: Sequence[Decimal]) -> list[LineGiven]:
    return [
        LineGiven(external_id=str(place), quantity=amount, unit_price=ONE)
        for place, amount in enumerate(amounts, 1)
    ]


def _same(
    standing: TillOperation, member: Member, *, shop: Shop, amounts: Sequence[Decimal], points: int
) -> TillOperation:
    kept = [line.amount for line in standing.order.lines.all()]
    if (
        (standing.kind, standing.member_id, standing.shop_id) != (TillOperation.Kind.SALE, member.pk, shop.pk)
        or standing.points_spent != points
        or kept != list(amounts)
    ):
        raise OperationDiffers
    return standing
