"""What everybody bought, up to the end of a day, and the stage that follows from it: some people at a time.

Days, on the clock of the shop where it was bought; money in the currency of the customer's latest order, goods less
refunds, as in crm.purchases.figures. Margin is that less what the goods cost, less the cost of what came back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from crm.models import CustomerWorth, StageTransition
from crm.purchases.purchase_rhythm import rhythm
from crm.worth.stages import Stage, Step, way

CENT = Decimal("0.01")

# A customer is asked about as one person: those merged into somebody, and those forgotten, are not there. Whose ids are
# one person's is asked once for each, before anything is looked for by them.
NEXT = "id > %(after)s"
THESE = "id = ANY (%(ids)s)"
BOUGHT = """
WITH person AS MATERIALIZED (
  SELECT c.id, c.created_at, crm_same_person(c.id) AS ids, f.currency, f.orders, f.returns
  FROM (
    SELECT id, created_at FROM crm_customer
    WHERE {who} AND merged_into_id IS NULL AND erased_at IS NULL
    ORDER BY id LIMIT %(many)s
  ) c LEFT JOIN crm_customerfigures f ON f.customer_id = c.id
)
SELECT p.id, p.ids, (p.created_at AT TIME ZONE %(clock)s)::date, coalesce(p.currency, ''),
       coalesce(d.orders, 0), d.days, d.amounts, coalesce(r.returns, 0), coalesce(r.refunded, 0),
       CASE WHEN k.is_known THEN k.cost - coalesce(b.cost, 0) END
FROM person p
LEFT JOIN LATERAL (
  SELECT sum(one.orders)::int AS orders, array_agg(one.day ORDER BY one.day) AS days,
         array_agg(one.amount ORDER BY one.day) AS amounts
  FROM (
    SELECT (o.placed_at AT TIME ZONE s.time_zone)::date AS day, count(*) AS orders,
           coalesce(sum(o.goods_amount) FILTER (WHERE o.currency = p.currency), 0) AS amount
    FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id
    WHERE p.orders > 0 AND o.customer_id = ANY (p.ids) AND o.cancelled_at IS NULL
    GROUP BY 1
  ) one
  WHERE one.day <= %(as_of)s
) d ON true
LEFT JOIN LATERAL (
  SELECT count(*)::int AS returns, sum(r.amount) FILTER (WHERE r.currency = p.currency) AS refunded
  FROM crm_return r JOIN crm_shop s ON s.id = r.shop_id
  WHERE p.returns > 0 AND r.customer_id = ANY (p.ids)
    AND (r.returned_at AT TIME ZONE s.time_zone)::date <= %(as_of)s
    AND NOT EXISTS (SELECT FROM crm_order o WHERE o.id = r.order_id AND o.cancelled_at IS NOT NULL)
) r ON true
LEFT JOIN LATERAL (
  SELECT sum(l.quantity * l.unit_cost) AS cost, bool_and(l.unit_cost IS NOT NULL) AS is_known
  FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id LEFT JOIN crm_orderline l ON l.order_id = o.id
  WHERE %(by_margin)s AND p.orders > 0 AND o.customer_id = ANY (p.ids) AND o.cancelled_at IS NULL
    AND o.currency = p.currency AND (o.placed_at AT TIME ZONE s.time_zone)::date <= %(as_of)s
) k ON true
LEFT JOIN LATERAL (
  SELECT sum(rl.quantity * l.unit_cost) AS cost
  FROM crm_return r JOIN crm_shop s ON s.id = r.shop_id JOIN crm_returnline rl ON rl.goods_return_id = r.id
  JOIN crm_orderline l ON l.id = rl.order_line_id JOIN crm_order o ON o.id = l.order_id
  WHERE %(by_margin)s AND p.returns > 0 AND r.customer_id = ANY (p.ids) AND r.currency = p.currency
    AND o.cancelled_at IS NULL AND (r.returned_at AT TIME ZONE s.time_zone)::date <= %(as_of)s
) b ON true
ORDER BY p.id
"""

COUNTED = (
    *("as_of", "counted_at", "orders", "returns", "purchase_days", "days_lately", "days_earlier"),
    *("first_on", "last_on", "last_on_before", "usual_gap_days"),
    *("currency", "historic_value", "margin", "repeat_mean", "stage", "stage_since"),
)

Gaps = Counter[tuple[date, int]]


@dataclass(frozen=True, kw_only=True)
class Bought:
    """One person, by all their `ids`, up to the end of `as_of`. `days` ascending, with what was bought on each.

    `cost` of what they bought and kept; None where it is not asked for, or not known of everything.
    """

    customer_id: int
    ids: Sequence[int]
    known_on: date
    currency: str
    orders: int
    days: Sequence[date]
    amounts: Sequence[Decimal]
    returns: int
    refunded: Decimal
    cost: Decimal | None

    @property
    def net_revenue(self) -> Decimal:
        return sum(self.amounts, Decimal(0)) - self.refunded

    @property
    def margin(self) -> Decimal | None:
        return None if self.cost is None else (self.net_revenue - self.cost).quantize(CENT, ROUND_HALF_UP)

    @property
    def gaps(self) -> list[int]:
        """Days between two days of purchases."""
        return [(later - earlier).days for earlier, later in pairwise(self.days)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Up to the end of which day, on whose clock, and by what a company counts."""

    as_of: date
    clock: str
    horizon_days: int
    by_margin: bool = False


