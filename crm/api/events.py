"""Facts in a shop's own words, and the types they are of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.orders import known_customer
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import (
    EventDoesNotFit,
    EventTooLarge,
    EventTypeDiffers,
    Fault,
    NotPlausible,
    PersonErased,
    UnknownCustomer,
    UnknownEventType,
    UnusableSchema,
)
from crm.integrations.shop_events import record_event, register_event_type
from crm.models import Customer, EventType, Shop
from crm.people.identification import Hint, identify
from crm.people.identity_kinds import IdentityKind


class EventTypeRequest(Request):
    name = fields.SlugField(max_length=60)
    label_en = fields.TextField(max_length=120, help_text="How it reads on a timeline, in English.")
    label_ru = fields.TextField(required=False, allow_blank=True, max_length=120)
    label_bg = fields.TextField(required=False, allow_blank=True, max_length=120)
    data_schema = fields.ObjectField(
        required=False, help_text="JSON Schema (Draft 2020-12) of its data, without references and patterns."
    )


class EventTypeView(View):
    id = fields.WholeField()
    name = fields.TextField()
    label_en = fields.TextField()
    label_ru = fields.TextField(allow_blank=True)
    label_bg = fields.TextField(allow_blank=True)
    data_schema = fields.ObjectField()


class CustomerReference(Request):
    """One of the two."""

    bounds = {"minProperties": 1, "maxProperties": 1}

    id = fields.WholeField(required=False)
    external_id = fields.TextField(required=False, max_length=64, help_text="Their number in your system.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise ValidationError(_("Name the customer by id or by external_id."))
        return attrs


class EventRequest(Request):
    type = fields.TextField(max_length=60, help_text="The name of a registered type.")
    external_id = fields.TextField(
        max_length=64, help_text="Its id in your system: an event is recorded once."
    )
    customer = CustomerReference()
    occurred_at = fields.MomentField()
    data = fields.ObjectField(required=False)  # type: ignore[assignment]


class EventView(View):
    id = fields.WholeField(help_text="Of the entry on the customer's timeline.")
    type = fields.TextField()
    customer = fields.WholeField()
    occurred_at = fields.MomentField()
    data = fields.ObjectField()  # type: ignore[assignment]


TYPE_EXAMPLE = {
    "name": "tasting-attended",
    "label_en": "Attended a tea tasting",
    "label_ru": "Дегустация чая",
    "label_bg": "Дегустация на чай",
    "data_schema": {"type": "object", "properties": {"seats": {"type": "integer"}}, "required": ["seats"]},
}
EXAMPLE = {
    "type": "tasting-attended",
    "external_id": "t-9",
    "customer": {"external_id": "c-1042"},
    "occurred_at": "2026-03-02T18:00:00+02:00",
    "data": {"seats": 2},
}
ANSWER_EXAMPLE = {
    "id": 91,
    "type": "tasting-attended",
    "customer": 17,
    "occurred_at": "2026-03-02T16:00:00Z",
    "data": {"seats": 2},
}


class EventTypes(ApiView):
    operations = {
        "GET": Operation(
            summary="List the shop's types of events",
            scope="events:read",
            asks=PageQuery,
            gives=page_of(EventTypeView),
            answer_example={"items": [{"id": 1, **TYPE_EXAMPLE}], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Register a type of event",
            scope="events:write",
            takes=EventTypeRequest,
            gives=EventTypeView,
            status=201,
            refusals=(UnusableSchema, EventTypeDiffers),
            example=TYPE_EXAMPLE,
            answer_example={"id": 1, **TYPE_EXAMPLE},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(EventType.objects.filter(shop=self.shop), EventTypeView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        labels = {language: told.get(f"label_{language}", "") for language in ("en", "ru", "bg")}

        def register(at: datetime) -> Any:
            schema = told.get("data_schema", {})
            kept = register_event_type(shop=self.shop, name=told["name"], labels=labels, data_schema=schema)
            return show(EventTypeView, kept)

        return self.once(register)


class Events(ApiView):
    operations = {
        "POST": Operation(
            summary="Record an event on a customer's timeline",
            scope="events:write",
            takes=EventRequest,
            gives=EventView,
            status=201,
            refusals=(
                UnknownEventType,
                UnknownCustomer,
                EventDoesNotFit,
                EventTooLarge,
                NotPlausible,
                PersonErased,
            ),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: record_told(told, shop=self.shop, source=self.key.source, at=at))


def record_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What an EventRequest asks for; an EventView of it."""
    entry = record_event(
        referred_to(told["customer"], shop),
        shop=shop,
        type_name=told["type"],
        external_id=told["external_id"],
        data=told.get("data", {}),
        occurred_at=told["occurred_at"],
        source=source,
        at=at,
    )
    recorded = {"id": entry.pk, "customer": entry.customer_id, "occurred_at": entry.occurred_at}
    return show(EventView, {**recorded, "type": told["type"], "data": entry.payload["data"]})


def referred_to(reference: Mapping[str, Any], shop: Shop) -> Customer:
    if "id" in reference:
        return known_customer(reference["id"])
    found = identify([Hint(kind=IdentityKind.EXTERNAL, value=reference["external_id"])], shop=shop)
    if found.customer is None:
        raise UnknownCustomer(Fault(pointer="/customer", detail=_("No such customer is known.")))
    return found.customer
