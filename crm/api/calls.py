"""Telephone calls, step by step, from a shop's own exchange."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.channels.base import CallNews
from crm.errors import Fault, NotPlausible, PersonErased, Refusal, UnreadableIdentity
from crm.messages import calling
from crm.models import Call, ChannelAccount
from crm.people.identifiers import normal_phone
from crm.people.same_person import ids_by
from crm.purchases.ordering import check_plausible

STEPS = ["rang", "answered", "missed", "ended"]


class NoTelephone(Refusal):
    code = "no-telephone"
    title = _("No telephone is open among the channels.")


class CallRequest(Request):
    external_id = fields.TextField(
        max_length=64, help_text="The call's id in the exchange: the same at every step."
    )
    step = fields.ChoiceField(choices=STEPS)
    phone = fields.TextField(max_length=60, help_text="The customer's number.")
    direction = fields.ChoiceField(choices=list(Call.Direction.values), default=Call.Direction.IN.value)
    occurred_at = fields.MomentField()
    line = fields.TextField(required=False, allow_blank=True, default="", max_length=50)
    extension = fields.TextField(
        required=False, allow_blank=True, default="", max_length=50, help_text="Whose desk it rings at."
    )
    talk_seconds = fields.WholeField(
        required=False, allow_null=True, default=None, min_value=0, max_value=86_400
    )


class CallView(View):
    id = fields.WholeField()
    customer = fields.WholeField(source="customer_id", allow_null=True)
    direction = fields.ChoiceField(choices=list(Call.Direction.values))
    state = fields.ChoiceField(choices=list(Call.State.values))
    phone = fields.TextField()
    rang_at = fields.MomentField(allow_null=True)
    answered_at = fields.MomentField(allow_null=True)
    missed_at = fields.MomentField(allow_null=True)
    ended_at = fields.MomentField(allow_null=True)
    talk_seconds = fields.WholeField(allow_null=True)


class CallsQuery(PageQuery):
    customer = NumberParameter(help_text="Of this person, under whichever number they were known.")


EXAMPLE = {
    "external_id": "pbx-881",
    "step": "rang",
    "phone": "+359 88 712 3101",
    "occurred_at": "2026-03-02T12:00:00Z",
}
ANSWER_EXAMPLE = {
    "id": 4,
    "customer": 17,
    "direction": "in",
    "state": "ringing",
    "phone": "+359887123101",
    "rang_at": "2026-03-02T12:00:00Z",
    "answered_at": None,
    "missed_at": None,
    "ended_at": None,
    "talk_seconds": None,
}


class Calls(ApiView):
    operations = {
        "GET": Operation(
            summary="List the calls of a person",
            scope="calls:read",
            asks=CallsQuery,
            gives=page_of(CallView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell of a step of a telephone call",
            scope="calls:write",
            takes=CallRequest,
            gives=CallView,
            refusals=(NotPlausible, UnreadableIdentity, NoTelephone, PersonErased),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(Call.objects.filter(customer__in=ids_by(self.asked["customer"])), CallView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def tell(at: datetime) -> Any:
            news = self._news(told, at=at)
            return show(CallView, calling.hear(self._telephone(), news, at=at))

        return self.once(tell)

    def _news(self, told: dict[str, Any], *, at: datetime) -> CallNews:
        check_plausible(told["occurred_at"], at=at, pointer="/occurred_at")
        try:
            phone = normal_phone(told["phone"], self.shop.region)
        except ValueError as error:
            detail = _("This cannot be read.")
            raise UnreadableIdentity(Fault(pointer="/phone", detail=detail)) from error
        return CallNews(
            external_id=f"{self.shop.slug}:{told['external_id']}",
            step=told["step"],
            phone=phone,
            at=told["occurred_at"],
            direction=told["direction"],
            line=told["line"],
            colleague=told["extension"],
            talk_seconds=told["talk_seconds"],
        )

    def _telephone(self) -> ChannelAccount:
        """The shop's own, else the company's."""
        lines = ChannelAccount.objects.open().filter(channel="phone").order_by("pk")
        own = lines.filter(shop=self.shop).first() or lines.order_by("-is_main", "pk").first()
        if own is None:
            raise NoTelephone
        return own
