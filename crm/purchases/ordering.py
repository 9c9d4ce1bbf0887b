"""An order is placed, and moves: paid, shipped, delivered, completed, cancelled, in whatever order the news comes.

Parcels stand in `shipping`, goods that come back in `returning`. `at` is now; `occurred_at` is when it happened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Fault, NotPlausible, OrderDiffers, PersonErased, RepeatedLine, TotalsDisagree
from crm.facts import (
    Fact,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
)
from crm.models import Customer, Order, OrderLine, Shop
from crm.people.same_person import ids_of
from crm.people.tombstones import refuse_words_about
from crm.purchases.order_progress import MOMENTS, progress_of
from crm.timeline import Told

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(days=1)
CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal("999999999999.99")
NAMES_SAID = 3


@dataclass(frozen=True, kw_only=True)
class LineGiven:
    """A position as the shop tells it. `external_id` names it within the order; `amount` is checked when given."""

    external_id: str
    quantity: Decimal
    unit_price: Decimal
    sku: str = ""
    name: str = ""
    discount_amount: Decimal = Decimal(0)
    amount: Decimal | None = None

    @property
    def computed_amount(self) -> Decimal:
        return round_half_up(self.quantity * self.unit_price - self.discount_amount)


def round_half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def place_order(
    *,
    shop: Shop,
    external_id: str,
    lines: Sequence[LineGiven],
    placed_at: datetime,
    source: str,
    at: datetime,
    customer: Customer | None = None,
    number: str = "",
    channel: str = Order.Channel.ONLINE,
    currency: str = "",
    delivery_amount: Decimal = Decimal(0),
    goods_amount: Decimal | None = None,
    moments: Mapping[str, datetime] | None = None,
    warehouse: str = "",
    settle: Callable[[Order], None] | None = None,
    is_history: bool = False,
) -> Order:
    """Keep an order with its lines, once per (shop, external id); what is told again gives the order that stands.

    Names, prices and costs are frozen in the lines; a line whose code is in the catalogue points there as well.
    `goods_amount` and the lines' amounts are checked when the shop sends them. `moments` (paid, shipped …) that have
    already passed are noted at once. Every moment is a fact. Locks the customer's row, last. `settle` lets others pay
    a part of a new order, after it is told that it was placed and before it is told that it was paid; what it refuses
    is not placed. `is_history`: nobody is to be told of it, or asked about it, as if it happened now.

    Raises:
        RepeatedLine, TotalsDisagree, NotPlausible: nothing is kept.
        OrderDiffers: another order stands under this id.
        PersonErased: the customer was erased; nothing is kept. The sale may be told of without them.
    """
    if customer and customer.erased_at:
        raise PersonErased
    check_lines(lines)
    check_goods_amount(lines, goods_amount)
    moments = {"placed": placed_at, **(moments or {})}
    for moment, occurred_at in moments.items():
        check_plausible(occurred_at, at=at, pointer=f"/{moment}_at")
    order = Order(
        shop=shop,
        customer=customer,
        external_id=external_id,
        number=number or external_id,
        channel=channel,
        warehouse=warehouse,
        currency=currency or shop.currency,
        goods_amount=sum((line.computed_amount for line in lines), Decimal(0)),
        delivery_amount=delivery_amount,
        progress=progress_of(moments),
        is_history=is_history,
        **{f"{moment}_at": occurred_at for moment, occurred_at in moments.items()},
    )
    kept = _keep(order, lines, source=source, at=at, settle=settle)
    if kept is None:
        standing = Order.objects.select_related("customer").get(shop=shop, external_id=external_id)
        return _same_order(standing, order, lines)
    return kept


@transaction.atomic(savepoint=False)  # everything was checked before: nothing but `settle` refuses in here
def _keep(
    order: Order,
    lines: Sequence[LineGiven],
    *,
    source: str,
    at: datetime,
    settle: Callable[[Order], None] | None,
) -> Order | None:
    """Write the order, its lines and its facts. None: one stands under this id already."""
    order.created_at = at
    told = {field.attname: getattr(order, field.attname) for field in Order._meta.concrete_fields}
    told["lines"] = [{**vars(line), "amount": line.computed_amount} for line in lines]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM crm_keep_order(%s)", [json.dumps(told, default=_written)])
        rows = cursor.fetchall()
    if not rows:
        return None
    order.pk, order._state.adding = rows[0][0], False
    kept = [_line(order, line, *given) for line, (_, *given) in zip(lines, rows, strict=True)]
    news = [
        tell(order, fact_of(order, moment, lines=kept), moment=moment, source=source, at=at)
        for moment in MOMENTS
        if getattr(order, f"{moment}_at")
    ]
    _remember_lines(order, kept)
    if settle:
        timeline.record_all(news[:1])
        settle(order)
        news = news[1:]
    timeline.record_all(news)
    return order


def _written(value: object) -> str:
    """Amounts and moments to the last digit."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _remember_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """`order.lines.all()` answers what was just written, as after a prefetch."""
    known = order.lines.all()
    known._result_cache = list(lines)
    order.__dict__["_prefetched_objects_cache"] = {"lines": known}


def _line(
    order: Order, line: LineGiven, pk: int, product_id: int | None, name: str, unit_cost: Decimal | None
) -> OrderLine:
    kept = OrderLine(
        pk=pk,
        order=order,
        external_id=line.external_id,
        product_id=product_id,
        sku=line.sku,
        name=name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_amount=line.discount_amount,
        amount=line.computed_amount,
        unit_cost=unit_cost,
    )
    kept._state.adding = False
    return kept


def _same_order(standing: Order, told: Order, lines: Sequence[LineGiven]) -> Order:
    """The order that stands, if it is the one being told again. What happened to it since does not matter."""
    if (
        not say_the_same(lines, standing.lines.all())
        or not _is_of_the_same_person(standing, told)
        or (standing.currency, standing.placed_at) != (told.currency, told.placed_at)
    ):
        raise OrderDiffers
    return standing


def say_the_same(told: Sequence[LineGiven], standing: Iterable[OrderLine]) -> bool:
    """Whether these lines stand. Names do not matter: they are those of the day of the sale."""
    kept = {line.external_id: (line.sku, line.quantity, line.unit_price, line.amount) for line in standing}
    return kept == {
        line.external_id: (line.sku, line.quantity, line.unit_price, line.computed_amount) for line in told
    }


def _is_of_the_same_person(standing: Order, told: Order) -> bool:
    """Also when they were merged since; and nobody can be named any more who was erased since."""
    if standing.customer is None or standing.customer_id == told.customer_id:
        return standing.customer_id == told.customer_id
    if told.customer_id is None:
        return standing.customer.erased_at is not None
    return told.customer_id in ids_of(standing.customer)


@transaction.atomic
def advance_order(
    order: Order, *, moment: str, occurred_at: datetime, source: str, at: datetime, reason: str = ""
) -> Order:
    """Note that one of MOMENTS has come for an order, whatever is known already: news may be late or repeated.

    The first telling counts; the same moment told again changes nothing. `reason` says why, for a cancellation.
    Locks the order's row, then its customer's.

    Raises:
        NotPlausible: before 1970, or more than a day ahead.
        PersonErased: a reason for an order of somebody who was erased; without it, the moment is noted.
    """
    check_plausible(occurred_at, at=at, pointer="/occurred_at")
    locked = lock_order(order)
    if reason and getattr(locked, f"{moment}_at") is None:
        refuse_words_about(locked.customer)
    return advance_locked(locked, moment=moment, occurred_at=occurred_at, source=source, at=at, reason=reason)


@transaction.atomic
def cancelled_by_then(order: Order, *, occurred_at: datetime) -> Order:
    """Of several moments at which a cancelled order was said to be cancelled, the earliest counts, whatever came first.

    What was told of it keeps the date of the first telling. Idempotent. Locks the order's row.
    """
    locked = lock_order(order)
    if locked.cancelled_at and EARLIEST <= occurred_at < locked.cancelled_at:
        locked.cancelled_at = occurred_at
        locked.save(update_fields=["cancelled_at"])
    return locked


def lock_order(order: Order) -> Order:
    """The order anew, its row locked (FOR NO KEY UPDATE) until the transaction ends."""
    locked = Order.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("customer", "shop").get(pk=order.pk)


def advance_locked(
    order: Order, *, moment: str, occurred_at: datetime, source: str, at: datetime, reason: str = ""
) -> Order:
    """As `advance_order`, for a caller that holds the lock of the order's row."""
    if getattr(order, f"{moment}_at") is not None:
        return order
    setattr(order, f"{moment}_at", occurred_at)
    order.progress = progress_of(order.moments)
    order.save(update_fields=[f"{moment}_at", "progress"])
    timeline.record_all(
        [tell(order, fact_of(order, moment, reason=reason), moment=moment, source=source, at=at)]
    )
    return order


