"""Addresses of a shop's own that are told what happens."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.models import Shop, Webhook
from crm.outside.requests import LONGEST_URL, AddressRefused
from crm.webhooks import subscribing, tasks
from crm.webhooks.subscribing import TooManyWebhooks, UnknownKind, WebhookIsRemoved

MOST_KINDS = 100


class WebhookRequest(Request):
    name = fields.TextField(max_length=100)
    url = fields.TextField(max_length=LONGEST_URL, help_text="Public, and https.")
    kinds = ListField(
        child=fields.TextField(max_length=60),
        required=False,
        allow_empty=True,
        max_length=MOST_KINDS,
        help_text="What it is told of, such as crm.order_paid. Empty: everything.",
    )


class WebhookChange(Request):
    """Only what is sent is changed."""

    name = fields.TextField(max_length=100, required=False)
    url = fields.TextField(max_length=LONGEST_URL, required=False)
    kinds = ListField(
        child=fields.TextField(max_length=60), required=False, allow_empty=True, max_length=MOST_KINDS
    )


class WebhookView(View):
    id = fields.WholeField()
    name = fields.TextField()
    url = fields.TextField()
    kinds = ListField(child=fields.TextField())
    position = fields.WholeField(help_text="How far in the feed it has been read for this address.")
    created_at = fields.MomentField()
    paused_at = fields.MomentField(allow_null=True)
    disabled_at = fields.MomentField(allow_null=True, help_text="The house sends no more: see disabled_why.")
    disabled_why = fields.TextField(
        allow_blank=True, help_text="gone: it answered 410. silent: it took nothing for the whole schedule."
    )
    failing_since = fields.MomentField(allow_null=True)
    former_secret_until = fields.MomentField(source="former_until", allow_null=True)


class NothingSaid(Request):
    pass


EXAMPLE = {
    "name": "The shop's own server",
    "url": "https://shop.example/hooks/veren",
    "kinds": ["crm.order_paid", "loyalty.points_earned"],
}


ANSWER_EXAMPLE = {
    "id": 3,
    **EXAMPLE,
    "position": 431,
    "created_at": "2026-03-02T12:00:00Z",
    "paused_at": None,
    "disabled_at": None,
    "disabled_why": "",
    "failing_since": None,
    "former_secret_until": None,
}


class Webhooks(ApiView):
    operations = {
        "GET": Operation(
            summary="List the shop's webhooks",
            scope="webhooks:read",
            asks=PageQuery,
            gives=page_of(WebhookView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Let an address be told what happens, from now on",
            scope="webhooks:write",
            takes=WebhookRequest,
            gives=WebhookView,
            status=201,
            refusals=(AddressRefused, UnknownKind, TooManyWebhooks),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(Webhook.objects.standing().filter(shop=self.shop), WebhookView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = {"kinds": (), **self.read_body()}
        return self.once(lambda at: show(WebhookView, subscribing.subscribe(shop=self.shop, at=at, **told)))


class OneWebhook(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a webhook",
            scope="webhooks:read",
            gives=WebhookView,
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
        ),
        "PATCH": Operation(
            summary="Change what a webhook is called, where it leads, or what it is told of",
            scope="webhooks:write",
            takes=WebhookChange,
            gives=WebhookView,
            refusals=(AddressRefused, UnknownKind, WebhookIsRemoved),
            example={"kinds": ["crm.order_paid"]},
            answer_example={**ANSWER_EXAMPLE, "kinds": ["crm.order_paid"]},
            sends_etag=True,
            needs_if_match=True,
        ),
        "DELETE": Operation(
            summary="Remove a webhook: it is never sent to again",
            scope="webhooks:write",
            gives=WebhookView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return self.tagged(show(WebhookView, webhook_or_404(self.shop, pk)))

    def patch(self, request: ApiRequest, pk: int) -> Response:
        told = self.read_body()
        with self.changing():
            Webhook.objects.select_for_update(no_key=True).filter(pk=pk).first()
            known = webhook_or_404(self.shop, pk)
            self.check_if_match(show(WebhookView, known))
            whole = {"name": known.name, "url": known.url, "kinds": known.kinds, **told}
            return self.tagged(show(WebhookView, subscribing.change(known, **whole)))

    def delete(self, request: ApiRequest, pk: int) -> Response:
        known = webhook_or_404(self.shop, pk)
        with self.changing():
            subscribing.remove(known, at=timezone.now())
        return Response(show(WebhookView, known))


def webhook_or_404(shop: Shop, pk: int) -> Webhook:
    found = Webhook.objects.standing().filter(shop=shop, pk=pk).first()
    if found is None:
        raise Http404
    return found


def soon(shown: Any) -> Any:
    """A worker hears of it once what stands is committed."""
    tasks.start()
    return shown
