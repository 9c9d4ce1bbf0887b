"""What somebody bought. Numbers, amounts and times stay for the books; where it went and why it came back does not."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import (
    CategoryChange,
    CustomerFigures,
    CustomerLoyalty,
    CustomerToValue,
    CustomerWorth,
    Order,
    OrderAmendment,
    OrderLine,
    Return,
    Shipment,
    StageTransition,
)
from crm.personal_data import Holding, Ids

MOMENTS = ("placed_at", "paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")

ORDERS = Holding(
    name="orders",
    title=_("Your orders"),
    model=Order,
    rows=lambda ids: Order.objects.filter(customer__in=ids),
    tells=(
        *("number", "shop__name", "channel", "progress", "goods_amount", "delivery_amount", "currency"),
        *MOMENTS,
    ),
)

LINES = Holding(
    name="order_lines",
    title=_("What you ordered"),
    model=OrderLine,
    rows=lambda ids: OrderLine.objects.filter(order__customer__in=ids),
    tells=(
        *("order__number", "sku", "name", "quantity", "unit_price", "discount_amount", "amount"),
        "returned_quantity",
    ),
)

AMENDMENTS = Holding(
    name="order_changes",
    title=_("Your orders before they were changed"),
    model=OrderAmendment,
    rows=lambda ids: OrderAmendment.objects.filter(order__customer__in=ids),
    tells=("order__number", "as_of", "before"),
)


def _parcels(ids: Ids) -> QuerySet[Shipment]:
    return Shipment.objects.filter(order__customer__in=ids)


PARCELS = Holding(
    name="parcels",
    title=_("Your parcels"),
    model=Shipment,
    rows=_parcels,
    tells=(
        *("order__number", "carrier", "tracking_number", "pickup_point", "promised_on"),
        *("shipped_at", "delivered_at"),
    ),
    traces=("tracking_number", "pickup_point"),
    erase=lambda erasing: _parcels(erasing.ids).update(tracking_number="", pickup_point=""),
)


def _returns(ids: Ids) -> QuerySet[Return]:
    return Return.objects.filter(customer__in=ids)


RETURNS = Holding(
    name="returns",
    title=_("What you returned"),
    model=Return,
    rows=_returns,
    tells=("number", "shop__name", "amount", "currency", "reason", "returned_at"),
    traces=("reason",),
    erase=lambda erasing: _returns(erasing.ids).update(reason=""),
)

FIGURES = Holding(
    name="figures",
    title=_("What your orders add up to"),
    model=CustomerFigures,
    rows=lambda ids: CustomerFigures.objects.filter(customer__in=ids),
    tells=("orders", "returns", "net_revenue", "currency", "first_order_at", "last_order_at"),
)

WORTH = Holding(
    name="worth",
    title=_("How things stand between us"),
    model=CustomerWorth,
    rows=lambda ids: CustomerWorth.objects.filter(customer__in=ids),
    tells=(
        *("as_of", "purchase_days", "historic_value", "currency", "recency", "frequency", "monetary"),
        *("expected_purchases", "expected_value", "category", "stage", "risk", "learned_channel"),
    ),
)

LOYALTY = Holding(
    name="reasons_to_come_back",
    title=_("Why you come back to us, as we see it"),
    model=CustomerLoyalty,
    rows=lambda ids: CustomerLoyalty.objects.filter(customer__in=ids),
    tells=("as_of", "rational", "emotional", "behavioural", "dominant"),
    erase=lambda erasing: CustomerLoyalty.objects.filter(customer__in=erasing.ids).delete(),
)

TO_VALUE = Holding(
    name="to_be_valued",
    title=_("What waits to be counted"),
    model=CustomerToValue,
    rows=lambda ids: CustomerToValue.objects.filter(customer__in=ids),
)

STAGES = Holding(
    name="stages",
    title=_("How far you came with us, and when"),
    model=StageTransition,
    rows=lambda ids: StageTransition.objects.filter(customer__in=ids),
    tells=("before", "after", "entered_on"),
)

CATEGORIES = Holding(
    name="categories",
    title=_("How things stood between us, and when"),
    model=CategoryChange,
    rows=lambda ids: CategoryChange.objects.filter(customer__in=ids),
    tells=("before", "after", "as_of"),
)