def bought(after: int, *, many: int, asked: Asked) -> list[Bought]:
    """The next people by their ids. One question."""
    return _ask(BOUGHT.format(who=NEXT), asked, after=after, many=many)


def bought_by(ids: Sequence[int], *, asked: Asked) -> list[Bought]:
    """These people, by the survivors' ids. One question."""
    return _ask(BOUGHT.format(who=THESE), asked, ids=list(ids), many=len(ids))


def _ask(question: str, asked: Asked, **more: Any) -> list[Bought]:
    with connection.cursor() as cursor:
        cursor.execute(question, {**asdict(asked), **more})
        return [_bought(*row) for row in cursor.fetchall()]


def _bought(
    pk: int, ids: Any, known_on: date, currency: str, orders: int, days: Any, amounts: Any, *back: Any
) -> Bought:
    returns, refunded, cost = back
    return Bought(
        customer_id=pk,
        ids=ids,
        known_on=known_on,
        currency=currency,
        orders=orders,
        days=days or (),
        amounts=amounts or (),
        returns=returns,
        refunded=refunded,
        cost=cost,
    )


def gaps_of(people: Sequence[Bought]) -> Gaps:
    """(month of the first purchase, days between two days of purchases) → how often."""
    return Counter((one.days[0].replace(day=1), gap) for one in people for gap in one.gaps)


@transaction.atomic
def keep(people: Sequence[Bought], *, asked: Asked, at: datetime) -> None:
    """Write what they bought and where they came to; their scores stand as they are until crm.worth.judging.

    Idempotent for a day. Locks nothing but the rows of CustomerWorth: their customers can be written meanwhile.
    """
    ids = [one.customer_id for one in people]
    rows, moves = [], []
    stood = _stood(ids)
    for one in people:
        before = stood.get(one.customer_id)
        log = _log(one, before=before, asked=asked)
        moves += _told(one.customer_id, log, since=1 if before else 0, at=at)
        rows.append(_row(one, log[-1], asked=asked, at=at))
    CustomerWorth.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["customer"], update_fields=COUNTED
    )
    StageTransition.objects.bulk_create(moves)


def _stood(ids: Sequence[int]) -> dict[int, Step]:
    known = CustomerWorth.objects.filter(pk__in=ids, stage_since__isnull=False)
    rows = known.values_list("pk", "stage_since", "stage")
    return {pk: Step(since, Stage(stage)) for pk, since, stage in rows if since}


def _log(one: Bought, *, before: Step | None, asked: Asked) -> list[Step]:
    """What stood, and what came since. Where the past is told otherwise by now, the log goes on from today.

    Whoever was counted for a later day already keeps their stage: see crm.worth.following.
    """
    as_of = asked.as_of
    its = way(one.days, known_on=min(one.known_on, as_of), horizon_days=asked.horizon_days, until=as_of)
    if before is None:
        return its
    if before.on > as_of:
        return [before]
    log = [before, *(step for step in its if step.on > before.on)]
    if log[-1].stage != its[-1].stage:
        log.append(Step(as_of, its[-1].stage))
    return log


def _told(customer_id: int, log: Sequence[Step], *, since: int, at: datetime) -> list[StageTransition]:
    """The steps of the log from the one numbered `since` on."""
    stages = ["", *(step.stage for step in log)]
    return [
        StageTransition(
            customer_id=customer_id, before=stages[n], after=step.stage, entered_on=step.on, recorded_at=at
        )
        for n, step in enumerate(log)
        if n >= since
    ]


def _row(one: Bought, now: Step, *, asked: Asked, at: datetime) -> CustomerWorth:
    lately, earlier = (asked.as_of - timedelta(days=asked.horizon_days * n) for n in (1, 2))
    before = [day for day in one.days if day <= lately]
    known = rhythm(one.days)
    return CustomerWorth(
        customer_id=one.customer_id,
        as_of=asked.as_of,
        counted_at=at,
        orders=one.orders,
        returns=one.returns,
        purchase_days=len(one.days),
        days_lately=len(one.days) - len(before),
        days_earlier=sum(day > earlier for day in before),
        first_on=one.days[0] if one.days else None,
        last_on=one.days[-1] if one.days else None,
        last_on_before=before[-1] if before else None,
        usual_gap_days=known.nine_of_ten_days if known else None,
        currency=one.currency,
        historic_value=one.net_revenue,
        margin=one.margin,
        repeat_mean=_mean(one.amounts[1:]),
        stage=now.stage,
        stage_since=now.on,
    )


def _mean(amounts: Sequence[Decimal]) -> Decimal | None:
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(CENT) if amounts else None
