"""What people wrote to the company, and what is written to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.orders import known_customer
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import UnknownCustomer
from crm.messages import notifying
from crm.messages.messaging import NothingToSay
from crm.messages.notifying import NotWritten
from crm.models import Message
from crm.people.same_person import ids_by

LONGEST = 10_000


class MessageRequest(Request):
    customer = fields.WholeField()
    external_id = fields.TextField(
        max_length=64, help_text="Its id in your system: a message is written once."
    )
    text = fields.TextField(max_length=LONGEST)
    subject = fields.TextField(required=False, allow_blank=True, default="", max_length=250)
    purpose = fields.ChoiceField(
        choices=list(Message.Purpose.values),
        default=Message.Purpose.SERVICE.value,
        help_text="advertising goes only to whoever agreed to it, on the channel they agreed to.",
    )


class MessageView(View):
    id = fields.WholeField()
    customer = fields.WholeField(source="customer_id")
    channel = fields.TextField(source="account.channel")
    direction = fields.ChoiceField(choices=list(Message.Direction.values))
    state = fields.ChoiceField(choices=list(Message.State.values))
    subject = fields.TextField(allow_blank=True)
    text = fields.TextField(allow_blank=True)
    purpose = fields.ChoiceField(choices=list(Message.Purpose.values))
    occurred_at = fields.MomentField()
    send_at = fields.MomentField(allow_null=True, help_text="Not before; at night it waits for the morning.")
    sent_at = fields.MomentField(allow_null=True)
    delivered_at = fields.MomentField(allow_null=True)
    read_at = fields.MomentField(allow_null=True)


class MessagesQuery(PageQuery):
    customer = NumberParameter(help_text="Of this person, under whichever number they were known.")


EXAMPLE = {
    "customer": 17,
    "external_id": "reminder-77",
    "text": "Поръчката Ви е готова за взимане до събота.",
}
ANSWER_EXAMPLE = {
    "id": 5,
    "customer": 17,
    "channel": "telegram",
    "direction": "out",
    "state": "queued",
    "subject": "",
    "text": "Поръчката Ви е готова за взимане до събота.",
    "purpose": "service",
    "occurred_at": "2026-03-02T12:00:00Z",
    "send_at": "2026-03-02T12:00:00Z",
    "sent_at": None,
    "delivered_at": None,
    "read_at": None,
}


class Messages(ApiView):
    operations = {
        "GET": Operation(
            summary="List what a person wrote and was written",
            scope="messages:read",
            asks=MessagesQuery,
            gives=page_of(MessageView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Write to a person, by the way they are best reached",
            scope="messages:write",
            takes=MessageRequest,
            gives=MessageView,
            status=201,
            refusals=(UnknownCustomer, NotWritten, NothingToSay),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        messages = Message.objects.of_people(ids_by(self.asked["customer"])).exclude(state=Message.State.HELD)
        return self.page(messages.select_related("account"), MessageView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        customer = known_customer(told.pop("customer"))
        external_id = told.pop("external_id")

        def write(at: datetime) -> Any:
            message = notifying.write_freely(
                customer, source=self.key.source, source_id=external_id, at=at, shop=self.shop, **told
            )
            return show(MessageView, message)

        return self.once(write)


class OneMessage(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a message and what became of it",
            scope="messages:read",
            gives=MessageView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        message = Message.objects.select_related("account").filter(pk=pk).first()
        if message is None:
            raise Http404
        return Response(show(MessageView, message))
