"""A member recommends us to a friend; both get points when the return window of the friend's first order is over.

It concerns two people, so nothing here runs inside the recording of a fact: orders and returns are heard of through
the feed, and what is due is paid by the clock. Locks: both customers' rows in ascending order, the referral, a budget,
the wallets in ascending order.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from crm import company, timeline
from crm.errors import Refusal
from crm.models import Customer, Order, ReturnLine
from crm.people.same_person import ids_by
from crm.timeline import Told
from loyalty import ledger, tiering
from loyalty.coupons.coupon_codes import ALPHABET, normal
from loyalty.facts.rewards import FriendReferred, ReferralPaid
from loyalty.members.persons import lock_person
from loyalty.models import Member, Referral, ReferralCode, ReferralTerms
from loyalty.points.lot_dates import months_later
from loyalty.rules import budgets
from loyalty.rules.budgets import BudgetUsedUp

LENGTH = 8
Reason = Referral.Reason

# What both people have, of what belongs to one. A shop's own number is never shared by right.
SHARED = """
SELECT mine.kind FROM crm_identity mine JOIN crm_identity theirs USING (kind, namespace, value)
WHERE mine.customer_id = ANY (%(one)s) AND theirs.customer_id = ANY (%(other)s)
  AND mine.kind IN ('phone', 'email', 'card')
ORDER BY array_position(ARRAY['phone', 'email', 'card'], mine.kind::text) LIMIT 1
"""
BY_KIND = {"phone": Reason.SAME_PHONE, "email": Reason.SAME_EMAIL, "card": Reason.SAME_CARD}


class UnknownReferralCode(Refusal):
    code = "unknown-referral-code"
    title = _("No member has this referral code.")
    status = 422


class ReferralsNotOffered(Refusal):
    code = "referrals-not-offered"
    title = _("The programme gives nothing for recommendations now.")


class ReferralOfOneself(Refusal):
    code = "referral-of-oneself"
    title = _("Nobody can recommend us to themselves.")


class ReferredAlready(Refusal):
    code = "referred-already"
    title = _("This member came on somebody's recommendation already.")


class NotANewcomer(Refusal):
    code = "not-a-newcomer"
    title = _("This member has bought from us before.")


def code_of(member: Member, *, at: datetime) -> ReferralCode:
    """The member's own code; it is made when it is first asked for."""
    made, _new = ReferralCode.objects.get_or_create(
        member=member, defaults={"code": _new_code(), "created_at": at}
    )
    return made


def _new_code() -> str:
    """Short enough to be said aloud: it opens nothing, and recommending is no secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


@transaction.atomic
def refer(friend: Member, *, code: str, at: datetime, source: str = "loyalty") -> Referral:
    """Note on whose recommendation a member came. Told again, the referral that stands is answered.

    Locks the friend's customer row. A fact of theirs (FriendReferred).

    Raises:
        UnknownReferralCode, ReferralsNotOffered, UnknownMember: nothing is noted.
        ReferralOfOneself: with the reason; NotANewcomer; ReferredAlready: by somebody else.
    """
    customer = lock_person(friend)
    referrer = _referrer(code, friend)
    if standing := _standing(friend):
        if standing.referrer_id != referrer.pk:
            raise ReferredAlready
        return standing
    terms = _terms(friend.programme_id, at)
    if reason := why_same(referrer, friend):
        raise ReferralOfOneself(reason=reason)
    if Order.objects.filter(
        customer__in=ids_by(customer.pk), paid_at__isnull=False, cancelled_at=None
    ).exists():
        raise NotANewcomer
    referral = Referral.objects.create(
        referrer=referrer,
        friend=friend,
        referrer_points=terms.referrer_points,
        friend_points=terms.friend_points,
        referred_at=at,
    )
    timeline.record(
        customer,
        FriendReferred(),
        source=source,
        source_id=f"referral:{referral.pk}",
        occurred_at=at,
        recorded_at=at,
        subject=referral,
    )
    return referral


def _referrer(code: str, friend: Member) -> Member:
    """Whose code it is: the member who goes on for them."""
    try:
        named = ReferralCode.objects.select_related("member").get(
            code=normal(code), member__programme=friend.programme_id
        )
    except (ValueError, ReferralCode.DoesNotExist) as error:
        raise UnknownReferralCode from error
    member = Member.objects.going_on(named.member.customer_id, friend.programme)
    if member is None:
        raise UnknownReferralCode
    return member


def _standing(friend: Member) -> Referral | None:
    persons = Member.objects.of_person(friend.customer_id).filter(programme=friend.programme_id)
    return Referral.objects.filter(friend__in=persons).order_by("pk").first()


def _terms(programme_id: int, at: datetime) -> ReferralTerms:
    valid = ReferralTerms.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
    terms = valid.filter(programme=programme_id).first()
    if terms is None:
        raise ReferralsNotOffered
    return terms


def why_same(one: Member, other: Member) -> str:
    """Why the two count as one person; empty where nothing says so."""
    ours, theirs = ids_by(one.customer_id), ids_by(other.customer_id)
    if set(ours) & set(theirs):
        return Reason.SAME_PERSON
    with connection.cursor() as cursor:
        cursor.execute(SHARED, {"one": list(ours), "other": list(theirs)})
        found = cursor.fetchone()
    return BY_KIND[found[0]] if found else ""


# ── The friend's first order ─────────────────────────────────────────────────
@transaction.atomic
def note_paid_order(order_id: int) -> None:
    """If a friend's first paid order is this one, its return window begins. Smaller orders do not count. Idempotent."""
    order = Order.objects.get(pk=order_id)
    if order.customer_id is None or order.paid_at is None:
        return
    waiting = Referral.objects.filter(
        friend__in=Member.objects.of_person(order.customer_id),
        friend__programme__currency=order.currency,
        order=None,
        paid_at=None,
        refused_at=None,
        referred_at__lte=order.paid_at,
    )
    for referral in waiting.select_for_update(no_key=True, of=("self",)).select_related("friend__programme"):
        terms = ReferralTerms.objects.get(programme=referral.friend.programme_id)
        if kept_of(order) >= max(terms.smallest_order, Decimal("0.01")):
            referral.order = order
            referral.due_at = order.paid_at + timedelta(days=_window_days(terms, referral))
            referral.save(update_fields=["order", "due_at"])


