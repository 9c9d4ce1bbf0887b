"""How a customer likes to be written to, to pay and to get their goods. What a checkout offers begins with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.customers import RECOGNISED, customer_or_404, lock_or_404
from crm.api.shapes import Request, View, show
from crm.api.views import ApiView, Operation
from crm.consents import contact_preferences
from crm.consents.contact_preferences import preferred_first
from crm.errors import PersonErased
from crm.messages import preferred_channel
from crm.models import Customer, CustomerPreference

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PAYMENTS = list(CustomerPreference.Payment.values)
DELIVERIES = list(CustomerPreference.Delivery.values)


class PreferencesRequest(Request):
    preferred_channel = fields.ChoiceField(
        choices=RECOGNISED, required=False, allow_blank=True, help_text="Empty: it does not matter."
    )
    language = fields.ChoiceField(choices=LANGUAGES, required=False, allow_blank=True)
    payment = fields.ChoiceField(choices=PAYMENTS, required=False, allow_blank=True)
    delivery = fields.ChoiceField(choices=DELIVERIES, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError(_("Say at least one thing that they like."))
        return attrs


class PreferencesView(View):
    preferred_channel = fields.TextField(allow_blank=True, help_text="As the customer said it.")
    learned_channel = fields.TextField(
        allow_blank=True, help_text="Where they are seen to answer most; empty: nobody knows."
    )
    language = fields.TextField(allow_blank=True)
    advertising = ListField(
        child=fields.TextField(), help_text="Channels by which offers are welcome; told by `consents/`."
    )
    payment = fields.TextField(allow_blank=True)
    delivery = fields.TextField(allow_blank=True)
    payments = ListField(
        child=fields.ChoiceField(choices=PAYMENTS), help_text="Every way to pay, the preferred one first."
    )
    deliveries = ListField(
        child=fields.ChoiceField(choices=DELIVERIES), help_text="Every delivery, the preferred one first."
    )


EXAMPLE = {"preferred_channel": "telegram", "payment": "card", "delivery": "locker"}
ANSWER_EXAMPLE = {
    "preferred_channel": "telegram",
    "learned_channel": "email",
    "language": "bg",
    "advertising": ["email"],
    "payment": "card",
    "delivery": "locker",
    "payments": preferred_first(PAYMENTS, "card"),
    "deliveries": preferred_first(DELIVERIES, "locker"),
}


class Preferences(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what a customer likes",
            scope="customers:read",
            gives=PreferencesView,
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
        ),
        "PATCH": Operation(
            summary="Change what a customer likes",
            scope="customers:write",
            takes=PreferencesRequest,
            gives=PreferencesView,
            refusals=(PersonErased,),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
            needs_if_match=True,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return self.tagged(_shown(customer_or_404(self.shop, pk)))

    def patch(self, request: ApiRequest, pk: int) -> Response:
        told = self.read_body()
        with self.changing():
            customer = lock_or_404(pk)
            self.check_if_match(_shown(customer))
            contact_preferences.change(
                customer, **told, shop=self.shop, source=self.key.source, at=timezone.now()
            )
            return self.tagged(_shown(customer))


def _shown(customer: Customer) -> dict[str, Any]:
    wishes = contact_preferences.wishes_of(customer)
    return show(
        PreferencesView,
        {
            "preferred_channel": wishes.preferred_channel,
            "learned_channel": preferred_channel.learned(customer),
            "language": wishes.language,
            "advertising": [channel for channel in wishes.asked_about if channel in wishes.advertising],
            "payment": wishes.payment,
            "delivery": wishes.delivery,
            "payments": preferred_first(PAYMENTS, wishes.payment),
            "deliveries": preferred_first(DELIVERIES, wishes.delivery),
        },
    )
