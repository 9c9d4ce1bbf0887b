"""Orders: placed, moved on, read. They belong to the shop that told of them; another shop's are not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.abilities import settle_order
from crm.api import fields
from crm.api.customers import CustomerRequest, details_in, hints_in
from crm.api.filtering import OrderFilter
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import (
    ConflictingIdentities,
    Fault,
    NotPlausible,
    OrderDiffers,
    PersonErased,
    RepeatedLine,
    TotalsDisagree,
    UnknownCustomer,
    UnknownOrder,
    UnreadableIdentity,
)
from crm.models import Customer, Order, Shop
from crm.people.customers import enrol
from crm.people.identification import survivor
from crm.purchases.order_progress import Progress
from crm.purchases.ordering import LineGiven, advance_order, place_order

MOST_LINES = 500
MOST_HOLDS = 5
MOST_COUPONS = 10
LATER_MOMENTS = ("paid", "shipped", "delivered", "completed", "cancelled")


class OrderLineRequest(Request):
    external_id = fields.TextField(
        max_length=64, help_text="Names the line within the order; returns refer to it."
    )
    sku = fields.TextField(required=False, max_length=64)
    name = fields.TextField(
        required=False, max_length=200, help_text="Taken from the catalogue when left out."
    )
    quantity = fields.quantity_field()
    unit_price = fields.unit_price_field()
    discount_amount = fields.AmountField(required=False)
    amount = fields.AmountField(
        required=False, help_text="Quantity × price − discount, rounded half up; checked when it is sent."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not ("sku" in attrs or "name" in attrs):
            raise ValidationError({"name": [_("A line needs a code or a name.")]})
        return attrs


class OrderCustomerRequest(CustomerRequest):
    """Whose order it is: `id`, or all that can be said as in POST customers/."""

    id = fields.WholeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "id" in attrs and len(attrs) > 1:
            raise ValidationError({"id": [_("Where the id is known, nothing else is needed.")]})
        return super().validate(attrs)


class OrderRequest(Request):
    external_id = fields.TextField(max_length=64, help_text="Its id in your system: an order is kept once.")
    number = fields.TextField(required=False, max_length=64, help_text="As the customer knows it.")
    customer = OrderCustomerRequest(required=False, allow_null=True)
    channel = fields.ChoiceField(choices=Order.Channel.values, required=False)
    warehouse = fields.TextField(
        required=False, allow_blank=True, max_length=60, help_text="From which it leaves, in your own word."
    )
    currency = fields.CurrencyField(required=False, help_text="The shop's own when left out.")
    lines = OrderLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    goods_amount = fields.AmountField(
        required=False, help_text="The sum of the lines; checked when it is sent."
    )
    delivery_amount = fields.AmountField(required=False)
    placed_at = fields.MomentField()
    paid_at = fields.MomentField(required=False)
    shipped_at = fields.MomentField(required=False)
    delivered_at = fields.MomentField(required=False)
    completed_at = fields.MomentField(required=False)
    cancelled_at = fields.MomentField(required=False)
    holds = serializers.ListField(
        child=fields.WholeField(min_value=1),
        required=False,
        max_length=MOST_HOLDS,
        help_text="Points set aside for this order: they pay it, or it is not placed.",
    )
    coupons = serializers.ListField(
        child=fields.TextField(max_length=64),
        required=False,
        max_length=MOST_COUPONS,
        help_text="Codes that are used with this order, or it is not placed.",
    )


class GoodsLineView(View):
    external_id = fields.TextField()
    sku = fields.TextField(allow_blank=True)
    name = fields.TextField(allow_blank=True)
    quantity = fields.quantity_field()
    unit_price = fields.unit_price_field()
    discount_amount = fields.AmountField()
    amount = fields.AmountField()


class OrderLineView(GoodsLineView):
    returned_quantity = fields.AmountField(whole_digits=9, places=3)


class OrderView(View):
    id = fields.WholeField()
    external_id = fields.TextField()
    number = fields.TextField()
    customer = fields.WholeField(source="customer_id", allow_null=True)
    channel = fields.ChoiceField(choices=Order.Channel.values)
    progress = fields.ChoiceField(choices=Progress.values)
    warehouse = fields.TextField(allow_blank=True)
    currency = fields.TextField()
    goods_amount = fields.AmountField()
    delivery_amount = fields.AmountField()
    placed_at = fields.MomentField()
    paid_at = fields.MomentField(allow_null=True)
    shipped_at = fields.MomentField(allow_null=True)
    delivered_at = fields.MomentField(allow_null=True)
    completed_at = fields.MomentField(allow_null=True)
    cancelled_at = fields.MomentField(allow_null=True)
    lines = OrderLineView(many=True)


class OrdersQuery(PageQuery):
    external_id = fields.TextField(required=False, max_length=64)
    number = fields.TextField(required=False, max_length=64)
    customer = NumberParameter(required=False)
    progress = fields.ChoiceField(choices=Progress.values, required=False)
    placed_since = fields.MomentField(required=False)
    placed_before = fields.MomentField(required=False)


class OrderEventRequest(Request):
    type = fields.ChoiceField(choices=LATER_MOMENTS)
    occurred_at = fields.MomentField()
    reason = fields.TextField(required=False, max_length=200, help_text="Why it was cancelled.")


EXAMPLE = {
    "external_id": "100234",
    "number": "LP-100234",
    "customer": {"external_id": "c-1042"},
    "lines": [
        {"external_id": "1", "sku": "TEA-LINDEN-50", "quantity": "2", "unit_price": "4.90"},
        {
            "external_id": "2",
            "name": "Gift wrap",
            "quantity": "1",
            "unit_price": "1.50",
            "discount_amount": "0.50",
        },
    ],
    "goods_amount": "10.80",
    "placed_at": "2026-03-02T12:00:00+02:00",
}
ANSWER_EXAMPLE = {
    "id": 5,
    "external_id": "100234",
    "number": "LP-100234",
    "customer": 17,
    "channel": "online",
    "progress": "placed",
    "warehouse": "varna",
    "currency": "EUR",
    "goods_amount": "10.80",
    "delivery_amount": "0.00",
    "placed_at": "2026-03-02T10:00:00Z",
    "paid_at": None,
    "shipped_at": None,
    "delivered_at": None,
    "completed_at": None,
    "cancelled_at": None,
    "lines": [
        {
            "external_id": "1",
            "sku": "TEA-LINDEN-50",
            "name": "Липов чай",
            "quantity": "2.000",
            "unit_price": "4.9000",
            "discount_amount": "0.00",
            "amount": "9.80",
            "returned_quantity": "0.000",
        }
    ],
}


class Orders(ApiView):
    operations = {
        "GET": Operation(
            summary="List the shop's orders",
            scope="orders:read",
            asks=OrdersQuery,
            gives=page_of(OrderView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell of an order",
            scope="orders:write",
            takes=OrderRequest,
            gives=OrderView,
            status=201,
            refusals=(
                UnknownCustomer,
                UnreadableIdentity,
                ConflictingIdentities,
                NotPlausible,
                RepeatedLine,
                TotalsDisagree,
                OrderDiffers,
            ),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = OrderFilter(request.GET, Order.objects.filter(shop=self.shop)).qs
        return self.page(with_lines(found), OrderView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: place_told(told, shop=self.shop, source=self.key.source, at=at))


class OrderEvents(ApiView):
    operations = {
        "POST": Operation(
            summary="Tell what became of an order",
            scope="orders:write",
            takes=OrderEventRequest,
            gives=OrderView,
            status=201,
            refusals=(NotPlausible, PersonErased),
            example={"type": "paid", "occurred_at": "2026-03-02T12:05:00+02:00"},
            answer_example={**ANSWER_EXAMPLE, "progress": "paid", "paid_at": "2026-03-02T10:05:00Z"},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        moment = told.pop("type")
        order = order_or_404(self.shop, pk)

        def tell(at: datetime) -> Any:
            advanced = advance_order(order, moment=moment, source=self.key.source, at=at, **told)
            return show(OrderView, advanced)

        return self.once(tell)


def place_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What an OrderRequest asks for; an OrderView of it."""
    more = dict(told)
    lines = [LineGiven(**line) for line in more.pop("lines")]
    moments = {name: more.pop(f"{name}_at") for name in LATER_MOMENTS if f"{name}_at" in more}
    customer = _whose(more.pop("customer", None), more["external_id"], shop=shop, source=source, at=at)
    settle = _settling(more, source=source, at=at)
    order = place_order(
        shop=shop,
        customer=customer,
        lines=lines,
        moments=moments,
        source=source,
        at=at,
        settle=settle,
        **more,
    )
    return show(OrderView, order)


