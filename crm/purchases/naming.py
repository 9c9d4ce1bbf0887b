"""Whose an order is becomes known later than the order: as if it had been theirs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import PersonErased, Refusal
from crm.models import Customer, Order, Return
from crm.people.same_person import ids_of
from crm.purchases.crediting import money_came_back
from crm.purchases.order_progress import MOMENTS
from crm.purchases.ordering import fact_of, lock_order, tell
from crm.purchases.returning import goods_came_back, told_of
from crm.timeline import Told


class BuyerDiffers(Refusal):
    code = "buyer-differs"
    title = _("The shop names another buyer now. The order stays with whom it was first.")


@transaction.atomic
def name_buyer(order: Order, *, customer: Customer, source: str, at: datetime) -> Order:
    """Let an order of nobody in particular, with what came back of it, be this customer's. Idempotent.

    What was told never changes, so what happened to it is told once more, as theirs, with its own dates and as the
    order stands now: it is on their timeline, and whoever reacts (points, notices, questions) hears of it as of any
    other order. A buyer is neither taken away nor exchanged. Locks the order's row, its returns, then the customer's.

    Raises:
        BuyerDiffers: it is somebody else's.
        PersonErased: nothing is changed.
    """
    locked = lock_order(order)
    if locked.customer is not None:
        if customer.pk not in ids_of(locked.customer):
            raise BuyerDiffers
        return locked
    if customer.erased_at:
        raise PersonErased
    locked.customer = customer
    locked.save(update_fields=["customer"])
    returns = list(locked.returns.select_for_update(no_key=True).order_by("returned_at", "pk"))
    locked.returns.update(customer=customer)
    news = [*_moments(locked, source=source, at=at), *_returns(locked, returns, source=source, at=at)]
    timeline.record_all([_as_theirs(one, locked) for one in news])
    return locked


def _as_theirs(told: Told, order: Order) -> Told:
    return replace(told, source_id=f"{told.source_id}:of:{order.customer_id}")


def _moments(order: Order, *, source: str, at: datetime) -> Iterator[Told]:
    lines = list(order.lines.all())
    for moment in MOMENTS:
        if getattr(order, f"{moment}_at"):
            yield tell(order, fact_of(order, moment, lines=lines), moment=moment, source=source, at=at)


def _returns(order: Order, returns: Sequence[Return], *, source: str, at: datetime) -> Iterator[Told]:
    for one in returns:
        goods = list(one.lines.exclude(order_line=None))
        if goods:
            yield told_of(one, order, goods_came_back(one, order, goods), source=source, at=at)
        elif one.amount:
            yield told_of(one, order, money_came_back(one, order), source=source, at=at)
