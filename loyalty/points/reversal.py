"""Goods came back, or the order was cancelled: what the order earned is taken back, what points paid of it comes back.

Everything follows from the snapshot of the earning and from how much of each line is back by now: so it does not matter
in how many steps it came, nor what the rules say today. Of an order that the shop changed, the snapshot of the change
counts, for all of its earnings together (see `amending`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

from django.db import transaction

from crm import timeline
from crm.abilities import ReturnEffect
from crm.facts import Fact
from crm.models import Customer, Order, OrderLine, ReturnLine, TimelineEntry
from loyalty import ledger, tiering
from loyalty.facts.earning import PointsGivenBack, PointsLowered, PointsTakenBack
from loyalty.members import uniting
from loyalty.models import AmendedEarning, Member, Programme, Transaction

SOURCE = "loyalty"
WHOLE = Fraction(1)


@dataclass(frozen=True)
class When:
    """Now, when the goods came back, and the entry that told of it. `is_amendment`: the shop changed the order."""

    at: datetime
    occurred_at: datetime
    caused_by: TimelineEntry | None
    is_amendment: bool = False


@transaction.atomic
def reverse_order(order: Order, *, at: datetime, caused_by: TimelineEntry | None = None) -> None:
    """Bring the points of an order to where its returned lines, or its cancellation, leave them. Idempotent.

    Facts (PointsTakenBack, PointsGivenBack). The tier is decided anew. Locks the customer's row, then the wallet.
    """
    if order.customer_id is None:
        return
    if not Transaction.objects.filter(order_id=order.pk).exists():
        return
    list(Customer.objects.select_for_update(no_key=True).filter(pk=order.customer_id).values_list("pk"))
    for member in take_back(order, at=at, caused_by=caused_by):
        tiering.keep_up(member, order.placed_at, at=at, source_id=f"order:{order.pk}", caused_by=caused_by)


def reverse_cancelled(order_id: int, *, at: datetime, caused_by: TimelineEntry | None = None) -> None:
    """As `reverse_order`, by id."""
    reverse_order(Order.objects.select_related("customer").get(pk=order_id), at=at, caused_by=caused_by)


def reverse_returns(returns: Mapping[int, TimelineEntry], *, at: datetime) -> None:
    """As `reverse_order`, for each order that these returns brought goods of: return → what is told of it.

    One query where none of them earned anything. A credit that stands alone is of no order.
    """
    brought = ReturnLine.objects.filter(
        goods_return__in=returns, order_line__order__points_transactions__isnull=False
    )
    pairs = brought.values_list("goods_return_id", "order_line__order_id").distinct().order_by("pk")
    for return_id, order_id in dict.fromkeys(pairs):
        order = Order.objects.select_related("customer").get(pk=order_id)
        reverse_order(order, at=at, caused_by=returns[return_id])


def take_back(
    order: Order,
    *,
    at: datetime,
    occurred_at: datetime | None = None,
    caused_by: TimelineEntry | None = None,
) -> list[Member]:
    """As `reverse_order`, for a caller that sees to the tier. Answers with whom it concerned."""
    back = returned_parts(order)
    if not any(back.values()):
        return []
    return settle(
        order, back, When(at, occurred_at or (caused_by.occurred_at if caused_by else at), caused_by)
    )


def settle(order: Order, back: Mapping[int, Fraction], when: When) -> list[Member]:
    """Take back and give back what is due by now; with the customer's row locked. Answers with whom it concerned."""
    amended = {
        programme: one for (_order, programme), one in AmendedEarning.objects.newest_of([order.pk]).items()
    }
    known = Transaction.objects.filter(order_id=order.pk).select_related("wallet__member__programme")
    members: dict[int, Member] = {}
    together: dict[int, list[tuple[Transaction, Member]]] = defaultdict(list)
    for one in known.order_by("wallet_id", "pk"):
        # What one wallet earned may be owed by another, after people were merged.
        member = uniting.last_of(one.wallet.member)
        members[member.pk] = member
        match one.kind:
            case Transaction.Kind.EARN if one.programme_id in amended:
                together[one.programme_id].append((one, member))
            case Transaction.Kind.EARN:
                _take_back(order, one, member, back, when)
            case Transaction.Kind.REDEEM | Transaction.Kind.CAPTURE:
                _give_back(order, one, back, when)
    for programme, earnings in together.items():
        _take_back_together(order, earnings, amended[programme], back, when)
    return list(members.values())


def standing_of(earnings: Iterable[Transaction]) -> int:
    """How many of the points of these earnings are not taken back."""
    return sum(one.points - _done(one) for one in earnings)


def due_of(amended: AmendedEarning, back: Mapping[int, Fraction]) -> int:
    """How many points a changed order is to have earned in all, less what came back of it."""
    return amended.points - due_back(amended.trace, amended.points, back)


