"""Money is given back and no goods: for a scratch, for patience. The order stands as it was sold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Fault, NotPlausible, ReturnDiffers
from crm.facts import MoneyGivenBack
from crm.models import Order, Return, ReturnLine
from crm.people.tombstones import refuse_words_about
from crm.purchases.ordering import LARGEST_AMOUNT, check_plausible
from crm.purchases.returning import told_of


@transaction.atomic
def give_money_back(
    order: Order,
    *,
    external_id: str,
    amount: Decimal,
    given_at: datetime,
    source: str,
    at: datetime,
    number: str = "",
    reason: str = "",
) -> Return:
    """Keep a refund of money alone, once per (shop, external id); told again, it gives the one that stands.

    It lowers what the customer has spent. No line counts as returned, and points stay: what somebody keeps, they were
    given points for. A fact (MoneyGivenBack), unless nothing was given for goods. Locks the customer's row.

    Raises:
        NotPlausible: nothing is kept.
        ReturnDiffers: another return, or another sum, stands under this id.
        PersonErased: a reason for an order of somebody who was erased.
    """
    check_plausible(given_at, at=at, pointer="/given_at")
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise NotPlausible(
            Fault(pointer="/amount", detail=_("The amount is negative, or too large to be true."))
        )
    if reason:
        refuse_words_about(order.customer)
    kept, is_new = Return.objects.get_or_create(
        shop_id=order.shop_id,
        external_id=external_id,
        defaults={
            "customer": order.customer,
            "order": order,
            "number": number or external_id,
            "currency": order.currency,
            "amount": amount,
            "reason": reason,
            "returned_at": given_at,
        },
    )
    if not is_new:
        if kept.amount != amount or kept.lines.exclude(order_line=None).exists():
            raise ReturnDiffers
        return kept
    ReturnLine.objects.create(goods_return=kept, name=order.number, quantity=1, amount=amount)
    if amount:
        timeline.record_all([told_of(kept, order, money_came_back(kept, order), source=source, at=at)])
    return kept


def money_came_back(kept: Return, order: Order) -> MoneyGivenBack:
    return MoneyGivenBack(order_number=order.number, amount=kept.amount, currency=kept.currency)
