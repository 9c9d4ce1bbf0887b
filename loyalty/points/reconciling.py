"""Whether the points of orders stand as they should: earned where they are due, taken and given back with the goods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from crm.abilities import PointsOff
from crm.models import Order
from loyalty.models import AmendedEarning, Member, Programme, Transaction
from loyalty.points import earning, reversal

Kind = Transaction.Kind


def points_off(orders: Collection[int], *, at: datetime) -> dict[int, PointsOff]:
    """Of these orders, those whose points stand otherwise than is due. Changes nothing; an imported past is left out.

    An order that earned is held beside the snapshot of its earning, one that did not beside the rules of today: only
    what it should have earned then is not known any more. Five queries, and some for each order that earned nothing.
    """
    known: dict[int | None, list[Transaction]] = {}
    for one in Transaction.objects.filter(order_id__in=orders).order_by("pk"):
        known.setdefault(one.order_id, []).append(one)
    amended: dict[int, dict[int, AmendedEarning]] = {}
    for (order_id, programme_id), its in AmendedEarning.objects.newest_of(list(orders)).items():
        amended.setdefault(order_id, {})[programme_id] = its
    programmes = list(Programme.objects.order_by("started_at", "pk"))
    found = Order.objects.filter(pk__in=orders, is_history=False).select_related("customer", "shop")
    off = {
        order.pk: _off(order, known.get(order.pk, []), amended.get(order.pk, {}), programmes, at=at)
        for order in found.prefetch_related("lines")
    }
    return {pk: one for pk, one in off.items() if one}


def _off(
    order: Order,
    known: Sequence[Transaction],
    amended: Mapping[int, AmendedEarning],
    programmes: Sequence[Programme],
    *,
    at: datetime,
) -> PointsOff | None:
    back = reversal.parts_of(order, order.lines.all())
    amounts = {line.pk: line.amount for line in order.lines.all()}
    here = 0
    due = sum(reversal.due_of(its, back) for its in amended.values())
    for one in known:
        undone = sum(other.points for other in known if other.reverses_id == one.pk)
        match one.kind:
            case Kind.EARN:
                here += one.points - undone
                if one.programme_id not in amended:
                    due += one.points - reversal.due_back(one.trace or {}, one.points, back)
            case Kind.REDEEM | Kind.CAPTURE:
                here -= one.points - undone
                due -= one.points - reversal.due_to_give(one.points, amounts, back)
    settled = {one.programme_id for one in known if one.kind == Kind.EARN} | amended.keys()
    due += sum(_due(order, one, back, at=at) for one in programmes if one.pk not in settled)
    return PointsOff(here=here, due=due) if here != due else None


def _due(order: Order, programme: Programme, back: Mapping[int, Fraction], *, at: datetime) -> int:
    """What an order that earned nothing should have earned, less what came back of it."""
    paid_at = order.paid_at
    if paid_at is None or order.customer_id is None or not programme.is_running(paid_at):
        return 0
    if any(earning.version_of(rule).published_at > paid_at for rule in earning.rules_of(programme)):
        return 0  # what it should have earned then is not known any more
    member = Member.objects.going_on(order.customer_id, programme)
    if member and paid_at < member.joined_at.replace(microsecond=0):
        return 0
    outcome = earning.earn(order, at=at, programme=programme, dry_run=True)
    return outcome.points - reversal.due_back(outcome.trace, outcome.points, back)
