"""Segments that colleagues share, and who is in them: for a shop's own letters and pages."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.fields import JSONField
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.models import Segment, SegmentMember

EXAMPLE = {
    "id": 4,
    "name": "Silent since spring",
    "note": "To be called before the season begins.",
    "conditions": {"field": "customer.days_since_last_order", "op": "gte", "value": 120},
    "version": 2,
    "people": 318,
    "is_filled": True,
    "counted_at": "2026-03-02T12:00:00Z",
    "changed_at": "2026-03-01T09:30:00Z",
}
MEMBER_EXAMPLE = {"customer": 17, "since": "2026-03-02T12:00:00Z"}


class SegmentView(View):
    id = fields.WholeField()
    name = fields.TextField()
    note = fields.TextField(allow_blank=True)
    conditions = JSONField(help_text="A tree in the language of conditions.")
    version = fields.WholeField(help_text="Grows with each change of the conditions.")
    people = fields.WholeField(source="size")
    is_filled = fields.FlagField(help_text="False while everybody is asked by changed conditions.")
    counted_at = fields.MomentField(source="swept_at", allow_null=True)
    changed_at = fields.MomentField()


class SegmentMemberView(View):
    customer = fields.WholeField(source="customer_id")
    since = fields.MomentField()


class Segments(ApiView):
    operations = {
        "GET": Operation(
            summary="List the segments that colleagues share",
            scope="segments:read",
            asks=PageQuery,
            gives=page_of(SegmentView),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(_shared(), SegmentView)


class OneSegment(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a segment",
            scope="segments:read",
            gives=SegmentView,
            answer_example=EXAMPLE,
            sends_etag=True,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return self.tagged(show(SegmentView, _shared_or_404(pk)))


class SegmentMembers(ApiView):
    operations = {
        "GET": Operation(
            summary="List who is in a segment, in the order they came",
            scope="segments:read",
            asks=PageQuery,
            gives=page_of(SegmentMemberView),
            answer_example={"items": [MEMBER_EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        its = _shared_or_404(pk)
        return self.page(SegmentMember.objects.filter(segment=its), SegmentMemberView)


def _shared() -> QuerySet[Segment]:
    """What one colleague keeps to themselves is there for nobody else."""
    return Segment.objects.kept().filter(shared_at__isnull=False)


def _shared_or_404(pk: int) -> Segment:
    found = _shared().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
