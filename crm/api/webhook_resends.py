"""What a webhook is sent because somebody asks for it: a test, a delivery once more, a stretch of time once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest

from crm.api import fields
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.api.webhook_log import DELIVERY_EXAMPLE, DeliveryView, delivery_or_404
from crm.api.webhooks import NothingSaid, soon, webhook_or_404
from crm.webhooks import asking_again
from crm.webhooks.asking_again import StretchTooLong
from crm.webhooks.subscribing import WebhookIsRemoved


class StretchRequest(Request):
    since = fields.MomentField()
    until = fields.MomentField()


class StretchView(View):
    deliveries = fields.WholeField(help_text="So many are sent once more.")


class WebhookTests(ApiView):
    operations = {
        "POST": Operation(
            summary="Send a test, which is about nobody",
            scope="webhooks:write",
            takes=NothingSaid,
            gives=DeliveryView,
            status=201,
            refusals=(WebhookIsRemoved,),
            example={},
            answer_example={
                **DELIVERY_EXAMPLE,
                "message_id": "msg_test_12",
                "kind": "crm.webhook_test",
                "customer": None,
                "position": None,
                "state": "waiting",
                "attempts": 0,
                "ended_at": None,
            },
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        known, _said = webhook_or_404(self.shop, pk), self.read_body()
        return self.once(lambda at: soon(show(DeliveryView, asking_again.send_test(known, at=at))))


class WebhookResends(ApiView):
    operations = {
        "POST": Operation(
            summary="Send a delivery once more",
            scope="webhooks:write",
            takes=NothingSaid,
            gives=DeliveryView,
            refusals=(WebhookIsRemoved,),
            example={},
            answer_example={**DELIVERY_EXAMPLE, "state": "waiting", "attempts": 0, "ended_at": None},
        ),
    }

    def post(self, request: ApiRequest, pk: int, delivery_id: int) -> HttpResponse:
        known, _said = webhook_or_404(self.shop, pk), self.read_body()
        its = delivery_or_404(known, delivery_id)
        return self.once(lambda at: soon(show(DeliveryView, asking_again.send_again(its, at=at))))


class WebhookStretches(ApiView):
    operations = {
        "POST": Operation(
            summary="Send once more whatever came up in [since, until)",
            scope="webhooks:write",
            takes=StretchRequest,
            gives=StretchView,
            refusals=(WebhookIsRemoved, StretchTooLong),
            example={"since": "2026-03-02T10:00:00Z", "until": "2026-03-02T12:00:00Z"},
            answer_example={"deliveries": 318},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        known, told = webhook_or_404(self.shop, pk), self.read_body()

        def send(at: datetime) -> Any:
            again = asking_again.send_stretch_again(known, at=at, **told)
            return soon(show(StretchView, {"deliveries": again}))

        return self.once(send)
