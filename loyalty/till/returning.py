"""Goods come back to the till: lines of any order of the shop, or a sum of one that was entered here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from crm.abilities import ReturnEffect
from crm.models import Order, Shop, User
from crm.purchases.ordering import lock_order
from crm.purchases.returning import LineReturned, register_return
from loyalty.models import Member, TillOperation, Transaction
from loyalty.points import reversal
from loyalty.till.errors import NothingReturned, OperationDiffers, SumTooLarge
from loyalty.till.selling import SOURCE


def orders_numbered(number: str, *, shop: Shop) -> Sequence[Order]:
    """Orders of this shop with this number, newest first: a number of a receipt may come again after a year."""
    text = number.replace("\0", "").strip()
    found = Order.objects.filter(shop=shop, number=text, cancelled_at=None).exclude(number="")
    return list(found.order_by("-placed_at", "-pk")[:5])


def is_of_sums(order: Order) -> bool:
    """Was it entered here, as amounts without goods? Then any sum of it can come back."""
    return order.external_id.startswith(f"{SOURCE}:")


def quantities_of(order: Order, amount: Decimal) -> dict[str, Decimal]:
    """A sum of an order that was entered here, taken from its lines in their order.

    Raises:
        SumTooLarge: with what is `left`.
    """
    rest, parts = amount, {}
    for line in order.lines.all():
        part = min(rest, line.quantity_left)
        if part > 0:
            parts[line.external_id] = part
            rest -= part
    if rest > 0:
        raise SumTooLarge(left=format(amount - rest, "f"))
    return parts


@transaction.atomic
def take_return(
    order: Order,
    *,
    quantities: Mapping[str, Decimal] | None = None,
    amount: Decimal | None = None,
    key: UUID,
    by: User,
    at: datetime,
) -> TillOperation:
    """Take lines back (name → quantity), or a sum of an order that was entered here, once per `key`.

    Points follow as after any return; the operation keeps how many will go and come. Locks the order's row, its
    lines, then the customer's row.

    Raises:
        NothingReturned, SumTooLarge, UnknownLine, MoreReturnedThanBought: nothing is taken back.
        OperationDiffers: the key stands for something else.
    """
    locked = lock_order(order)
    wanted = {name: quantity for name, quantity in (quantities or {}).items() if quantity > 0}
    of_a_sum = amount if is_of_sums(locked) else None
    if standing := TillOperation.objects.select_related("goods_return").filter(key=key).first():
        return _same(standing, locked, wanted=wanted, of_a_sum=of_a_sum)
    if of_a_sum is not None:
        wanted = quantities_of(locked, of_a_sum)
    if not wanted:
        raise NothingReturned
    effect = _effect(locked, wanted)
    back = register_return(
        locked,
        external_id=f"{SOURCE}:{key}",
        number=f"{locked.number}/{key.hex[:4].upper()}",
        lines=[LineReturned(line=name, quantity=quantity) for name, quantity in wanted.items()],
        returned_at=at,
        source=f"{SOURCE}:{locked.shop.slug}",
        at=at,
    )
    return TillOperation.objects.create(
        key=key,
        kind=TillOperation.Kind.RETURN,
        shop=locked.shop,
        order=locked,
        member=_member_of(locked),
        goods_return=back,
        points_taken=effect.points_taken,
        points_given=effect.points_given,
        done_by=by,
        done_at=at,
    )


def _same(
    standing: TillOperation, order: Order, *, wanted: Mapping[str, Decimal], of_a_sum: Decimal | None
) -> TillOperation:
    back = standing.goods_return
    if back is None or standing.order_id != order.pk:
        raise OperationDiffers
    lines = back.lines.select_related("order_line")
    kept = {line.order_line.external_id: line.quantity for line in lines if line.order_line}
    is_same = kept == wanted if of_a_sum is None else sum(kept.values()) == of_a_sum
    if not is_same:
        raise OperationDiffers
    return standing


def _effect(order: Order, quantities: Mapping[str, Decimal]) -> ReturnEffect:
    """What this return moves, beside what earlier ones still have to."""
    known = {line.external_id: line.pk for line in order.lines.all()}
    more = {known[name]: quantity for name, quantity in quantities.items() if name in known}
    before, after = reversal.foresee(order, quantities={}), reversal.foresee(order, quantities=more)
    return ReturnEffect(
        points_taken=after.points_taken - before.points_taken,
        points_given=after.points_given - before.points_given,
    )


def _member_of(order: Order) -> Member | None:
    """Whose points the order moved; of several programmes the first."""
    posted = Transaction.objects.filter(order=order).select_related("wallet__member").order_by("pk").first()
    if posted:
        return posted.wallet.member
    if order.customer_id is None:
        return None
    return Member.objects.of_person(order.customer_id).current().first()
