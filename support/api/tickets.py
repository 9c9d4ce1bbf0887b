"""Conversations with customers: begun by what they said elsewhere, and read with every message that stands in them.

Notes among colleagues are no part of it, in no shape.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet, NumberFilter
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.messages import ANSWER_EXAMPLE as MESSAGE_EXAMPLE
from crm.api.messages import LONGEST, MessageView
from crm.api.orders import known_customer
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, PersonErased, Refusal, UnknownCustomer
from crm.models import Message
from crm.people.same_person import ids_by
from support import changing, opening
from support.models import Ticket, Topic
from support.models.tagging import Category

CHANNEL = "email"


class UnknownTopic(Refusal):
    code = "unknown-topic"
    title = _("There is no such topic.")
    status = 422


class TicketRequest(Request):
    customer = fields.WholeField()
    external_id = fields.TextField(
        max_length=64, help_text="Its id in your system: a question is heard once."
    )
    subject = fields.TextField(required=False, allow_blank=True, default="", max_length=250)
    text = fields.TextField(max_length=LONGEST, help_text="What the customer said.")
    topic = fields.SlugField(required=False, allow_blank=True, default="", max_length=50)
    language = fields.TextField(required=False, allow_blank=True, default="", max_length=5)


class WordRequest(Request):
    external_id = fields.TextField(max_length=64, help_text="Its id in your system: it is heard once.")
    text = fields.TextField(max_length=LONGEST, help_text="What the customer said.")


class TicketView(View):
    id = fields.WholeField()
    customer = fields.WholeField(source="customer_id")
    subject = fields.TextField(allow_blank=True)
    state = fields.ChoiceField(choices=list(Category.values), source="category")
    topic = fields.TextField(source="topic.slug", allow_null=True, default=None)
    channel = fields.TextField()
    priority = fields.WholeField(help_text="1 low to 4 urgent.")
    orders = ListField(child=fields.WholeField(), source="order_ids")
    opened_at = fields.MomentField()
    last_message_at = fields.MomentField()
    first_answered_at = fields.MomentField(allow_null=True)
    resolved_at = fields.MomentField(allow_null=True)
    merged_into = fields.WholeField(source="merged_into_id", allow_null=True)


class TicketsQuery(PageQuery):
    customer = NumberParameter(
        required=False, help_text="Of this person, under whichever number they were known."
    )
    state = fields.ChoiceField(choices=list(Category.values), required=False)


class TicketFilter(FilterSet):  # type: ignore[misc]
    customer = NumberFilter(method="of_person")

    class Meta:
        model = Ticket
        fields = ("category",)

    def of_person(self, tickets: Any, name: str, value: Any) -> Any:
        return tickets.filter(customer__in=ids_by(int(value)))


EXAMPLE = {
    "customer": 17,
    "external_id": "form-1201",
    "subject": "Къде е пратката?",
    "text": "Поръчах в понеделник, а кодът за проследяване не се променя.",
    "topic": "delivery",
}
ANSWER_EXAMPLE = {
    "id": 9,
    "customer": 17,
    "subject": "Къде е пратката?",
    "state": "new",
    "topic": "delivery",
    "channel": "email",
    "priority": 2,
    "orders": [31],
    "opened_at": "2026-03-02T12:00:00Z",
    "last_message_at": "2026-03-02T12:00:00Z",
    "first_answered_at": None,
    "resolved_at": None,
    "merged_into": None,
}
WORD_EXAMPLE = {"external_id": "form-1202", "text": "Вече дойде, благодаря."}


class Tickets(ApiView):
    operations = {
        "GET": Operation(
            summary="List conversations",
            scope="tickets:read",
            asks=TicketsQuery,
            gives=page_of(TicketView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell what a customer asked; with an open conversation it goes on in that",
            scope="tickets:write",
            takes=TicketRequest,
            gives=TicketView,
            status=201,
            refusals=(UnknownCustomer, UnknownTopic, PersonErased),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        asked = {"customer": self.asked.get("customer"), "category": self.asked.get("state")}
        return self.page(_shown_well(TicketFilter(asked, Ticket.objects.all()).qs), TicketView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        customer = known_customer(told.pop("customer"))
        topic = _topic(told.pop("topic"))
        external_id = told.pop("external_id")

        def hear(at: datetime) -> Any:
            ticket = opening.open_for(
                customer,
                topic=topic,
                source=self.key.source,
                source_id=external_id,
                channel=CHANNEL,
                at=at,
                **told,
            )
            return show(TicketView, ticket_or_404(ticket.pk))

        return self.once(hear)


class OneTicket(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a conversation’s state",
            scope="tickets:read",
            gives=TicketView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(TicketView, ticket_or_404(pk)))


class TicketMessages(ApiView):
    operations = {
        "GET": Operation(
            summary="Read the messages of a conversation",
            scope="tickets:read",
            asks=PageQuery,
            gives=page_of(MessageView),
            answer_example={"items": [MESSAGE_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell what the customer added",
            scope="tickets:write",
            takes=WordRequest,
            gives=TicketView,
            status=201,
            refusals=(PersonErased,),
            example=WORD_EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        messages = Message.objects.filter(place__ticket=ticket_or_404(pk)).exclude(state=Message.State.HELD)
        return self.page(messages.select_related("account"), MessageView)

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        ticket = ticket_or_404(pk)

        def hear(at: datetime) -> Any:
            goes_on = opening.open_for(
                changing.successor(ticket).customer,
                subject=ticket.subject,
                text=told["text"],
                source=self.key.source,
                source_id=told["external_id"],
                channel=CHANNEL,
                at=at,
            )
            return show(TicketView, ticket_or_404(goes_on.pk))

        return self.once(hear)


def ticket_or_404(pk: int) -> Any:
    found = _shown_well(Ticket.objects.filter(pk=pk)).first()
    if found is None:
        raise Http404
    return found


def _shown_well(tickets: Any) -> Any:
    """With what a view shows: the topic, and the ids of orders, in one query more than the tickets."""
    return tickets.select_related("topic", "customer", "account").prefetch_related("orders")


def _topic(slug: str) -> Topic | None:
    if not slug:
        return None
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise UnknownTopic(Fault(pointer="/topic", detail=UnknownTopic.title))
    return topic
