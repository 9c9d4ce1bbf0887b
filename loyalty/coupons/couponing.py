"""A code is used at a checkout: what it would give and why not, its use, and its release when the order is cancelled.

Locks, in this order: the customer's row, the coupon, its pool, a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm import company, rules, timeline
from crm.errors import Refusal
from crm.models import Customer, Order, Shop
from crm.segments import waiting
from crm.written_once import written_once
from loyalty.coupons.coupon_codes import normal
from loyalty.errors import LedgerKeyUsedOtherwise
from loyalty.facts.rewards import CouponReleased, CouponUsed
from loyalty.members.persons import lock_person
from loyalty.models import Coupon, CouponPool, CouponUse, Member, Programme
from loyalty.rewards import Benefit, Cart
from loyalty.rules import budgets

MOST_HELD = 20


class UnknownCoupon(Refusal):
    code = "unknown-coupon"
    title = _("No such coupon is known.")
    status = 422


class CouponNotValidNow(Refusal):
    code = "coupon-not-valid-now"
    title = _("The coupon is not valid yet, or not any more.")


class CouponUsedUp(Refusal):
    code = "coupon-used-up"
    title = _("The coupon was used as often as it may be used.")


class CouponOfAnotherMember(Refusal):
    code = "coupon-of-another-member"
    title = _("The coupon belongs to another member.")


class CouponForMembersOnly(Refusal):
    code = "coupon-for-members-only"
    title = _("The coupon is for members: say who uses it.")


class CouponNotForThisMember(Refusal):
    code = "coupon-not-for-this-member"
    title = _("This member does not meet the coupon's conditions.")


class CouponUsedByThisMember(Refusal):
    code = "coupon-used-by-this-member"
    title = _("This member has used the coupon as often as one person may.")


class CouponBelowMinimum(Refusal):
    code = "coupon-below-minimum"
    title = _("The purchase is too small for this coupon.")


class CouponNeedsCart(Refusal):
    code = "coupon-needs-cart"
    title = _("Say what is in the cart: the coupon takes something off it.")
    status = 422


class CouponGivesNothingHere(Refusal):
    code = "coupon-gives-nothing-here"
    title = _("The coupon gives nothing for this cart.")


class CartInAnotherCurrency(Refusal):
    code = "cart-in-another-currency"
    title = _("The cart is in another currency than the programme.")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A coupon as it stands for a member and a cart: without `why_not` it can be used."""

    coupon: Coupon
    why_not: tuple[Refusal, ...]
    benefit: Benefit | None

    @property
    def can_use(self) -> bool:
        return not self.why_not


def find(code: str) -> Coupon:
    """Raises UnknownCoupon."""
    try:
        found: Coupon = _with_terms().get(code=normal(code))
    except (ValueError, Coupon.DoesNotExist) as error:
        raise UnknownCoupon from error
    return found


def held_by(member: Member) -> list[Coupon]:
    """The member's own coupons that have a use left, the newest first, with all that `look` asks about."""
    held = _held_by(member.pk)
    for coupon in held:
        coupon.holder = member
        its: Any = coupon.pool or (coupon.redemption and coupon.redemption.reward)
        if its.programme_id == member.programme_id:
            its.programme = member.programme
    return held


@written_once(int)
def _held_by(member: int) -> QuerySet[Coupon]:
    own = Coupon.objects.select_related("pool", "redemption__reward").of_use().filter(holder=member)
    return own.order_by("-pk")[:MOST_HELD]


def look(coupon: Coupon, *, member: Member | None = None, cart: Cart | None = None, at: datetime) -> Looked:
    """What the coupon would do, and all that keeps it from being used. Nothing changes."""
    return Looked(
        coupon=coupon,
        why_not=tuple(_why_not(coupon, member, cart, at)),
        benefit=coupon.terms.gives.benefit(cart) if cart else None,
    )


