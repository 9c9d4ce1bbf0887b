"""The shop changed an order: its points end as if it had been placed as it stands now.

It is judged anew by the rules of the day on which it earned, as the snapshot of that earning names them. The difference
alone is posted: more is earned with the dates of the purchase, less is taken back from the last earning to the first.
What points paid stays paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Any

from django.db import transaction

from crm import company
from crm.models import Customer, Order, TimelineEntry
from loyalty import ledger, tiering
from loyalty.members import uniting
from loyalty.models import AmendedEarning, Member, Programme, Rule, RuleVersion, Transaction
from loyalty.points import earning, reversal
from loyalty.points.reversal import When
from loyalty.rules import limits
from loyalty.rules.evaluation import Evaluation, evaluate, trace_of
from loyalty.rules.purchases import Known, purchase_of, tiers_held

JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What an order has earned in a programme. `snapshot`: by what it was judged last; `first`: when it earned."""

    programme: Programme
    member: Member
    first: Transaction
    paid_before: Sequence[Transaction]
    snapshot: Mapping[str, Any]

    @property
    def earned_at(self) -> datetime:
        return self.first.occurred_at


@transaction.atomic
def follow_amended(order_id: int, *, at: datetime, caused_by: TimelineEntry | None = None) -> None:
    """Bring the points of an order that the shop changed to what it earns as it stands now. Idempotent.

    An order that has not earned yet, of an imported past or not paid, is left alone: it earns when it is paid.
    Facts (PointsEarned, PointsLowered, PointsGivenBack). The tier is decided anew. Locks the customer's row, the limits
    of the rules, then the wallets in ascending order of their ids.
    """
    order = Order.objects.select_related("customer", "shop").prefetch_related("lines").get(pk=order_id)
    if order.customer_id is None or order.paid_at is None:
        return
    list(Customer.objects.select_for_update(no_key=True).filter(pk=order.customer_id).values_list("pk"))
    known = list(
        Transaction.objects.filter(order_id=order.pk)
        .select_related("wallet__member__programme", "programme")
        .order_by("pk")
    )
    _earn_where_nothing_was(order, known, at=at, caused_by=caused_by)
    earned = _earned(order, known)
    for one in earned:
        _judge(order, one, at=at)
    ledger.lock(sorted({one.member.pk for one in earned}))
    occurred_at = caused_by.occurred_at if caused_by else at
    when = When(at, occurred_at, caused_by, is_amendment=True)
    back = reversal.returned_parts(order)
    members = {member.pk: member for member in reversal.settle(order, back, when)}
    for one in earned:
        _earn_more(order, one, back, at=at, caused_by=caused_by)
    for member in members.values():
        source_id = f"order:{order.pk}:{at:%Y-%m-%dT%H:%M:%S.%f}"
        tiering.keep_up(member, order.placed_at, at=at, source_id=source_id, caused_by=caused_by)


def _earn_where_nothing_was(
    order: Order, known: Sequence[Transaction], *, at: datetime, caused_by: TimelineEntry | None
) -> None:
    """What earned nothing as it was may earn as it is."""
    if order.is_history:
        return
    has_earned = {one.programme_id for one in known if one.kind == Transaction.Kind.EARN}
    for programme in Programme.objects.running(order.paid_at or at):
        if programme.pk not in has_earned:
            earning.earn(order, at=at, programme=programme, caused_by=caused_by)


def _earned(order: Order, known: Sequence[Transaction]) -> list[Earned]:
    """By programme, as it stood before now."""
    amended = AmendedEarning.objects.newest_of([order.pk])
    firsts: dict[int, Transaction] = {}
    for one in known:
        if one.kind == Transaction.Kind.EARN:
            firsts.setdefault(one.programme_id, one)
    return [
        Earned(
            programme=first.programme,
            member=uniting.last_of(first.wallet.member),
            first=first,
            paid_before=[one for one in known if one.programme_id == programme_id and one.pk < first.pk],
            snapshot=(
                amended[order.pk, programme_id].trace if (order.pk, programme_id) in amended else first.trace
            )
            or {},
        )
        for programme_id, first in sorted(firsts.items())
    ]


