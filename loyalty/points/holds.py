"""Points are set aside for a checkout; then they pay, or go back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from crm.models import Customer, Order, Shop, User
from loyalty import ledger
from loyalty.errors import NotEnoughHeld
from loyalty.ledger import Posted
from loyalty.members import uniting
from loyalty.members.persons import lock_person
from loyalty.models import Hold, Member
from loyalty.points.redemption import is_told, paid, tell
from loyalty.points.spending import check_is_own, check_may_spend, check_pays

RELEASED_AT_ONCE = 500


@transaction.atomic
def hold(
    member: Member,
    *,
    points: int,
    key: str,
    at: datetime,
    until: datetime | None = None,
    order: Order | None = None,
    actor: User | None = None,
) -> Posted:
    """Set points aside, once per `key`, until they are captured, released, or `until` (the programme's usual time).

    Nothing is told: only what became of them is. Locks the customer's row, then the wallet.

    Raises:
        NotEnoughPoints, TooFewPointsToStart, OrderOfSomebodyElse, UnknownMember: nothing is held.
    """
    lock_person(member)
    if not is_told(member.programme, key):
        check_may_spend(member)
        if order:
            check_is_own(order, member)
    return ledger.hold(
        member.pk,
        points=points,
        key=key,
        until=until or at + timedelta(minutes=member.programme.hold_minutes),
        at=at,
        order_id=order.pk if order else None,
        actor_id=actor.pk if actor else None,
    )


@transaction.atomic
def capture(
    hold: Hold,
    *,
    points: int,
    key: str,
    at: datetime,
    source: str,
    order: Order | None = None,
    shop: Shop | None = None,
    actor: User | None = None,
) -> Posted:
    """Let held points pay, all or a part, once per `key`; with `order`, within the share of it that points may pay.

    A fact (PointsRedeemed).

    Also of a member who was merged since: the points were set aside by them. Locks the customer's row, then the wallet.

    Raises:
        NotEnoughHeld, OrderOfSomebodyElse, OtherCurrency, MoreThanPointsMayPay: nothing is captured.
    """
    member = hold.wallet.member
    customer = _lock_customer(member)
    if order and not is_told(member.programme, key):
        check_pays(order, member, points, at=at)
    fact = paid(member.programme, points, order)
    tell(customer, member, fact, key=key, at=at, source=source, shop=shop, actor=actor)
    return ledger.capture(
        hold.pk,
        points=points,
        key=key,
        at=at,
        order_id=order.pk if order else None,
        actor_id=actor.pk if actor else None,
    )


@transaction.atomic
def release(hold: Hold, *, key: str, at: datetime, actor: User | None = None) -> Posted:
    """Let what is still held go back, once per `key`; to the member who goes on, if they were merged since.

    Locks the customer's row, then the wallets in ascending order.

    Raises:
        NotEnoughHeld: nothing is held any more.
    """
    member = hold.wallet.member
    with uniting.bringing_along(member, key=f"{key}:along", at=at):
        return ledger.release(hold.pk, key=key, at=at, actor_id=actor.pk if actor else None)


def release_abandoned(*, at: datetime) -> int:
    """Let go what no checkout came back for. Each hold in a transaction of its own; doing it twice changes nothing.

    Returns how many holds were released.
    """
    return sum(_release_abandoned(one, at=at) for one in _abandoned(at))


def _abandoned(at: datetime) -> Iterator[Hold]:
    is_open = Hold.objects.filter(points__gt=F("captured") + F("released"), expires_at__lte=at)
    after = 0
    while True:
        some = is_open.filter(pk__gt=after).select_related("wallet__member__customer").order_by("pk")
        found = list(some[:RELEASED_AT_ONCE])
        if not found:
            return
        yield from found
        after = found[-1].pk


def _release_abandoned(hold: Hold, *, at: datetime) -> bool:
    try:
        release(hold, key=f"hold:{hold.pk}:abandoned", at=at)
    except NotEnoughHeld:  # somebody was quicker
        return False
    return True


def _lock_customer(member: Member) -> Customer:
    return Customer.objects.select_for_update(no_key=True).get(pk=member.customer_id)