def foresee(order: Order, *, quantities: Mapping[int, Decimal]) -> ReturnEffect:
    """What would happen to points if so much more of these lines (id → quantity) came back now. Changes nothing.

    The figures are those that `take_back` would post; of several programmes together.
    """
    lines = {line.pk: line for line in OrderLine.objects.filter(order=order)}
    back = returned_parts(order)
    for key, quantity in quantities.items():
        more = Fraction(quantity) / Fraction(lines[key].quantity)
        back[key] = min(WHOLE, back[key] + more)
    amounts = {key: line.amount for key, line in lines.items()}
    taken = given = 0
    amended = AmendedEarning.objects.newest_of([order.pk])
    known = list(Transaction.objects.filter(order_id=order.pk).order_by("pk"))
    for (_order, programme), its in amended.items():
        earnings = [
            one for one in known if (one.kind, one.programme_id) == (Transaction.Kind.EARN, programme)
        ]
        taken += max(0, standing_of(earnings) - due_of(its, back))
    for one in known:
        match one.kind:
            case Transaction.Kind.EARN if (order.pk, one.programme_id) in amended:
                continue
            case Transaction.Kind.EARN:
                taken += max(0, due_back(one.trace or {}, one.points, back) - _done(one))
            case Transaction.Kind.REDEEM | Transaction.Kind.CAPTURE:
                given += max(0, due_to_give(one.points, amounts, back) - _done(one))
    return ReturnEffect(points_taken=taken, points_given=given)


def returned_parts(order: Order) -> dict[int, Fraction]:
    """Of each line the part that is back by now; all of a cancelled order."""
    return parts_of(order, OrderLine.objects.filter(order=order).order_by("pk"))


def parts_of(order: Order, lines: Iterable[OrderLine]) -> dict[int, Fraction]:
    """As `returned_parts`, for a caller that has the lines."""
    return {
        line.pk: WHOLE if order.cancelled_at else Fraction(line.returned_quantity) / Fraction(line.quantity)
        for line in lines
    }


def due_back(trace: Mapping[str, Mapping[str, int]], points: int, back: Mapping[int, Fraction]) -> int:
    """How many of the points that were earned are to be taken back in all, by the snapshot's points for each line."""
    of_lines = {int(key): share for key, share in trace.get("lines", {}).items()}
    if not of_lines:
        return floor(points * min(back.values(), default=WHOLE))
    return floor(sum((share * back.get(key, Fraction(0)) for key, share in of_lines.items()), Fraction(0)))


def due_to_give(spent: int, amounts: Mapping[int, Decimal], back: Mapping[int, Fraction]) -> int:
    """How many of the points that paid for an order come back: in proportion to what came back of the goods."""
    total = sum((Fraction(amount) for amount in amounts.values()), Fraction(0))
    if not total:
        return spent if all(part == WHOLE for part in back.values()) else 0
    returned = sum((Fraction(amount) * back[key] for key, amount in amounts.items()), Fraction(0))
    return floor(spent * returned / total)


def _take_back(
    order: Order,
    earning: Transaction,
    member: Member,
    back: Mapping[int, Fraction],
    when: When,
) -> None:
    until = due_back(earning.trace or {}, earning.points, back)
    done = _done(earning)
    if until <= done:
        return
    _reverse(order, earning, member, back, until=until, points=until - done, when=when)


def _take_back_together(
    order: Order,
    earnings: Sequence[tuple[Transaction, Member]],
    amended: AmendedEarning,
    back: Mapping[int, Fraction],
    when: When,
) -> None:
    """From the last earning to the first, until no more of them stands than is due."""
    too_many = standing_of(one for one, _member in earnings) - due_of(amended, back)
    for one, member in sorted(earnings, key=lambda pair: pair[0].pk, reverse=True):
        done = _done(one)
        points = min(too_many, one.points - done)
        if points > 0:
            _reverse(order, one, member, back, until=done + points, points=points, when=when)
            too_many -= points


def _reverse(
    order: Order,
    earning: Transaction,
    member: Member,
    back: Mapping[int, Fraction],
    *,
    until: int,
    points: int,
    when: When,
) -> None:
    kind = PointsLowered if when.is_amendment else PointsTakenBack
    _tell(order, kind(points=points, order_number=order.number), name=f"back:{earning.pk}:{until}", when=when)
    ledger.reverse(
        member.pk,
        earning_id=earning.pk,
        until=until,
        key=f"order:{order.pk}:back:{earning.pk}:{until}",
        at=when.at,
        occurred_at=when.occurred_at,
        lines=[key for key, part in back.items() if part],
        forgive=member.programme.debt_policy == Programme.DebtPolicy.FORGIVE,
        order_id=order.pk,
        trace={"reason": _reason(order, when), "until": until},
    )


def _reason(order: Order, when: When) -> str:
    if when.is_amendment:
        return "amended"
    return "cancelled" if order.cancelled_at else "returned"


def _give_back(
    order: Order,
    spending: Transaction,
    back: Mapping[int, Fraction],
    when: When,
) -> None:
    amounts = {line.pk: line.amount for line in OrderLine.objects.filter(order=order)}
    until = due_to_give(spending.points, amounts, back)
    done = _done(spending)
    if until <= done:
        return
    fact = PointsGivenBack(points=until - done, order_number=order.number)
    _tell(order, fact, name=f"given-back:{spending.pk}:{until}", when=when)
    key = f"order:{order.pk}:given-back:{spending.pk}:{until}"
    with uniting.bringing_along(spending.wallet.member, key=key, at=when.at):
        ledger.restore(
            spending.pk,
            until=until,
            key=key,
            at=when.at,
            occurred_at=when.occurred_at,
            order_id=order.pk,
            trace={"reason": _reason(order, when), "until": until},
        )


def _done(one: Transaction) -> int:
    return sum(one.reversals.values_list("points", flat=True))


def _tell(order: Order, fact: Fact, *, name: str, when: When) -> None:
    timeline.record(
        order.customer,
        fact,
        source=SOURCE,
        source_id=f"order:{order.pk}:{name}",
        occurred_at=when.occurred_at,
        recorded_at=when.at,
        subject=order,
        is_history=order.is_history,
        caused_by=when.caused_by,
    )
