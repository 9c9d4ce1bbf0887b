"""Who is meant? The search box of the admin, for a shop's own till or help desk."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.customers import ANSWER_EXAMPLE, CustomerView, seen_by
from crm.api.shapes import NumberParameter, Query, View, show
from crm.api.views import ApiView, Operation
from crm.errors import CardIsBlocked, CodeTooOld
from crm.models import Customer
from crm.people import identifiers
from crm.search import searching

MOST = 20


class LookupQuery(Query):
    q = fields.TextField(
        max_length=120,
        help_text="A name in any alphabet, a phone or its last digits (four at least), an e-mail, a card, "
        "the code of a mobile card, an order.",
    )
    limit = NumberParameter(
        required=False,
        default=searching.PEOPLE_SHOWN,
        min_value=1,
        max_value=MOST,
        help_text="People at most.",
    )


class LookupView(View):
    items = CustomerView(
        many=True, help_text="Likeliest first. Who was merged stands as the one they are now."
    )


class Lookup(ApiView):
    operations = {
        "GET": Operation(
            summary="Look a customer up by whatever is at hand",
            scope="customers:read",
            asks=LookupQuery,
            gives=LookupView,
            refusals=(CodeTooOld, CardIsBlocked),
            answer_example={"items": [ANSWER_EXAMPLE]},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        likely = self._likely(self.asked["q"])
        seen = {person.pk: person for person in seen_by(self.shop, Customer.objects.filter(pk__in=likely))}
        return Response({"items": [show(CustomerView, seen[pk]) for pk in likely if pk in seen]})

    def _likely(self, typed: str) -> list[int]:
        if shown := identifiers.presented(typed, at=timezone.now()):
            return [shown]
        found = searching.people(typed, limit=self.asked["limit"], shop=self.shop)
        return [person.pk for person in found]