@transaction.atomic
def redeem(
    coupon: Coupon,
    *,
    shop: Shop,
    key: str,
    at: datetime,
    member: Member | None = None,
    cart: Cart | None = None,
    order_external_id: str = "",
    source: str = "loyalty",
) -> CouponUse:
    """Use a coupon, once per `key`: a repeat answers the use that stands. A fact (CouponUsed) where a member uses it.

    Locks the customer's row, the coupon, its pool, and the budget's period. One use of a one-use code is let through,
    however many ask at once.

    Raises:
        CouponNotValidNow, CouponUsedUp, CouponOfAnotherMember, CouponForMembersOnly, CouponNotForThisMember,
        CouponUsedByThisMember, CouponBelowMinimum, CouponGivesNothingHere, CouponNeedsCart, CartInAnotherCurrency,
        BudgetUsedUp, UnknownMember: nothing is used.
        LedgerKeyUsedOtherwise: another use stands under this key.
    """
    customer = lock_person(member) if member else None
    if standing := CouponUse.objects.filter(key=key).first():
        return _same(standing, coupon, member)
    locked = _with_terms().select_for_update(no_key=True, of=("self",)).get(pk=coupon.pk)
    if standing := CouponUse.objects.filter(key=key).first():  # of somebody who came while we waited
        return _same(standing, coupon, member)
    for refusal in _why_not(locked, member, cart, at):
        raise refusal
    if cart is None and locked.terms.gives.kind.needs_cart:
        raise CouponNeedsCart
    _take(locked)
    benefit = benefit_of(locked, cart)
    use = CouponUse.objects.create(
        coupon=locked,
        pool=locked.pool,
        member=member,
        shop=shop,
        order_external_id=order_external_id,
        key=key,
        goods_amount=benefit.goods_amount,
        delivery_amount=benefit.delivery_amount,
        currency=programme_of(locked).currency,
        used_at=at,
    )
    if locked.pool and locked.pool.budget:
        budgets.reserve(locked.pool.budget, amount=benefit.amount, key=f"coupon-use:{use.pk}", at=at)
    if customer:
        _tell_used(use, customer, source=source)
    return use


@transaction.atomic
def release(use: CouponUse, *, at: datetime, source: str = "loyalty", reason: str = "") -> None:
    """The order came to nothing: the code, its pool and the budget have the use back. A repeat changes nothing."""
    customer = None
    if use.member:
        customer = Customer.objects.select_for_update(no_key=True).get(pk=use.member.customer_id)
    coupon = Coupon.objects.select_for_update(no_key=True).get(pk=use.coupon_id)
    if not CouponUse.objects.filter(pk=use.pk, released_at=None).update(released_at=at):
        return
    Coupon.objects.filter(pk=coupon.pk, uses_left__isnull=False).update(uses_left=F("uses_left") + 1)
    if use.pool_id:
        CouponPool.objects.filter(pk=use.pool_id, uses_left__isnull=False).update(
            uses_left=F("uses_left") + 1
        )
    budgets.give_back(f"coupon-use:{use.pk}", at=at)
    if customer:
        timeline.record(
            customer,
            CouponReleased(coupon_name=_name_for(customer, use.coupon), reason=reason),
            source=source,
            source_id=f"coupon-use:{use.pk}:released",
            occurred_at=at,
            recorded_at=at,
            shop=use.shop,
            subject=use,
        )


@transaction.atomic
def block(coupons: Sequence[Coupon], *, at: datetime) -> int:
    """These codes are worth nothing any more. Returns how many were not blocked before."""
    standing = Coupon.objects.filter(pk__in=[coupon.pk for coupon in coupons], blocked_at=None)
    holders = standing.exclude(holder=None).values_list("holder__customer_id", flat=True)
    waiting.look_at(set(holders), at=at)
    return standing.update(blocked_at=at)


def release_of_order(order_id: int, *, at: datetime) -> None:
    """Every code that this order used is free again. Idempotent."""
    order = Order.objects.only("shop_id", "external_id").get(pk=order_id)
    uses = CouponUse.objects.filter(shop=order.shop_id, order_external_id=order.external_id, released_at=None)
    related = ("member", "shop", "coupon__pool", "coupon__redemption__reward")
    for use in uses.select_related(*related).order_by("pk"):
        release(use, at=at)


def programme_of(coupon: Coupon) -> Programme:
    if coupon.pool:
        return coupon.pool.programme
    assert coupon.redemption  # noqa: S101 - a constraint says so
    return coupon.redemption.reward.programme


def benefit_of(coupon: Coupon, cart: Cart | None) -> Benefit:
    """What the coupon takes off the cart, and what is given or done besides."""
    gives = coupon.terms.gives
    return gives.benefit(cart or Cart(currency=programme_of(coupon).currency, lines=()))


def valid_until(coupon: Coupon) -> datetime | None:
    """The first moment at which it is over, of all that end it; None: never."""
    ends = (coupon.valid_until, coupon.terms.gives.over_since(), coupon.pool.ends_at if coupon.pool else None)
    return min((end for end in ends if end), default=None)