def _judge(order: Order, earned: Earned, *, at: datetime) -> None:
    """Keep what the order is to earn in all as it stands now."""
    clock = company.current().clock
    rules_then = _rules_of(earned)
    _free_limits(earned, rules_then, clock=clock)
    candidates = earning.candidates_of(rules_then, order, at=earned.earned_at, clock=clock)
    needs = earning.needs_of(candidates)
    programme = earned.programme
    paid = earning.NOTHING
    if not programme.earn_on_points_part:
        paid = earning.value_of_points(earned.paid_before, programme)
    known = Known(tiers=_tiers_then(earned) if "tier" in needs else None)
    purchase = purchase_of(
        order, member=earned.member, needs=needs, clock=clock, paid_with_points=paid, known=known
    )
    evaluation: Evaluation = evaluate(purchase, candidates, rounding=programme.rounding)
    if allowed := earning.reserve(evaluation, rules_then, earned.member, at=earned.earned_at, clock=clock):
        evaluation = evaluate(purchase, candidates, rounding=programme.rounding, allowed=allowed)
    trace = trace_of(purchase, evaluation, quantities=earning.quantities_of(order))
    if trace != earned.snapshot:
        AmendedEarning.objects.create(
            programme=programme, order=order, points=evaluation.points, trace=trace, recorded_at=at
        )


def _rules_of(earned: Earned) -> list[Rule]:
    """Each with the version that was asked then; today's where the ledger does not know."""
    said = [*earned.snapshot.get("rules", ()), *earned.snapshot.get("not", ())]
    if not said:
        return earning.rules_of(earned.programme)
    versions = RuleVersion.objects.filter(pk__in=[one["version"] for one in said]).select_related("rule")
    rules_then = []
    for version in versions.order_by("rule_id"):
        version.rule.active_version = version
        rules_then.append(version.rule)
    return rules_then


def _free_limits(earned: Earned, rules_then: Sequence[Rule], *, clock: tzinfo) -> None:
    """In order of the rules' ids, as they are reserved."""
    had = {one["rule"]: one["points"] for one in earned.snapshot.get("rules", ())}
    for rule in rules_then:
        version = earning.version_of(rule)
        if version.has_limits and had.get(rule.pk):
            limits.release(
                version, member=earned.member, points=had[rule.pk], at=earned.earned_at, clock=clock
            )


def _tiers_then(earned: Earned) -> frozenset[str]:
    """Not the tier that this very purchase may have led to."""
    said = frozenset(earned.snapshot.get("purchase", {}).get("tiers", ()))
    until = min(earned.earned_at, earned.first.recorded_at - JUST_BEFORE)
    return said or tiers_held(earned.member, until)


def _earn_more(
    order: Order,
    earned: Earned,
    back: Mapping[int, Fraction],
    *,
    at: datetime,
    caused_by: TimelineEntry | None,
) -> None:
    amended = AmendedEarning.objects.newest_of([order.pk]).get((order.pk, earned.programme.pk))
    if amended is None or not _may_earn(order, earned.member):
        return
    earnings = list(
        Transaction.objects.filter(
            order_id=order.pk, programme=earned.programme, kind=Transaction.Kind.EARN
        ).order_by("pk")
    )
    points = reversal.due_of(amended, back) - reversal.standing_of(earnings)
    if points <= 0:
        return
    programme, earned_at = earned.programme, earned.earned_at
    in_all = sum(one.points for one in earnings) + points
    lots = earning.lots_of(programme, points, earned_at, company.current().clock)
    earning.tell(
        order,
        programme,
        points,
        lots[0].available_at,
        once_per=f":{in_all}",
        occurred_at=earned_at,
        at=at,
        caused_by=caused_by,
    )
    ledger.earn(
        earned.member.pk,
        lots=lots,
        key=f"{earning.key_of(order.pk)}:{in_all}",
        occurred_at=earned_at,
        at=at,
        order_id=order.pk,
        trace=amended.trace,
    )


def _may_earn(order: Order, member: Member) -> bool:
    """Whoever left, or was erased, is given nothing more."""
    return member.left_at is None and order.customer is not None and order.customer.erased_at is None
