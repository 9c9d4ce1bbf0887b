"""A past earns: purchases that were made before, many in one statement, each by its own date and once.

The rules are those of today; tiers count as they were on record then. What came back since is taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from crm import company, timeline
from crm.models import Customer, Order, Shop
from crm.people.same_person import with_ids
from loyalty import ledger, tiering
from loyalty.facts.earning import PointsEarned
from loyalty.members import joining
from loyalty.models import Member, Programme, Rule, Transaction
from loyalty.points import earning, lot_dates, reversal
from loyalty.rules.evaluation import evaluate, trace_of
from loyalty.rules.purchases import Pasts, purchase_of

CHUNK = 500
MEMBERS_AT_ONCE = 2000

# Whose purchases these are: under any id of a person, the member who goes on.
MEMBERS = """
SELECT asked.id, m.id FROM unnest(%(customers)s::bigint[]) AS asked(id)
CROSS JOIN LATERAL unnest(crm_same_person(asked.id)) AS person(id)
JOIN loyalty_member m ON m.customer_id = person.id
WHERE m.programme_id = %(programme)s AND m.merged_into_id IS NULL AND m.left_at IS NULL
ORDER BY m.id DESC
"""


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Orders that earned, and their points, before what came back."""

    orders: int = 0
    points: int = 0
    taken_back_points: int = 0


def earn_history_of_shop(*, shop: Shop, at: datetime, heard: Callable[[int, int], object]) -> tuple[int, int]:
    """As `earn_history`, in each running programme, for what one shop sold."""
    orders, points = 0, 0
    for programme in Programme.objects.running(at):
        earned = earn_history(programme, shop=shop, at=at, heard=heard)
        orders, points = orders + earned.orders, points + earned.points
    return orders, points


def earn_history(
    programme: Programme,
    *,
    at: datetime,
    since: datetime | None = None,
    shop: Shop | None = None,
    heard: Callable[[int, int], object] = lambda done, total: None,
) -> Earned:
    """Let all paid purchases that have not earned yet earn by their own dates, those of `shop` alone where it is given.

    Who bought joins with the first purchase where the programme says so. Some orders at a time, each time in a
    transaction of its own: stopped anywhere, it goes on where it stood. In the end everybody's tier is decided.
    """
    waiting = _waiting(programme, since=since, shop=shop)
    if programme.joining == Programme.Joining.AUTOMATIC:
        _let_join(programme, waiting, at=at)
    total, done, earned = waiting.count(), 0, Earned()
    switched_on = earning.rules_of(programme)
    for orders in _chunks(waiting):
        some = _earn_some(programme, orders, switched_on, at=at)
        done += len(orders)
        earned = Earned(
            orders=earned.orders + some.orders,
            points=earned.points + some.points,
            taken_back_points=earned.taken_back_points + some.taken_back_points,
        )
        heard(done, total)
    _count_tiers(programme, at=at)
    return earned


def _waiting(programme: Programme, *, since: datetime | None, shop: Shop | None) -> QuerySet[Order]:
    has_earned = Transaction.objects.filter(
        order_id=OuterRef("pk"), programme=programme, kind=Transaction.Kind.EARN
    )
    waiting = Order.objects.filter(
        ~Exists(has_earned),
        currency=programme.currency,
        cancelled_at=None,
        paid_at__isnull=False,
        customer__isnull=False,
        customer__erased_at=None,
    )
    return waiting.filter(*([Q(paid_at__gte=since)] if since else []), *([Q(shop=shop)] if shop else []))


def _chunks(waiting: QuerySet[Order]) -> Iterator[list[Order]]:
    """In the order in which they were paid. What earned nothing is passed by, not asked again."""
    in_order = waiting.select_related("customer", "shop").prefetch_related("lines").order_by("paid_at", "pk")
    last: Order | None = None
    while True:
        rest = in_order
        if last:
            rest = in_order.filter(Q(paid_at__gt=last.paid_at) | Q(paid_at=last.paid_at, pk__gt=last.pk))
        if not (found := list(rest[:CHUNK])):
            return
        yield found
        last = found[-1]


