"""A webhook rests, and goes on from where it stopped."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest

from crm.api.shapes import show
from crm.api.views import ApiView, Operation
from crm.api.webhooks import ANSWER_EXAMPLE, NothingSaid, WebhookView, soon, webhook_or_404
from crm.webhooks import subscribing
from crm.webhooks.subscribing import WebhookIsRemoved


class WebhookPauses(ApiView):
    operations = {
        "POST": Operation(
            summary="Pause a webhook: nothing is sent, and nothing is lost",
            scope="webhooks:write",
            takes=NothingSaid,
            gives=WebhookView,
            refusals=(WebhookIsRemoved,),
            example={},
            answer_example={**ANSWER_EXAMPLE, "paused_at": "2026-03-02T12:00:00Z"},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        known, _said = webhook_or_404(self.shop, pk), self.read_body()
        return self.once(lambda at: show(WebhookView, subscribing.pause(known, at=at)))


class WebhookResumptions(ApiView):
    operations = {
        "POST": Operation(
            summary="Go on with a webhook that was paused or disabled",
            scope="webhooks:write",
            takes=NothingSaid,
            gives=WebhookView,
            refusals=(WebhookIsRemoved,),
            example={},
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        known, _said = webhook_or_404(self.shop, pk), self.read_body()
        return self.once(lambda at: soon(show(WebhookView, subscribing.resume(known, at=at))))
