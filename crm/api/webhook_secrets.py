"""The secret that signs what a webhook is told: read, and changed without anything being refused meanwhile."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.api.webhooks import webhook_or_404
from crm.webhooks import subscribing
from crm.webhooks.subscribing import OverlapTooLong, WebhookIsRemoved

HOURS = 3600


class SecretView(View):
    secret = fields.TextField(help_text="Signs every request. Keep it as you keep the key to the API.")
    former_secret_until = fields.MomentField(
        allow_null=True, help_text="Until then the former one signs too."
    )


class RotationRequest(Request):
    overlap_hours = fields.WholeField(
        required=False, max_value=720, help_text="How long the former secret signs too; 24 unless you say."
    )


class RotationView(View):
    former_secret_until = fields.MomentField()


class WebhookSecret(ApiView):
    """Read, and never among what is kept for repeats: a stored answer would keep it in plain text."""

    operations = {
        "GET": Operation(
            summary="Read the secret that signs",
            scope="webhooks:write",
            gives=SecretView,
            answer_example={
                "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "former_secret_until": None,
            },
        ),
        "POST": Operation(
            summary="Change the secret: the former one signs too for a while",
            scope="webhooks:write",
            takes=RotationRequest,
            gives=RotationView,
            refusals=(OverlapTooLong, WebhookIsRemoved),
            example={"overlap_hours": 24},
            answer_example={"former_secret_until": "2026-03-03T12:00:00Z"},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        known = webhook_or_404(self.shop, pk)
        shown = {"secret": subscribing.secret_of(known), "former_secret_until": known.former_until}
        return Response(show(SecretView, shown), headers={"Cache-Control": "no-store"})

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        known, told = webhook_or_404(self.shop, pk), self.read_body()
        overlap = timedelta(hours=told.get("overlap_hours", subscribing.OVERLAP.total_seconds() // HOURS))
        return self.once(
            lambda at: show(
                RotationView,
                {
                    "former_secret_until": subscribing.rotate_secret(
                        known, at=at, overlap=overlap
                    ).former_until
                },
            )
        )
