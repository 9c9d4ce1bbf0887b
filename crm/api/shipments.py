"""Parcels of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.orders import order_or_404
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.errors import NotPlausible, PersonErased
from crm.purchases.shipping import note_shipment


class ShipmentChangeRequest(Request):
    carrier = fields.TextField(required=False, allow_blank=True, max_length=50)
    tracking_number = fields.TextField(required=False, allow_blank=True, max_length=64)
    pickup_point = fields.TextField(required=False, allow_blank=True, max_length=200)
    promised_on = fields.DayField(required=False, allow_null=True)
    shipped_at = fields.MomentField(required=False, allow_null=True)
    delivered_at = fields.MomentField(required=False, allow_null=True)


class ShipmentRequest(ShipmentChangeRequest):
    external_id = fields.TextField(max_length=64, help_text="Names the parcel within the order.")


class ShipmentView(View):
    id = fields.WholeField()
    external_id = fields.TextField()
    carrier = fields.TextField(allow_blank=True)
    tracking_number = fields.TextField(allow_blank=True)
    pickup_point = fields.TextField(allow_blank=True)
    promised_on = fields.DayField(allow_null=True)
    shipped_at = fields.MomentField(allow_null=True)
    delivered_at = fields.MomentField(allow_null=True)


EXAMPLE = {
    "external_id": "p-1",
    "carrier": "Speedy",
    "tracking_number": "61234567890",
    "pickup_point": "Варна, бул. Сливница 12",
    "promised_on": "2026-03-05",
}
ANSWER_EXAMPLE = {"id": 3, **EXAMPLE, "shipped_at": None, "delivered_at": None}


class Shipments(ApiView):
    operations = {
        "POST": Operation(
            summary="Tell of a parcel",
            scope="orders:write",
            takes=ShipmentRequest,
            gives=ShipmentView,
            status=201,
            refusals=(NotPlausible, PersonErased),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        external_id = told.pop("external_id")
        order = order_or_404(self.shop, pk)

        def tell(at: datetime) -> Any:
            source = self.key.source
            shipment = note_shipment(order, external_id=external_id, details=told, source=source, at=at)
            return show(ShipmentView, shipment)

        return self.once(tell)


class OneShipment(ApiView):
    operations = {
        "PATCH": Operation(
            summary="Tell what became of a parcel",
            scope="orders:write",
            takes=ShipmentChangeRequest,
            gives=ShipmentView,
            refusals=(NotPlausible, PersonErased),
            example={"promised_on": "2026-03-09"},
            answer_example={**ANSWER_EXAMPLE, "promised_on": "2026-03-09"},
        ),
    }

    def patch(self, request: ApiRequest, pk: int, shipment_id: int) -> Response:
        told = self.read_body()
        order = order_or_404(self.shop, pk)
        known = order.shipments.filter(pk=shipment_id).first()
        if known is None:
            raise Http404
        with self.changing():
            shipment = note_shipment(
                order, external_id=known.external_id, details=told, source=self.key.source, at=timezone.now()
            )
        return Response(show(ShipmentView, shipment))
