"""What members did in the club: the crowd by its past purchases, and two people whom visitors meet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from crm.demo import characters
from crm.demo.characters import Character
from crm.demo.company import Stage
from crm.demo.history import Progress
from crm.demo.lives import ONLINE
from crm.demo.rhythm import HERE
from crm.models import Customer
from crm.people.identity_kinds import IdentityKind
from crm.purchases import returning
from crm.purchases.returning import LineReturned
from loyalty.coupons import rewarding
from loyalty.ledger import proving
from loyalty.models import AdjustmentRequest, Member, Programme, Redemption, Reward
from loyalty.points import adjustment, confirmation, earning_history, expiry

# So old is the club, in days: a demo that starts in a minute has no time for more purchases that earn.
AGE_DAYS = {"small": 150, "medium": 10, "large": 1}
GOODWILL = "Пратката от април закъсня с два дни"
KALINA_RETURNS = "Подаръкът беше двоен"


def told() -> bool:
    """Has this chapter been told to its end?"""
    return AdjustmentRequest.objects.filter(reason=GOODWILL).exists()


def tell(stage: Stage, programme: Programme, *, now: datetime, progress: Progress) -> None:
    """The crowd earns, what is due happens, then the two stories. Goes on where it was interrupted."""
    earning_history.earn_history(
        programme,
        at=now,
        since=programme.started_at,
        heard=lambda done, total: progress("points", done, total),
    )
    confirmation.confirm_due(at=now)
    expiry.expire_due(at=now)
    _kalina_returns_one_line(now=now)
    _kalina_takes_a_reward(programme, now=now)
    _vera_has_until_sunday(stage, programme, now=now)
    proving.prove(at=now)


def _vera_has_until_sunday(stage: Stage, programme: Programme, *, now: datetime) -> None:
    """Given for a delay, for a season: it ends this Sunday. Told last: it is how `told` knows."""
    if told():
        return
    member = _member(characters.VERA, programme)
    adjustment.request_adjustment(
        member,
        points=140,
        reason=GOODWILL,
        by=stage.agent,
        at=max(now - timedelta(days=80), programme.started_at),
        lot_expires_at=_end_of_sunday(now),
    )


def _kalina_returns_one_line(*, now: datetime) -> None:
    """Gold, and one thing of a gift comes back: its points go, and no others."""
    kalina = _customer(characters.KALINA)
    if kalina.returns.filter(reason=KALINA_RETURNS).exists():
        return
    order = kalina.orders.filter(lines__quantity=1).latest("placed_at")
    line = order.lines.filter(quantity=1).order_by("id")[0]
    at = max(order.placed_at, now - timedelta(days=2))
    returning.register_return(
        order,
        external_id=f"R-{order.number}",
        lines=[LineReturned(line=line.external_id, quantity=Decimal(1))],
        returned_at=at,
        reason=KALINA_RETURNS,
        source=f"api:{ONLINE}",
        at=at,
    )


def _kalina_takes_a_reward(programme: Programme, *, now: datetime) -> None:
    member = _member(characters.KALINA, programme)
    if Redemption.objects.filter(member=member).exists():
        return
    reward = Reward.objects.filter(programme=programme, kind="discount").get()
    rewarding.redeem(member, reward=reward, key="demo:kalina", at=now - timedelta(days=1))


def _customer(who: Character) -> Customer:
    return Customer.objects.get(
        identities__kind=IdentityKind.EXTERNAL,
        identities__namespace=ONLINE,
        identities__value=str(who.number),
    )


def _member(who: Character, programme: Programme) -> Member:
    return Member.objects.get(customer=_customer(who), programme=programme)


def _end_of_sunday(now: datetime) -> datetime:
    """The end of the coming Sunday; on a Sunday, of the next."""
    today = now.astimezone(HERE).date()
    sunday = today + timedelta(days=7 - today.isoweekday() or 7)
    return datetime.combine(sunday, time(23, 59, 59), HERE)
