"""What is wrong and what is done about it, as far as it is one shop's: its own systems open an issue and follow it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import FloatField, ListField

from crm.api import fields
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, Refusal
from surveys.closing import issues
from surveys.closing.issues import IssueIsClosed, IssueWithoutName, Told
from surveys.models import Department, Feedback, Issue
from surveys.questions import ASPECTS
from surveys.scores import MEASURES

MOST_GATHERED = 200


class UnknownDepartment(Refusal):
    code = "unknown-department"
    title = _("There is no such department, or nobody answers for it.")
    status = 422


class UnknownFeedback(Refusal):
    code = "unknown-feedback"
    title = _("Some of this feedback is not known.")
    status = 422


class FigureRequest(Request):
    """Of this shop alone."""

    measure = fields.ChoiceField(choices=list(MEASURES))
    aspect = fields.ChoiceField(
        choices=list(ASPECTS), required=False, allow_null=True, default=None, help_text="Of CSAT alone."
    )


class IssueRequest(Request):
    title = fields.TextField(max_length=200)
    what = fields.TextField(required=False, allow_blank=True, default="", max_length=4000)
    department = fields.SlugField(
        max_length=50, help_text="Its short name. Whoever answers for it has the issue."
    )
    due_on = fields.DayField(required=False, allow_null=True, default=None)
    figure = FigureRequest(required=False, allow_null=True, default=None)
    feedback = ListField(
        child=fields.WholeField(),
        required=False,
        default=list,
        max_length=MOST_GATHERED,
        help_text="Their ids.",
    )


class GatheredRequest(Request):
    feedback = ListField(child=fields.WholeField(), allow_empty=False, max_length=MOST_GATHERED)


class MeasuredView(View):
    value = FloatField(allow_null=True, help_text="Nothing: nobody has answered.")
    low = FloatField(required=False)
    high = FloatField(required=False)
    n = fields.WholeField()
    since = fields.TextField()
    until = fields.TextField()


class IssueView(View):
    id = fields.WholeField()
    title = fields.TextField()
    department = fields.TextField(source="department.slug")
    state = fields.ChoiceField(choices=list(Issue.State.values))
    due_on = fields.DayField(allow_null=True)
    figure = fields.ObjectField()
    before = MeasuredView(allow_null=True)
    after = MeasuredView(allow_null=True)
    feedback = fields.WholeField(source="said", help_text="How many pieces stand under it.")
    opened_at = fields.MomentField()
    closed_at = fields.MomentField(allow_null=True)
    closing_reason = fields.TextField(allow_blank=True)


class IssuesQuery(PageQuery):
    state = fields.ChoiceField(choices=list(Issue.State.values), required=False)


EXAMPLE = {
    "title": "Varna delivery is late",
    "department": "delivery",
    "figure": {"measure": "csat", "aspect": "delivery"},
    "feedback": [301, 302],
}
ANSWER_EXAMPLE = {
    "id": 7,
    "title": "Varna delivery is late",
    "department": "delivery",
    "state": "open",
    "due_on": None,
    "figure": {"measure": "csat", "aspect": "delivery", "shop": 2},
    "before": {
        "value": 61.0,
        "low": 48.7,
        "high": 72.0,
        "n": 64,
        "since": "2026-01-01",
        "until": "2026-03-01",
    },
    "after": None,
    "feedback": 2,
    "opened_at": "2026-03-02T12:00:00Z",
    "closed_at": None,
    "closing_reason": "",
}


class Issues(ApiView):
    operations = {
        "GET": Operation(
            summary="List the shop's issues",
            scope="issues:read",
            asks=IssuesQuery,
            gives=page_of(IssueView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Open an issue about the shop, with the feedback that tells of it",
            scope="issues:write",
            takes=IssueRequest,
            gives=IssueView,
            status=201,
            refusals=(UnknownDepartment, UnknownFeedback, IssueWithoutName),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = _of(self)
        if state := self.asked.get("state"):
            found = found.filter(state=state)
        return self.page(found, IssueView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def open_one(at: datetime) -> Any:
            made = issues.open_issue(
                _told(self, told), by=None, at=at, feedback=_known(self, told["feedback"])
            )
            return show(IssueView, _of(self).get(pk=made.pk))

        return self.once(open_one)


class OneIssue(ApiView):
    operations = {
        "GET": Operation(
            summary="Read how an issue stands",
            scope="issues:read",
            gives=IssueView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(IssueView, get_object_or_404(_of(self), pk=pk)))


class IssueFeedback(ApiView):
    operations = {
        "POST": Operation(
            summary="Let feedback stand under an issue",
            scope="issues:write",
            takes=GatheredRequest,
            gives=IssueView,
            refusals=(UnknownFeedback, IssueIsClosed),
            example={"feedback": [303]},
            answer_example={**ANSWER_EXAMPLE, "feedback": 3},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told, issue = self.read_body(), get_object_or_404(_of(self), pk=pk)

        def gather(at: datetime) -> Any:
            issues.gather(issue, _known(self, told["feedback"]))
            return show(IssueView, _of(self).get(pk=pk))

        return self.once(gather)


def _of(view: ApiView) -> QuerySet[Issue]:
    its = Issue.objects.filter(shop=view.shop).select_related("department")
    return its.annotate(said=Count("feedback"))


def _told(view: ApiView, told: dict[str, Any]) -> Told:
    """Raises UnknownDepartment."""
    department = Department.objects.select_related("owner").filter(slug=told["department"]).first()
    if department is None or department.owner is None:
        raise UnknownDepartment(Fault(pointer="/department", detail=UnknownDepartment.title))
    return Told(
        title=told["title"],
        what=told["what"],
        department=department,
        owner=department.owner,
        due_on=told["due_on"],
        figure=_figure(view, told["figure"]),
        shop=view.shop,
    )


def _figure(view: ApiView, told: dict[str, Any] | None) -> dict[str, Any]:
    if not told:
        return {}
    aspect = {"aspect": told["aspect"]} if told["aspect"] and told["measure"] == "csat" else {}
    return {"measure": told["measure"], "shop": view.shop.pk, **aspect}


def _known(view: ApiView, wanted: list[int]) -> list[int]:
    """Of this shop, and under no issue of another. Raises UnknownFeedback."""
    ours = Feedback.objects.filter(pk__in=wanted, shop=view.shop)
    known = set(ours.values_list("pk", flat=True))
    if known != set(wanted):
        raise UnknownFeedback(Fault(pointer="/feedback", detail=UnknownFeedback.title))
    return wanted
