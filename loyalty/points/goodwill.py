"""Points or a coupon to make up for something, given by whoever answers a customer: within their day, or refused.

Nobody is asked to approve it: who answers has to know at once whether they may offer it.
"""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.abilities import GoodwillCouponGiven, GoodwillOffer
from crm.errors import Refusal
from crm.models import Customer, User
from loyalty.coupons import coupon_codes
from loyalty.models import CouponPool, GoodwillCoupon, Member
from loyalty.points import adjustment


class NotAMember(Refusal):
    code = "not-a-member"
    title = _("This customer has no account of points. Let them join first.")


class GoodwillUsedUp(Refusal):
    """`left` is what they may still give today."""

    code = "goodwill-used-up"
    title = _("This is more than you may give today.")


class NoSuchGoodwill(Refusal):
    code = "no-such-goodwill"
    title = _("Coupons of this kind are not given as goodwill.")
    status = 422


class MayNotGive(Refusal):
    code = "may-not-give-goodwill"
    title = _("You may not give points or coupons.")
    status = 403


@transaction.atomic
def give_points(customer: Customer, *, points: int, reason: str, by: User, at: datetime) -> int:
    """Give points within what is left of the colleague's allowance of the day; returns what is left of it after.

    Not idempotent: the caller knows its key. Locks the colleague's row, then the customer's, then the wallet.

    Raises:
        NotAMember: nothing is given.
        GoodwillUsedUp: with what is left; nothing is given.
        MayNotAdjust: nothing is given.
    """
    by = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    member = _member(customer)
    left = adjustment.allowance_left(by, member, at=at)
    if not 0 < points <= left:
        raise GoodwillUsedUp(left=left)
    adjustment.request_adjustment(member, points=points, reason=reason, by=by, at=at)
    return left - points


@transaction.atomic
def give_coupon(customer: Customer, *, pool_id: int, by: User, at: datetime) -> GoodwillCouponGiven:
    """A new code of the pool that only this member can use. Not idempotent: the caller knows its key.

    Locks the colleague's row: of two codes at once the second is counted after the first.

    Raises:
        NotAMember, NoSuchGoodwill, MayNotGive: nothing is given.
        GoodwillUsedUp: with what is left; nothing is given.
    """
    by = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not by.has_perm(adjustment.MAY_ASK):
        raise MayNotGive
    pool = _pools(at).filter(pk=pool_id).first()
    if pool is None:
        raise NoSuchGoodwill
    member = _member(customer, programme_id=pool.programme_id)
    if _left(pool, by, at=at) <= 0:
        raise GoodwillUsedUp(left=0)
    coupon = coupon_codes.issue(pool, holder=member, at=at)
    GoodwillCoupon.objects.create(coupon=coupon, pool=pool, given_by=by, given_at=at)
    return GoodwillCouponGiven(code=coupon.code, name=pool.name_in(customer.language))


def offers(customer: Customer, *, by: User, at: datetime) -> list[GoodwillOffer]:
    """What this colleague may still give this customer today: points first (`pool_id` None), then coupons.

    Nothing for somebody who is no member.
    """
    member = Member.objects.of_person(customer.pk).current().select_related("programme").first()
    if member is None or not by.has_perm(adjustment.MAY_ASK):
        return []
    points = GoodwillOffer(pool_id=None, name="", left=adjustment.allowance_left(by, member, at=at))
    pools = _pools(at).filter(programme=member.programme_id).order_by("pk")
    return [
        points,
        *(GoodwillOffer(pool_id=pool.pk, name=pool.name, left=_left(pool, by, at=at)) for pool in pools),
    ]


def _member(customer: Customer, *, programme_id: int | None = None) -> Member:
    members = Member.objects.of_person(customer.pk).current().select_related("programme")
    found = members.filter(programme=programme_id).first() if programme_id else members.first()
    if found is None:
        raise NotAMember
    return found


def _pools(at: datetime) -> QuerySet[CouponPool]:
    pools = CouponPool.objects.filter(goodwill_per_day__isnull=False, starts_at__lte=at)
    return pools.filter(Q(ends_at=None) | Q(ends_at__gt=at))


def _left(pool: CouponPool, by: User, *, at: datetime) -> int:
    """By the company's clock."""
    clock = company.current().clock
    since = datetime.combine(timezone.localdate(at, clock), time.min, tzinfo=clock)
    given = GoodwillCoupon.objects.filter(given_by=by, pool=pool, given_at__gte=since).count()
    return max(0, (pool.goodwill_per_day or 0) - given)