def _with_terms() -> Any:
    return Coupon.objects.select_related(
        "holder", "pool__programme", "pool__budget", "redemption__reward__programme"
    )


def _same(standing: CouponUse, coupon: Coupon, member: Member | None) -> CouponUse:
    if (standing.coupon_id, standing.member_id) != (coupon.pk, member.pk if member else None):
        raise LedgerKeyUsedOtherwise
    return standing


def _why_not(coupon: Coupon, member: Member | None, cart: Cart | None, at: datetime) -> Iterator[Refusal]:
    """All that keeps a coupon from being used, the firmest first."""
    if not _is_valid(coupon, at):
        yield CouponNotValidNow()
    if coupon.uses_left == 0 or (coupon.pool and coupon.pool.uses_left == 0):
        yield CouponUsedUp()
    yield from _why_not_them(coupon, member, at)
    if cart:
        yield from _why_not_this_cart(coupon, cart)


def _is_valid(coupon: Coupon, at: datetime) -> bool:
    has_begun = coupon.pool is None or coupon.pool.starts_at <= at
    ends = valid_until(coupon)
    return has_begun and coupon.blocked_at is None and (ends is None or ends > at)


def _why_not_them(coupon: Coupon, member: Member | None, at: datetime) -> Iterator[Refusal]:
    pool = coupon.pool
    if member is None:
        if coupon.holder_id or (pool and (pool.conditions or pool.uses_per_person is not None)):
            yield CouponForMembersOnly()
        return
    if member.programme_id != programme_of(coupon).pk:
        yield CouponNotForThisMember()
        return
    if not _is_theirs(coupon, member):
        yield CouponOfAnotherMember()
    if pool and pool.conditions:
        clock = company.current().clock
        if not rules.holds(pool.conditions, "customer", member.customer, at=at, clock=clock):
            yield CouponNotForThisMember()
    if pool and pool.uses_per_person is not None and _uses_of(pool, member) >= pool.uses_per_person:
        yield CouponUsedByThisMember()


def _is_theirs(coupon: Coupon, member: Member) -> bool:
    """Nobody's code, too, and one that was given to somebody who is found to be the same person."""
    if coupon.holder is None or coupon.holder_id == member.pk:
        return True
    return Member.objects.of_person(member.customer_id).filter(pk=coupon.holder.pk).exists()


def _uses_of(pool: CouponPool, member: Member) -> int:
    """How often the person used the pool. Under the customer's lock nobody else adds to it."""
    persons = Member.objects.of_person(member.customer_id)
    return CouponUse.objects.filter(pool=pool, member__in=persons, released_at=None).count()


def _why_not_this_cart(coupon: Coupon, cart: Cart) -> Iterator[Refusal]:
    if cart.currency != programme_of(coupon).currency:
        yield CartInAnotherCurrency(currency=programme_of(coupon).currency)
        return
    missing = (coupon.pool.minimum_amount if coupon.pool else Decimal(0)) - cart.goods_amount
    if missing > 0:
        yield CouponBelowMinimum(missing=format(missing, "f"))
    if why := coupon.terms.gives.why_not(cart):
        yield CouponGivesNothingHere(why=str(why))


def _take(coupon: Coupon) -> None:
    """Raises CouponUsedUp: somebody was quicker."""
    endless = Q(uses_left=None)
    if not Coupon.objects.filter(endless | Q(uses_left__gt=0), pk=coupon.pk).update(
        uses_left=F("uses_left") - 1
    ):
        raise CouponUsedUp
    if coupon.pool_id and coupon.pool and coupon.pool.uses_left is not None:
        left = CouponPool.objects.filter(pk=coupon.pool_id, uses_left__gt=0)
        if not left.update(uses_left=F("uses_left") - 1):
            raise CouponUsedUp


def _tell_used(use: CouponUse, customer: Customer, *, source: str) -> None:
    timeline.record(
        customer,
        CouponUsed(
            coupon_name=_name_for(customer, use.coupon),
            amount=use.goods_amount + use.delivery_amount,
            currency=use.currency,
        ),
        source=source,
        source_id=f"coupon-use:{use.pk}",
        occurred_at=use.used_at,
        recorded_at=use.used_at,
        shop=use.shop,
        subject=use,
    )


def _name_for(customer: Customer, coupon: Coupon) -> str:
    """Of what the code stands for, in the customer's language; never the code itself."""
    if coupon.pool:
        return coupon.pool.name_in(customer.language)
    assert coupon.redemption  # noqa: S101 - a constraint says so
    return coupon.redemption.reward.name_in(customer.language)