def fact_of(order: Order, moment: str, *, lines: Sequence[OrderLine] = (), reason: str = "") -> Fact:
    number, total = order.number, order.goods_amount + order.delivery_amount
    match moment:
        case "placed":
            return OrderPlaced(
                order_number=number,
                amount=total,
                currency=order.currency,
                lines_count=len(lines),
                goods=goods_of(lines),
            )
        case "paid":
            return OrderPaid(order_number=number, amount=total, currency=order.currency)
        case "shipped":
            return OrderShipped(order_number=number)
        case "delivered":
            return OrderDelivered(order_number=number)
        case "completed":
            return OrderCompleted(order_number=number)
        case "cancelled":
            return OrderCancelled(order_number=number, reason=reason)
    raise ValueError(moment)


def tell(order: Order, fact: Fact, *, moment: str, source: str, at: datetime) -> Told:
    return Told(
        fact=fact,
        customer_id=order.customer_id,
        occurred_at=getattr(order, f"{moment}_at"),
        recorded_at=at,
        source=source,
        source_id=f"order:{order.pk}:{moment}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=order,
        language=order.customer.language if order.customer else "",
        is_history=order.is_history,
    )


class Goods(Protocol):
    """What a line, of whatever kind, calls its goods."""

    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...


def goods_of(lines: Sequence[Goods]) -> str:
    """The first names of what was bought, as far as they have any."""
    return ", ".join((line.name or line.sku)[:60] for line in lines[:NAMES_SAID])


