"""An order is placed with points that were set aside for it, and with coupons: both pay in the order's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.models import Order
from crm.people.same_person import ids_by
from loyalty.coupons import couponing
from loyalty.errors import NotEnoughHeld, UnknownHold
from loyalty.models import Hold, Member
from loyalty.points import holds as holding
from loyalty.points.spending import MoreThanPointsMayPay, OtherCurrency
from loyalty.rewards import Cart, CartLine


class HoldOfSomebodyElse(Refusal):
    code = "hold-of-somebody-else"
    title = _("The points were set aside by another customer than the order's.")
    status = 422


def settle(order: Order, *, holds: Sequence[int], coupons: Sequence[str], source: str, at: datetime) -> None:
    """Let all that is held pay the order, and the coupons be used by it, in the caller's transaction.

    Locks the customer's row, the coupons, then the wallet.

    Raises:
        UnknownHold, NotEnoughHeld, HoldOfSomebodyElse, OtherCurrency, MoreThanPointsMayPay, and the refusals of
        couponing.redeem: the order is not to be placed.
    """
    for position, code in enumerate(coupons):
        _use(order, code, key=f"order:{order.pk}:coupon:{position}", source=source, at=at)
    its = ids_by(order.customer_id) if order.customer_id else ()
    for position, hold_id in enumerate(holds):
        _capture(order, hold_id, its, pointer=f"/holds/{position}", source=source, at=at)


def _capture(
    order: Order, hold_id: int, its: Sequence[int], *, pointer: str, source: str, at: datetime
) -> None:
    hold = Hold.objects.select_related("wallet__member__programme").filter(pk=hold_id).first()
    if hold is None:
        raise UnknownHold(Fault(pointer=pointer, detail=UnknownHold.title))
    member = hold.wallet.member
    if member.customer_id not in its:
        raise HoldOfSomebodyElse(Fault(pointer=pointer, detail=HoldOfSomebodyElse.title))
    if not hold.open_points:
        raise NotEnoughHeld(Fault(pointer=pointer, detail=NotEnoughHeld.title), held=0)
    try:
        holding.capture(
            hold,
            points=hold.open_points,
            key=f"order:{order.pk}:hold:{hold.pk}",
            at=at,
            source=source,
            order=order,
            shop=order.shop,
        )
    except (OtherCurrency, MoreThanPointsMayPay) as refusal:
        raise type(refusal)(Fault(pointer=pointer, detail=refusal.title), **refusal.figures) from None


def _use(order: Order, code: str, *, key: str, source: str, at: datetime) -> None:
    coupon = couponing.find(code)
    programme = couponing.programme_of(coupon)
    couponing.redeem(
        coupon,
        shop=order.shop,
        key=key,
        at=at,
        member=Member.objects.going_on(order.customer_id, programme) if order.customer_id else None,
        cart=cart_of(order),
        order_external_id=order.external_id,
        source=source,
    )


def cart_of(order: Order) -> Cart:
    """The order as coupons look at it. Its amounts are those after the discount, as the shop tells them."""
    return Cart(
        currency=order.currency,
        lines=tuple(
            CartLine(
                name=line.external_id,
                sku=line.sku,
                quantity=line.quantity,
                amount=line.amount + line.discount_amount,
            )
            for line in order.lines.all()
        ),
        delivery_amount=order.delivery_amount,
    )
