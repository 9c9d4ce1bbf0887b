"""What Shopify says of an order: what is sold, what was taken off again before it was sent, and what came back.

What was refunded without having left the shop makes the order smaller; all else that was refunded is a return.
`current_quantity` is what is left after both, and after edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from crm.connectors.base import Given, OrderGiven, PersonGiven
from crm.connectors.shopify import codes
from crm.connectors.shopify.figures import discounts, money_of, taxes_of
from crm.connectors.shopify.lines import first_lines, lines_of
from crm.connectors.shopify.people import person_of
from crm.connectors.shopify.refunds import latest_of, refunds_that_count, returns_of
from crm.connectors.values import Told, currency_of, id_of, moment_of, text_of
from crm.purchases.ordering import round_half_up

PAID = frozenset({"paid", "partially_refunded", "refunded"})


def order_of(told: Told) -> Sequence[Given]:
    if told.get("test") is True:
        return []
    refunds = refunds_that_count(told)
    lines = [line for line in lines_of(told, refunds) if line.quantity > 0]
    changed_at, moments = moment_of(told["updated_at"]), _moments(told)
    if not lines:
        # Everything was taken off before it was sent: an order of nothing is no order.
        lines = first_lines(told)
        moments.setdefault("cancelled", latest_of(refunds, otherwise=changed_at))
        refunds = []
    if not lines:
        return []
    number = id_of(told["id"])
    order = OrderGiven(
        thing=f"order:{number}",
        as_of=changed_at,
        external_id=number,
        number=text_of(told.get("name") or told.get("order_number"), 64),
        placed_at=_placed_at(told),
        lines=lines,
        person=_buyer(told),
        currency=currency_of(told["currency"]),
        delivery_amount=_delivery(told),
        moments=moments,
        codes=codes.codes_of(told, lines),
    )
    includes_taxes, of_points = told.get("taxes_included") is True, codes.points_of(told)
    returns = [
        returns_of(refund, order=number, includes_taxes=includes_taxes, of_points=of_points)
        for refund in refunds
    ]
    return [order, *chain.from_iterable(returns)]


def _delivery(told: Told) -> Decimal:
    """As it was charged: what is given back of it later takes no goods back."""
    includes_taxes = told.get("taxes_included") is True
    lines = told.get("shipping_lines") or []
    net = sum((money_of(line, "price") - discounts(line) for line in lines), Decimal(0))
    taxes = Decimal(0) if includes_taxes else sum((taxes_of(line) for line in lines), Decimal(0))
    return max(round_half_up(net + taxes), Decimal(0))


def _placed_at(told: Told) -> datetime:
    """When it was sold: of an order brought along from elsewhere, `created_at` is when it was brought."""
    return moment_of(told.get("processed_at") or told["created_at"])


def _moments(told: Told) -> dict[str, datetime]:
    """Shopify does not say when an order was paid, only that it is: it counts as paid when it was placed."""
    moments: dict[str, datetime] = {}
    if told["financial_status"] in PAID:
        moments["paid"] = _placed_at(told)
    sent = [one for one in told.get("fulfillments") or [] if one.get("status") == "success"]
    if sent:
        moments["shipped"] = min(moment_of(one["created_at"]) for one in sent)
    is_all_sent = told.get("fulfillment_status") == "fulfilled"
    if sent and is_all_sent and all(one.get("shipment_status") == "delivered" for one in sent):
        moments["delivered"] = max(moment_of(one["updated_at"]) for one in sent)
    if told.get("closed_at") and is_all_sent and "paid" in moments:
        moments["completed"] = moment_of(told["closed_at"])
    if told.get("cancelled_at"):
        moments["cancelled"] = moment_of(told["cancelled_at"])
    return moments


def _buyer(told: Told) -> PersonGiven | None:
    """At a counter, a sale may be to nobody in particular."""
    customer: Mapping[str, object] = told.get("customer") or {}
    address: Mapping[str, object] = told.get("billing_address") or told.get("shipping_address") or {}
    typed = {name: told[name] for name in ("email", "phone") if told.get(name)}
    person = person_of(customer, {**address, **typed})
    return person if person.hints or person.details else None
