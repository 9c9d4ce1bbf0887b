"""Addresses of a shop's own that are told what happens, and the log of what they were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.models import Shop, Webhook, WebhookAttempt, WebhookDelivery
from crm.outside.requests import LONGEST_URL, AddressRefused
from crm.webhooks import asking_again, subscribing, tasks
from crm.webhooks.asking_again import StretchTooLong
from crm.webhooks.subscribing import OverlapTooLong, TooManyWebhooks, UnknownKind, WebhookIsRemoved

MOST_KINDS = 100
HOURS = 3600


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


class NothingSaid(Request):
    pass


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


class StretchRequest(Request):
    since = fields.MomentField()
    until = fields.MomentField()


class StretchView(View):
    deliveries = fields.WholeField(help_text="So many are sent once more.")


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
        return self.once(lambda at: _soon(show(WebhookView, subscribing.resume(known, at=at))))


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
        return self.once(lambda at: _soon(show(DeliveryView, asking_again.send_test(known, at=at))))


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
        its = _delivery_or_404(webhook_or_404(self.shop, pk), delivery_id)
        return Response(show(WholeDeliveryView, its))


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
        its = _delivery_or_404(known, delivery_id)
        return self.once(lambda at: _soon(show(DeliveryView, asking_again.send_again(its, at=at))))


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
            return _soon(show(StretchView, {"deliveries": again}))

        return self.once(send)


def _soon(shown: Any) -> Any:
    """A worker hears of it once what stands is committed."""
    tasks.start()
    return shown


def webhook_or_404(shop: Shop, pk: int) -> Webhook:
    found = Webhook.objects.standing().filter(shop=shop, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _delivery_or_404(webhook: Webhook, pk: int) -> WebhookDelivery:
    its = WebhookDelivery.objects.filter(webhook=webhook, pk=pk)
    tries = WebhookAttempt.objects.order_by("pk").defer("answer")
    found = its.prefetch_related(Prefetch("tries", tries)).first()
    if found is None:
        raise Http404
    return found