def check_plausible(occurred_at: datetime, *, at: datetime, pointer: str) -> None:
    """Raises NotPlausible for what was before 1970 or is more than a day ahead (shops' clocks may be wrong)."""
    if not EARLIEST <= occurred_at <= at + CLOCKS_MAY_DIFFER:
        raise NotPlausible(
            Fault(pointer=pointer, detail=_("This lies before 1970, or more than a day ahead."))
        )


def check_lines(lines: Sequence[LineGiven]) -> None:
    seen: set[str] = set()
    repeated, disagreeing, implausible = [], [], []
    for position, line in enumerate(lines):
        pointer = f"/lines/{position}"
        if line.external_id in seen:
            repeated.append(Fault(pointer=f"{pointer}/external_id", detail=_("Another line has this id.")))
        seen.add(line.external_id)
        if line.amount is not None and line.amount != line.computed_amount:
            disagreeing.append(
                Fault(
                    pointer=f"{pointer}/amount",
                    detail=_("This is not quantity × price − discount."),
                )
            )
        if not 0 <= line.computed_amount <= LARGEST_AMOUNT:
            implausible.append(
                Fault(pointer=pointer, detail=_("The amount is negative, or too large to be true."))
            )
    if repeated:
        raise RepeatedLine(*repeated)
    if implausible:
        raise NotPlausible(*implausible)
    if disagreeing:
        raise TotalsDisagree(*disagreeing)


def check_goods_amount(lines: Sequence[LineGiven], goods_amount: Decimal | None) -> None:
    total = sum((line.computed_amount for line in lines), Decimal(0))
    if total > LARGEST_AMOUNT:
        raise NotPlausible(
            Fault(pointer="/lines", detail=_("The amount is negative, or too large to be true."))
        )
    if goods_amount is not None and goods_amount != total:
        raise TotalsDisagree(
            Fault(pointer="/goods_amount", detail=_("This is not the sum of the lines.")),
            goods_amount=format(total, "f"),
        )
