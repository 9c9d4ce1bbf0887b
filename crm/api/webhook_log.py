"""What a webhook was told, what waits for it, and every attempt."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import Http404
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.api.webhooks import webhook_or_404
from crm.models import Webhook, WebhookAttempt, WebhookDelivery


class AttemptView(View):
    began_at = fields.MomentField()
    took_ms = fields.WholeField()
    status = fields.WholeField(allow_null=True)
    failure = fields.TextField(allow_blank=True)


class DeliveryView(View):
    id = fields.WholeField()
    message_id = fields.TextField(help_text="As the header webhook-id says it, the same at every attempt.")
    kind = fields.TextField()
    customer = fields.WholeField(source="customer_id", allow_null=True)
    position = fields.WholeField(allow_null=True, help_text="In the feed; a test has none.")
    state = fields.ChoiceField(choices=WebhookDelivery.State.values)
    queued_at = fields.MomentField()
    attempts = fields.WholeField()
    next_try_at = fields.MomentField()
    ended_at = fields.MomentField(allow_null=True)


class WholeDeliveryView(DeliveryView):
    body = fields.TextField(allow_blank=True, help_text="As it was sent; empty once it was forgotten.")
    tries = AttemptView(many=True)


class DeliveriesQuery(PageQuery):
    state = fields.ChoiceField(choices=WebhookDelivery.State.values, required=False)


DELIVERY_EXAMPLE = {
    "id": 12,
    "message_id": "msg_3_90",
    "kind": "crm.order_paid",
    "customer": 17,
    "position": 431,
    "state": "delivered",
    "queued_at": "2026-03-02T12:00:00Z",
    "attempts": 1,
    "next_try_at": "2026-03-02T12:00:00Z",
    "ended_at": "2026-03-02T12:00:01Z",
}


class WebhookDeliveries(ApiView):
    operations = {
        "GET": Operation(
            summary="List what a webhook was told, and what waits",
            scope="webhooks:read",
            asks=DeliveriesQuery,
            gives=page_of(DeliveryView),
            answer_example={"items": [DELIVERY_EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        its = WebhookDelivery.objects.filter(webhook=webhook_or_404(self.shop, pk)).defer("body")
        if "state" in self.asked:
            its = its.filter(state=self.asked["state"])
        return self.page(its, DeliveryView)


class OneWebhookDelivery(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a delivery with its body and every attempt",
            scope="webhooks:read",
            gives=WholeDeliveryView,
            answer_example={
                **DELIVERY_EXAMPLE,
                "body": '{"type":"crm.order_paid","timestamp":"2026-03-02T10:05:00Z","data":{}}',
                "tries": [{"began_at": "2026-03-02T12:00:00Z", "took_ms": 48, "status": 204, "failure": ""}],
            },
        ),
    }

    def get(self, request: ApiRequest, pk: int, delivery_id: int) -> Response:
        its = delivery_or_404(webhook_or_404(self.shop, pk), delivery_id)
        return Response(show(WholeDeliveryView, its))


def delivery_or_404(webhook: Webhook, pk: int) -> WebhookDelivery:
    its = WebhookDelivery.objects.filter(webhook=webhook, pk=pk)
    tries = WebhookAttempt.objects.order_by("pk").defer("answer")
    found = its.prefetch_related(Prefetch("tries", tries)).first()
    if found is None:
        raise Http404
    return found
