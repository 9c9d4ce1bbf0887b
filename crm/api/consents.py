"""What a customer agreed to: purpose by purpose, channel by channel. A ledger: what is told is added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.customers import customer_or_404
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.consents import consenting
from crm.consents.consenting import ProcessingHasNoChannel, Standing
from crm.errors import NotPlausible, PersonErased
from crm.models import ConsentChannel, Decision, Purpose

PURPOSES = list(Purpose.values)
CHANNELS = [channel for channel in ConsentChannel.values if channel]


class ConsentRequest(Request):
    purpose = fields.ChoiceField(choices=PURPOSES)
    channel = fields.ChoiceField(
        choices=CHANNELS,
        required=False,
        allow_blank=True,
        default="",
        help_text="Of advertising; empty for every channel.",
    )
    decision = fields.ChoiceField(choices=list(Decision.values))
    occurred_at = fields.MomentField(help_text="When the person said so.")
    text_version = fields.TextField(
        required=False, allow_blank=True, default="", max_length=60, help_text="Which wording they agreed to."
    )
    proof = fields.TextField(
        required=False,
        allow_blank=True,
        default="",
        max_length=500,
        help_text="Where the proof is: a form, a call, a file.",
    )


class ConsentView(View):
    """What holds now, and the statement that decided it."""

    purpose = fields.ChoiceField(choices=PURPOSES)
    channel = fields.TextField(allow_blank=True)
    decision = fields.ChoiceField(choices=list(Decision.values))
    occurred_at = fields.MomentField(source="consent.occurred_at")
    text_version = fields.TextField(source="consent.text_version", allow_blank=True)
    source = fields.TextField(source="consent.source")  # type: ignore[assignment]


class ConsentsView(View):
    items = ConsentView(
        many=True, help_text="Of what is not named nothing is known: that is no consent to advertising."
    )


HOLDS_EXAMPLE = {
    "purpose": "advertising",
    "channel": "email",
    "decision": "given",
    "occurred_at": "2026-03-02T12:00:00Z",
    "text_version": "newsletter-2026-01",
    "source": "api:lipa-online",
}


class Consents(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what a customer agrees to now",
            scope="customers:read",
            gives=ConsentsView,
            answer_example={"items": [HOLDS_EXAMPLE]},
        ),
        "POST": Operation(
            summary="Tell that a customer gave consent or withdrew it",
            scope="customers:write",
            takes=ConsentRequest,
            gives=ConsentsView,
            status=201,
            refusals=(ProcessingHasNoChannel, NotPlausible, PersonErased),
            example={
                "purpose": "advertising",
                "channel": "email",
                "decision": "given",
                "occurred_at": "2026-03-02T12:00:00Z",
                "text_version": "newsletter-2026-01",
                "proof": "Form on the order page, order LP-100234",
            },
            answer_example={"items": [HOLDS_EXAMPLE]},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(consenting.standings(customer_or_404(self.shop, pk))))

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        customer = customer_or_404(self.shop, pk)

        def record(at: datetime) -> Any:
            consenting.record(customer, **told, source=self.key.source, shop=self.shop, at=at)
            return _shown(consenting.standings(customer))

        return self.once(record)


def _shown(standings: list[Standing]) -> dict[str, Any]:
    return show(ConsentsView, {"items": standings})