def _window_days(terms: ReferralTerms, referral: Referral) -> int:
    return referral.friend.programme.pending_days if terms.window_days is None else terms.window_days


@transaction.atomic
def reconsider(customer_ids: Iterable[int], *, at: datetime) -> None:
    """These people cancelled or returned something: referrals that hang on it may be over. Idempotent."""
    hanging = Referral.objects.filter(order__customer__in=customer_ids, paid_at=None, refused_at=None)
    for referral in hanging.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        if reason := _why_not_by_order(referral):
            _refuse(referral, reason, at=at)


def kept_of(order: Order) -> Decimal:
    """What is left of the order's goods after all that came back."""
    if order.cancelled_at:
        return Decimal(0)
    returned = ReturnLine.objects.filter(order_line__order=order).aggregate(sum=Sum("amount"))["sum"]
    return order.goods_amount - (returned or Decimal(0))


def _why_not_by_order(referral: Referral) -> str:
    assert referral.order  # noqa: S101 - asked of those that have one
    kept = kept_of(referral.order)
    if kept <= 0:
        return Reason.RETURNED
    terms = ReferralTerms.objects.get(programme=referral.friend.programme_id)
    return Reason.TOO_SMALL if kept < terms.smallest_order else ""


def _refuse(referral: Referral, reason: str, *, at: datetime) -> None:
    referral.refused_at, referral.reason = at, reason
    referral.save(update_fields=["refused_at", "reason"])


# ── Paying out ───────────────────────────────────────────────────────────────
def pay_due(*, at: datetime) -> int:
    """Settle every referral whose return window is over, each in its own transaction. Returns how many were paid."""
    due = Referral.objects.filter(paid_at=None, refused_at=None, due_at__lte=at).order_by("due_at", "pk")
    return sum(settle(pk, at=at) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def settle(referral_id: int, *, at: datetime) -> bool:
    """Pay both sides, or refuse with a reason. Is it paid by this call? A budget without room lets it wait.

    Idempotent: the ledger's keys are the referral's. A fact for each (ReferralPaid). The friend counts from now on
    towards the tier of whoever brought them.
    """
    referral = Referral.objects.select_related("referrer__programme", "friend", "order").get(pk=referral_id)
    programme = referral.referrer.programme
    sides = [
        (Member.objects.going_on(side.customer_id, programme), points)
        for side, points in (
            (referral.referrer, referral.referrer_points),
            (referral.friend, referral.friend_points),
        )
    ]
    _lock_people([member for member, _points in sides if member])
    locked = Referral.objects.select_for_update(no_key=True).get(pk=referral_id)
    if locked.paid_at or locked.refused_at or locked.due_at is None or locked.due_at > at:
        return False
    members = [(member, points) for member, points in sides if member]
    if reason := _why_not(referral, [member for member, _points in members]):
        _refuse(locked, reason, at=at)
        return False
    terms = ReferralTerms.objects.select_related("budget").get(programme=programme)
    try:
        _reserve(terms, referral, at=at)
    except BudgetUsedUp:
        return False
    _pay(referral, members, expires_at=_expires_at(terms, at), at=at)
    locked.paid_at = at
    locked.save(update_fields=["paid_at"])
    tiering.keep_up(members[0][0], at, at=at, source_id=f"referral:{referral.pk}")
    return True


def _lock_people(members: list[Member]) -> None:
    ids = [member.customer_id for member in members]
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _why_not(referral: Referral, members: list[Member]) -> str:
    if len(members) < 2:
        return Reason.LEFT
    return why_same(*members) or _why_not_by_order(referral)


def _reserve(terms: ReferralTerms, referral: Referral, *, at: datetime) -> None:
    if terms.budget:
        whole = referral.referrer_points + referral.friend_points
        budgets.reserve(terms.budget, amount=whole, key=f"referral:{referral.pk}", at=at)


def _expires_at(terms: ReferralTerms, at: datetime) -> datetime | None:
    return months_later(at, terms.points_months, company.current().clock) if terms.points_months else None


def _pay(
    referral: Referral, members: list[tuple[Member, int]], *, expires_at: datetime | None, at: datetime
) -> None:
    """Tell both first, then post to the wallets in the order of their ids."""
    paid = [(member, points) for member, points in members if points]
    timeline.record_all(
        [
            Told(
                fact=ReferralPaid(points=points),
                customer_id=member.customer_id,
                occurred_at=at,
                recorded_at=at,
                source="loyalty",
                source_id=f"referral:{referral.pk}:paid:{member.pk}",
                subject=referral,
                language=member.customer.language,
            )
            for member, points in paid
        ]
    )
    for member, points in sorted(paid, key=lambda side: side[0].pk):
        ledger.earn(
            member.pk,
            lots=[ledger.Lot(points=points, expires_at=expires_at)],
            key=f"referral:{referral.pk}:{member.pk}",
            occurred_at=at,
            at=at,
            trace={"referral": referral.pk},
        )
