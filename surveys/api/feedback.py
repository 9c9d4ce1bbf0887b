"""What people say: a shop tells of reviews, and reads where every word about it has gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.bulk import Bulk, operations_of
from crm.api.events import CustomerReference, referred_to
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, NotPlausible, UnknownCustomer
from crm.importing.rows import CLOCKS_MAY_DIFFER, EARLIEST
from crm.models import Shop
from crm.people.same_person import ids_by
from surveys.feedback import routing
from surveys.feedback.routing import LONGEST
from surveys.models import Feedback

LANGUAGES = [code for code, _name in settings.LANGUAGES]
WAITING, SETTLED = "waiting", "settled"


class FeedbackRequest(Request):
    external_id = fields.TextField(
        max_length=64, help_text="Its id where it was written: told again with other words, it is read anew."
    )
    where = fields.TextField(
        required=False, allow_blank=True, default="", max_length=60, help_text="The site or marketplace."
    )
    text = fields.TextField(max_length=LONGEST)
    language = fields.ChoiceField(
        choices=LANGUAGES, required=False, default="en", help_text="Where the words themselves do not say."
    )
    rating = fields.WholeField(
        required=False, allow_null=True, default=None, min_value=1, max_value=5, help_text="From 1 to 5."
    )
    author = fields.TextField(required=False, allow_blank=True, default="", max_length=120)
    customer = CustomerReference(required=False, allow_null=True, default=None)
    occurred_at = fields.MomentField()


class FeedbackView(View):
    id = fields.WholeField()
    came_from = fields.ChoiceField(choices=Feedback.Source.values, source="source")
    where = fields.TextField(source="source_name", allow_blank=True)
    text = fields.TextField(allow_blank=True)
    language = fields.TextField()
    rating = fields.WholeField(allow_null=True)
    customer = fields.WholeField(source="customer_id", allow_null=True)
    theme = fields.TextField(source="theme.slug", allow_null=True, default=None)
    department = fields.TextField(source="department.slug")
    routed_by = fields.ChoiceField(choices=Feedback.RoutedBy.values)
    state = fields.ChoiceField(choices=[WAITING, SETTLED])
    issue = fields.WholeField(source="issue_id", allow_null=True)
    occurred_at = fields.MomentField()
    due_at = fields.MomentField()
    settled_at = fields.MomentField(allow_null=True)


class FeedbackQuery(PageQuery):
    theme = fields.SlugField(required=False, max_length=50)
    department = fields.SlugField(required=False, max_length=50)
    came_from = fields.ChoiceField(choices=Feedback.Source.values, required=False)
    state = fields.ChoiceField(choices=[WAITING, SETTLED], required=False)
    customer = NumberParameter(
        required=False, help_text="Of this person, under whichever number they were known."
    )


EXAMPLE = {
    "external_id": "review-77",
    "where": "market.example",
    "text": "Куриерът закъсня, а кутията беше смачкана.",
    "language": "bg",
    "rating": 2,
    "author": "Вера",
    "customer": {"external_id": "c-1042"},
    "occurred_at": "2026-03-02T18:00:00+02:00",
}
ANSWER_EXAMPLE = {
    "id": 55,
    "came_from": "api",
    "where": "market.example",
    "text": "Куриерът закъсня, а кутията беше смачкана.",
    "language": "bg",
    "rating": 2,
    "customer": 17,
    "theme": "delivery",
    "department": "logistics",
    "routed_by": "rule",
    "state": "waiting",
    "issue": None,
    "occurred_at": "2026-03-02T16:00:00Z",
    "due_at": "2026-03-04T16:05:00Z",
    "settled_at": None,
}


class AllFeedback(ApiView):
    operations = {
        "GET": Operation(
            summary="List what people say, and whose it is to act",
            scope="feedback:read",
            asks=FeedbackQuery,
            gives=page_of(FeedbackView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell of a review, or of other words about you",
            scope="feedback:write",
            takes=FeedbackRequest,
            gives=FeedbackView,
            status=201,
            refusals=(UnknownCustomer, NotPlausible),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found, asked = _readable(self), self.asked
        if theme := asked.get("theme"):
            found = found.filter(theme__slug=theme)
        if department := asked.get("department"):
            found = found.filter(department__slug=department)
        if source := asked.get("came_from"):
            found = found.filter(source=source)
        if state := asked.get("state"):
            found = found.filter(settled_at__isnull=state == WAITING)
        if customer := asked.get("customer"):
            found = found.filter(customer__in=ids_by(customer))
        return self.page(found, FeedbackView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: hear_told(told, shop=self.shop, source=self.key.source, at=at))


class OneFeedback(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what somebody said, and whose it is to act",
            scope="feedback:read",
            gives=FeedbackView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(FeedbackView, get_object_or_404(_readable(self), pk=pk)))


class BulkFeedback(Bulk):
    kind = "feedback"
    operations = operations_of(kind, EXAMPLE)


def hear_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What a FeedbackRequest tells of; a FeedbackView of it.

    Raises:
        UnknownCustomer, NotPlausible.
    """
    if not EARLIEST <= told["occurred_at"] <= at + CLOCKS_MAY_DIFFER:
        raise NotPlausible(Fault(pointer="/occurred_at", detail=NotPlausible.title))
    kept = routing.take_in(
        source=Feedback.Source.API,
        source_name=told["where"],
        source_id=f"{source}:{told['external_id']}",
        text=told["text"],
        language=told["language"],
        occurred_at=told["occurred_at"],
        at=at,
        customer=referred_to(told["customer"], shop) if told["customer"] else None,
        rating=told["rating"],
        shop=shop,
        author_name=told["author"],
    )
    return show(FeedbackView, kept)


def _readable(view: ApiView) -> QuerySet[Feedback]:
    """Of this shop, or of no shop alone. Of people who were erased the words are gone."""
    ours = Feedback.objects.filter(Q(shop=view.shop) | Q(shop=None))
    return ours.select_related("theme", "department")
