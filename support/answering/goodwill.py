"""Making up for something: points or a coupon from a ticket, within the colleague's day, or refused at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import abilities
from crm.errors import Refusal
from crm.models import User
from crm.words.plain_text import plain
from support import changing
from support.changing import Held
from support.facts import GoodwillCouponGiven, GoodwillPointsGiven
from support.models import Goodwill, Ticket


class NoReason(Refusal):
    code = "goodwill-without-reason"
    title = _("Say in a few words what it makes up for.")
    status = 422


@transaction.atomic
def grant(ticket: Ticket, *, points: int, reason: str, by: User, key: str, at: datetime) -> Goodwill:
    """Give points, once per `key`: a repeat answers what stands. A fact (GoodwillPointsGiven).

    Locks the colleague's row, the customer's, then the ticket's.

    Raises:
        NoReason: nothing is given.
        Whatever the ability refuses with (no member, more than is left of the day): nothing is given.
    """
    words, key = _words(reason), f"{by.pk}:{key}"
    held = _hold(ticket, by)
    if standing := Goodwill.objects.filter(key=key).first():
        return standing
    abilities.gives_points()(held.person, points=points, reason=words, by=by, at=at)
    given = Goodwill.objects.create(
        ticket=held.ticket, points=points, reason=words, given_by=by, given_at=at, key=key
    )
    changing.happen(held.ticket, "points_given", by=by, at=at, points=points)
    fact = GoodwillPointsGiven(number=str(held.ticket.pk), points=points)
    changing.tell(held.ticket, held.person, fact, event=f"goodwill:{given.pk}", at=at, by=by)
    return given


@transaction.atomic
def grant_coupon(ticket: Ticket, *, pool_id: int, reason: str, by: User, key: str, at: datetime) -> Goodwill:
    """Give a code of a pool, once per `key`. A fact (GoodwillCouponGiven). Locks and refusals as `grant`."""
    words, key = _words(reason), f"{by.pk}:{key}"
    held = _hold(ticket, by)
    if standing := Goodwill.objects.filter(key=key).first():
        return standing
    coupon = abilities.gives_coupon()(held.person, pool_id=pool_id, by=by, at=at)
    given = Goodwill.objects.create(
        ticket=held.ticket,
        coupon_code=coupon.code,
        coupon_name=coupon.name,
        reason=words,
        given_by=by,
        given_at=at,
        key=key,
    )
    changing.happen(held.ticket, "coupon_given", by=by, at=at, coupon=coupon.name)
    fact = GoodwillCouponGiven(number=str(held.ticket.pk), coupon_name=coupon.name)
    changing.tell(held.ticket, held.person, fact, event=f"goodwill:{given.pk}", at=at, by=by)
    return given


def _hold(ticket: Ticket, by: User) -> Held:
    """The colleague first: their allowance is counted under their own lock, wherever points are given by hand."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return changing.hold(ticket)


def _words(reason: str) -> str:
    words = " ".join(plain(reason).split())[:200]
    if not words:
        raise NoReason
    return words
