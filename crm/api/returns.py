"""Goods of an order that come back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest

from crm.api import fields
from crm.api.orders import MOST_LINES, order_or_404
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.errors import (
    MoreReturnedThanBought,
    NotPlausible,
    PersonErased,
    RefundExceedsLine,
    RepeatedLine,
    ReturnDiffers,
    UnknownLine,
)
from crm.models import Return, ReturnLine
from crm.purchases.returning import LineReturned, register_return


class ReturnLineRequest(Request):
    line = fields.TextField(max_length=64, help_text="`external_id` of the order's line.")
    quantity = fields.quantity_field()
    amount = fields.AmountField(required=False, help_text="The refund; in proportion when left out.")


class ReturnRequest(Request):
    external_id = fields.TextField(max_length=64, help_text="Its id in your system: a return is kept once.")
    number = fields.TextField(required=False, max_length=64)
    reason = fields.TextField(required=False, max_length=200)
    returned_at = fields.MomentField()
    lines = ReturnLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class ReturnLineView(View):
    line = fields.TextField(source="order_line.external_id", allow_null=True)
    quantity = fields.quantity_field()
    amount = fields.AmountField()


class ReturnView(View):
    id = fields.WholeField()
    external_id = fields.TextField()
    number = fields.TextField()
    currency = fields.TextField()
    amount = fields.AmountField()
    reason = fields.TextField(allow_blank=True)
    returned_at = fields.MomentField()
    lines = ReturnLineView(many=True)


EXAMPLE = {
    "external_id": "r-77",
    "returned_at": "2026-03-08T09:00:00+02:00",
    "reason": "Wrong size",
    "lines": [{"line": "1", "quantity": "1"}],
}
ANSWER_EXAMPLE = {
    "id": 2,
    "external_id": "r-77",
    "number": "r-77",
    "currency": "EUR",
    "amount": "4.90",
    "reason": "Wrong size",
    "returned_at": "2026-03-08T07:00:00Z",
    "lines": [{"line": "1", "quantity": "1.000", "amount": "4.90"}],
}


class Returns(ApiView):
    operations = {
        "POST": Operation(
            summary="Tell of goods that came back",
            scope="orders:write",
            takes=ReturnRequest,
            gives=ReturnView,
            status=201,
            refusals=(
                NotPlausible,
                RepeatedLine,
                UnknownLine,
                MoreReturnedThanBought,
                RefundExceedsLine,
                ReturnDiffers,
                PersonErased,
            ),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        lines = [LineReturned(**line) for line in told.pop("lines")]
        order = order_or_404(self.shop, pk)

        def tell(at: datetime) -> Any:
            kept = register_return(order, lines=lines, source=self.key.source, at=at, **told)
            return show(ReturnView, with_lines().get(pk=kept.pk))

        return self.once(tell)


def with_lines() -> QuerySet[Return]:
    """Returns with their lines and what these were sold as, in two more queries."""
    lines = ReturnLine.objects.select_related("order_line").order_by("id")
    return Return.objects.prefetch_related(Prefetch("lines", lines))