@transaction.atomic
def _earn_some(
    programme: Programme, orders: Sequence[Order], switched_on: Sequence[Rule], *, at: datetime
) -> Earned:
    people = {order.customer_id for order in orders if order.customer_id}
    list(
        Customer.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk")
    )
    members = _members(programme, people)
    known = set(
        Transaction.objects.filter(
            programme=programme, key__in=[earning.key_of(order.pk) for order in orders]
        ).values_list("key", flat=True)
    )
    persons = with_ids(Customer.objects.filter(pk__in=people))
    pasts = Pasts(orders, persons, set(members.values()), earning.needs_of_rules(switched_on))
    evaluated = [
        (order, one)
        for order in orders
        if (member := members.get(order.customer_id or 0)) and earning.key_of(order.pk) not in known
        if (one := _evaluated(programme, order, member, switched_on, pasts, at=at))
    ]
    timeline.record_all([_told(order, one, programme, at=at) for order, one in evaluated])
    ledger.earn_batch([one for _, one in evaluated], at=at)
    back = sum(_take_back(order, at=at) for order, _ in evaluated)
    return Earned(
        orders=len(evaluated), points=sum(one.points for _, one in evaluated), taken_back_points=back
    )


def _members(programme: Programme, customers: Collection[int]) -> Mapping[int, Member]:
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"customers": sorted(customers), "programme": programme.pk})
        found = dict(cursor.fetchall())
    members = Member.objects.in_bulk(set(found.values()))
    return {customer: members[member] for customer, member in found.items()}


def _evaluated(
    programme: Programme,
    order: Order,
    member: Member,
    switched_on: Sequence[Rule],
    pasts: Pasts,
    *,
    at: datetime,
) -> ledger.Earning | None:
    clock = company.current().clock
    earned_at = order.paid_at or at
    if earned_at < member.joined_at:
        return None
    candidates = earning.candidates_of(switched_on, order, at=earned_at, clock=clock)
    purchase = purchase_of(order, member=member, needs=earning.needs_of(candidates), clock=clock, pasts=pasts)
    evaluation = evaluate(purchase, candidates, rounding=programme.rounding)
    if allowed := earning.reserve(evaluation, switched_on, member, at=earned_at, clock=clock):
        evaluation = evaluate(purchase, candidates, rounding=programme.rounding, allowed=allowed)
    if not evaluation.points:
        return None
    available_at = lot_dates.available_at(programme, earned_at)
    return ledger.Earning(
        member_id=member.pk,
        key=earning.key_of(order.pk),
        points=evaluation.points,
        occurred_at=earned_at,
        available_at=available_at if available_at and available_at > at else None,
        expires_at=lot_dates.expires_at(programme, earned_at, clock),
        order_id=order.pk,
        trace=trace_of(purchase, evaluation, quantities=earning.quantities_of(order)),
    )


def _told(order: Order, one: ledger.Earning, programme: Programme, *, at: datetime) -> timeline.Told:
    return timeline.Told(
        fact=PointsEarned(
            points=one.points,
            order_number=order.number,
            programme_name=programme.name,
            available_at=one.available_at,
        ),
        customer_id=order.customer_id,
        occurred_at=one.occurred_at,
        recorded_at=at,
        source=earning.SOURCE,
        source_id=f"order:{order.pk}:earn:{programme.pk}",
        shop_id=order.shop_id,
        subject=order,
        language=order.customer.language if order.customer else "",
        is_history=True,
    )


def _take_back(order: Order, *, at: datetime) -> int:
    """What came back since the purchase, on the day of the last return."""
    if not any(line.returned_quantity for line in order.lines.all()):
        return 0
    returned_at = order.lines.aggregate(last=Max("returns__goods_return__returned_at"))["last"]
    reversal.take_back(order, at=at, occurred_at=returned_at or at)
    reverses = Transaction.objects.filter(order=order, kind=Transaction.Kind.REVERSE)
    return sum(reverses.values_list("points", flat=True))


def _let_join(programme: Programme, waiting: QuerySet[Order], *, at: datetime) -> None:
    """Everybody who bought and is no member yet, with the day of the first purchase that is to earn."""
    firsts = waiting.values_list("customer_id").annotate(first=Min("paid_at")).order_by("customer_id")
    joined_at = {customer: first for customer, first in firsts if customer}
    missing = sorted(joined_at.keys() - _members(programme, set(joined_at)).keys())
    for start in range(0, len(missing), CHUNK):
        joining.join_all(
            {customer: joined_at[customer] for customer in missing[start : start + CHUNK]},
            programme=programme,
            through=Member.Joined.AUTOMATIC,
            at=at,
            source=earning.SOURCE,
        )


def _count_tiers(programme: Programme, *, at: datetime) -> None:
    ids = list(
        Member.objects.filter(programme=programme, merged_into=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), MEMBERS_AT_ONCE):
        tiering.recount(ids[start : start + MEMBERS_AT_ONCE])
    tiering.decide_all(programme, at=at, is_history=True)
