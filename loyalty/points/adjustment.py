"""Points given or taken by hand: within a colleague's allowance at once, above it with a second person's yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import company, timeline
from crm.errors import Refusal
from crm.models import Customer, User
from loyalty import ledger
from loyalty.facts.points import PointsAdjusted
from loyalty.members.persons import lock_person
from loyalty.models import AdjustmentRequest, Member

WAITS_FOR = timedelta(hours=24)
MAY_ASK = "loyalty.add_adjustmentrequest"
MAY_DECIDE = "loyalty.change_adjustmentrequest"
Decision = AdjustmentRequest.Decision


class NotYoursToDecide(Refusal):
    code = "not-yours-to-decide"
    title = _("Somebody else has to decide this.")
    status = 403


class AdjustmentDecided(Refusal):
    code = "adjustment-decided"
    title = _("This adjustment was decided already.")


class AdjustmentLapsed(Refusal):
    code = "adjustment-lapsed"
    title = _("Nobody decided in time. Please ask again.")


class MayNotAdjust(Refusal):
    code = "may-not-adjust"
    title = _("You may not adjust points.")
    status = 403


@transaction.atomic
def request_adjustment(
    member: Member,
    *,
    points: int,
    reason: str,
    at: datetime,
    by: User | None = None,
    through: str = "",
    lot_expires_at: datetime | None = None,
) -> AdjustmentRequest:
    """Ask for points to be given (above zero) or taken (below).

    Within what is left of `by`'s allowance of the day it is done at once, with a fact (PointsAdjusted); else a second
    person has WAITS_FOR to decide. `through`: the shop's system that asks, which has no allowance.
    Locks the colleague's row, then the customer's, then the wallet.

    Raises:
        MayNotAdjust, UnknownMember: nothing is asked.
    """
    if by:
        by = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if not by.has_perm(MAY_ASK):
            raise MayNotAdjust
    customer = lock_person(member)
    request = AdjustmentRequest(
        member=member,
        points=points,
        reason=reason,
        requested_by=by,
        requested_through="" if by else through,
        requested_at=at,
        expires_at=at + WAITS_FOR,
    )
    if by and abs(points) <= allowance_left(by, member, at=at):
        request.decision, request.decided_at = Decision.ALLOWED, at
    request.save()
    if request.decision:
        _carry_out(request, customer, at=at, lot_expires_at=lot_expires_at)
    return request


def allowance_left(by: User, member: Member, *, at: datetime) -> int:
    """How many points the colleague may still give or take today, on the company's clock, without asking."""
    clock = company.current().clock
    today = timezone.localdate(at, clock)
    since = datetime.combine(today, time.min, tzinfo=clock)
    used = AdjustmentRequest.objects.filter(
        requested_by=by,
        decision=Decision.ALLOWED,
        requested_at__gte=since,
        member__programme=member.programme_id,
    ).aggregate(points=Sum(Abs(F("points"))))
    return max(0, member.programme.allowance_points - int(used["points"] or 0))


def approve(
    request: AdjustmentRequest,
    *,
    by: User,
    at: datetime,
    note: str = "",
    lot_expires_at: datetime | None = None,
) -> AdjustmentRequest:
    """Say yes, and carry it out. A fact (PointsAdjusted).

    Locks the request's row, then the customer's, then the wallet.

    Raises:
        NotYoursToDecide: by whoever asked, or may not decide; or whoever asked may not ask any more.
        AdjustmentDecided, AdjustmentLapsed, UnknownMember: nothing is changed.
    """
    return _decide(
        request,
        Decision.APPROVED,
        by=by,
        at=at,
        note=note,
        then=lambda decided: _carry_out(
            decided, lock_person(decided.member), at=at, lot_expires_at=lot_expires_at
        ),
    )


def refuse(request: AdjustmentRequest, *, by: User, at: datetime, note: str = "") -> AdjustmentRequest:
    """Say no. Locks the request's row.

    Raises:
        NotYoursToDecide, AdjustmentDecided, AdjustmentLapsed: nothing is changed.
    """
    return _decide(request, Decision.REFUSED, by=by, at=at, note=note, then=lambda decided: None)


@transaction.atomic
def _decide(
    request: AdjustmentRequest,
    decision: str,
    *,
    by: User,
    at: datetime,
    note: str,
    then: Callable[[AdjustmentRequest], None],
) -> AdjustmentRequest:
    standing = (
        AdjustmentRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member__programme", "requested_by")
        .get(pk=request.pk)
    )
    if standing.decision:
        raise AdjustmentDecided
    if standing.expires_at <= at:
        raise AdjustmentLapsed
    if not _may_decide(standing, by):
        raise NotYoursToDecide
    standing.decision, standing.decided_by, standing.decided_at = decision, by, at
    standing.decision_note = note
    standing.save(update_fields=["decision", "decided_by", "decided_at", "decision_note"])
    then(standing)
    return standing


def _may_decide(request: AdjustmentRequest, by: User) -> bool:
    """Roles may have changed since it was asked: what counts is what they are now."""
    asker = request.requested_by
    by = User.objects.get(pk=by.pk)
    if not by.has_perm(MAY_DECIDE) or asker == by:
        return False
    return asker is None or asker.has_perm(MAY_ASK)


def _carry_out(
    request: AdjustmentRequest, customer: Customer, *, at: datetime, lot_expires_at: datetime | None
) -> None:
    timeline.record(
        customer,
        PointsAdjusted(points=request.points, reason=request.reason),
        source="agent" if request.requested_by else request.requested_through,
        source_id=f"adjustment:{request.pk}",
        occurred_at=at,
        recorded_at=at,
        actor=request.requested_by,
        subject=request,
    )
    ledger.adjust(request.pk, at=at, expires_at=lot_expires_at)
