"""How far a bulk request has come, what came of each of its items, and how to stop it."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import FlagParameter, PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.integrations import bulk
from crm.models import BulkJob, BulkResult, Shop

STATES = ("waiting", "running", "done", "cancelled")


class JobView(View):
    id = fields.WholeField()
    kind = fields.TextField(help_text="What its items are: customers, events, orders or products.")
    state = fields.ChoiceField(choices=STATES)
    items_total = fields.WholeField()
    items_done = fields.WholeField(help_text="With a result, whichever it is.")
    items_failed = fields.WholeField(help_text="Of these, those with a problem.")
    created_at = fields.MomentField()
    finished_at = fields.MomentField(allow_null=True)
    cancelled_at = fields.MomentField(allow_null=True)


class JobResultView(View):
    number = fields.WholeField(help_text="Which item, from 0.")
    status = fields.WholeField(help_text="As if it had been sent alone.", min_value=200, max_value=599)
    id = fields.WholeField(source="thing_id", allow_null=True, help_text="Of what was made or changed.")
    problem = fields.ObjectField(
        allow_null=True, help_text="A problem document; its pointers begin at the item."
    )


class JobResultsQuery(PageQuery):
    is_failed = FlagParameter(required=False)


WAITING_EXAMPLE = {
    "id": 4,
    "kind": "orders",
    "state": "waiting",
    "items_total": 1,
    "items_done": 0,
    "items_failed": 0,
    "created_at": "2026-03-02T12:00:00Z",
    "finished_at": None,
    "cancelled_at": None,
}
RESULT_EXAMPLES = [
    {"number": 0, "status": 201, "id": 5, "problem": None},
    {
        "number": 1,
        "status": 409,
        "id": None,
        "problem": {
            "type": "/api/v1/problems/order-differs",
            "title": "An order with this id is already known, and it is a different one.",
            "status": 409,
        },
    },
]


class OneJob(ApiView):
    operations = {
        "GET": Operation(
            summary="See how far a bulk request has come",
            scope="jobs:read",
            gives=JobView,
            answer_example={
                **WAITING_EXAMPLE,
                "state": "done",
                "items_done": 1,
                "finished_at": "2026-03-02T12:00:02Z",
            },
        ),
        "DELETE": Operation(
            summary="Stop a bulk request: what is done stays, the rest is never begun",
            scope="jobs:write",
            gives=JobView,
            answer_example={
                **WAITING_EXAMPLE,
                "state": "cancelled",
                "cancelled_at": "2026-03-02T12:00:01Z",
            },
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(JobView, job_or_404(self.shop, pk)))

    def delete(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(JobView, bulk.cancel(job_or_404(self.shop, pk), at=timezone.now())))


class JobResults(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what came of each item",
            scope="jobs:read",
            asks=JobResultsQuery,
            gives=page_of(JobResultView),
            answer_example={"items": RESULT_EXAMPLES, "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        results = BulkResult.objects.filter(job=job_or_404(self.shop, pk))
        if "is_failed" in self.asked:
            results = results.filter(problem__isnull=not self.asked["is_failed"])
        return self.page(results, JobResultView, by="number")


def job_or_404(shop: Shop, pk: int) -> BulkJob:
    job = BulkJob.objects.filter(shop=shop, pk=pk).defer("body").first()
    if job is None:
        raise Http404
    return job