def _settling(more: dict[str, Any], *, source: str, at: datetime) -> Callable[[Order], None] | None:
    """Points and coupons that are to pay; taken out of what is said of the order itself."""
    holds, coupons = more.pop("holds", ()), more.pop("coupons", ())
    if not (holds or coupons):
        return None
    ask = settle_order()
    return lambda order: ask(order, holds=holds, coupons=coupons, source=source, at=at)


def _whose(
    said: Mapping[str, Any] | None, external_id: str, *, shop: Shop, source: str, at: datetime
) -> Customer | None:
    if said is None:
        return None
    if "id" in said:
        return known_customer(said["id"])
    if not _names_anybody(said) and (standing := _standing(shop, external_id)):
        return standing.customer
    try:
        enrolled = enrol(shop=shop, hints=hints_in(said), details=details_in(said), source=source, at=at)
    except PersonErased:
        return None  # the sale is kept, and nobody comes back by it unasked
    return enrolled.customer


def _standing(shop: Shop, external_id: str) -> Order | None:
    """An order told again by a shop that cannot name the customer is not somebody new again."""
    return Order.objects.filter(shop=shop, external_id=external_id).select_related("customer").first()


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.prefetch_related("lines")


def order_or_404(shop: Shop, pk: int) -> Order:
    order = with_lines(Order.objects.filter(shop=shop, pk=pk).select_related("customer")).first()
    if order is None:
        raise Http404
    return order


def known_order(shop: Shop, pk: int) -> Order:
    """The shop's order that a body names.

    Raises:
        UnknownOrder: with a pointer to where it was named.
    """
    try:
        return order_or_404(shop, pk)
    except Http404:
        raise UnknownOrder(Fault(pointer="/order", detail=UnknownOrder.title)) from None


def known_customer(pk: int) -> Customer:
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        raise UnknownCustomer(Fault(pointer="/customer", detail=_("No such customer is known.")))
    person = survivor(customer)
    if person.erased_at:
        raise UnknownCustomer(Fault(pointer="/customer", detail=_("No such customer is known.")))
    return person


def _names_anybody(said: Mapping[str, Any]) -> bool:
    return any(hint.is_verified or hint.kind == "external" for hint in hints_in(said))
