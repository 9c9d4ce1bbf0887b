"""Many at once: taken in with one request, worked off in the background, each with a result of its own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from rest_framework.request import Request as ApiRequest
from rest_framework.serializers import ListField

from crm.api import customers, events, fields, orders, products
from crm.api.bulk_items import written
from crm.api.bulk_tasks import start_bulk_job
from crm.api.jobs import WAITING_EXAMPLE, JobView
from crm.api.shapes import Request, show
from crm.api.views import ApiView, Operation
from crm.integrations import bulk
from crm.integrations.bulk import MOST_ITEMS


class ItemField(fields.ObjectField):
    """An object as it was sent: it is read when its turn comes, and what is wrong with it is its own result."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return data


class BulkRequest(Request):
    items = ListField(
        child=ItemField(),
        min_length=1,
        max_length=MOST_ITEMS,
        help_text="Each as the same address without `bulk/` takes it.",
    )


class Bulk(ApiView):
    kind: ClassVar[str]

    def post(self, request: ApiRequest) -> HttpResponse:
        items = self.read_body()["items"]

        def take_in(at: datetime) -> Any:
            job = bulk.take_in(
                shop=self.shop,
                key_pk=self.key.pk,
                kind=self.kind,
                body=written(items),
                count=len(items),
                language=get_language() or "en",
                at=at,
            )
            start_bulk_job(job)
            return show(JobView, job)

        answer = self.once(take_in)
        answer["Location"] = reverse("api:job", args=[json.loads(answer.content)["id"]])
        return answer


def operations_of(kind: str, example: Any) -> dict[str, Operation]:
    """`example`: as the address for one takes it."""
    return {
        "POST": Operation(
            summary=f"Tell of up to {MOST_ITEMS} {kind} at once",
            scope=f"{kind}:write",
            takes=BulkRequest,
            gives=JobView,
            status=202,
            example={"items": [example]},
            answer_example={**WAITING_EXAMPLE, "kind": kind},
            sends_location=True,
        )
    }


class BulkCustomers(Bulk):
    kind = "customers"
    operations = operations_of(kind, customers.EXAMPLE)


class BulkEvents(Bulk):
    kind = "events"
    operations = operations_of(kind, events.EXAMPLE)


class BulkOrders(Bulk):
    kind = "orders"
    operations = operations_of(kind, orders.EXAMPLE)


class BulkProducts(Bulk):
    kind = "products"
    operations = operations_of(kind, products.EXAMPLE)
