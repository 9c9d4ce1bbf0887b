"""Incidents that a shop's own systems notice: drafted, let out, ended. They touch the orders of that shop alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django_filters import FilterSet
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.purchases.order_progress import Progress
from support import incident_tasks
from support.incidents import announcing, drafting, resolving
from support.incidents.drafting import Kind
from support.incidents.errors import NotGoingOn, NothingIsGoingOut, NoticeAtWork, NoticeIsOut, UnfinishedWords
from support.models import Incident, IncidentNotice

ANNOUNCED, AGAIN, RESOLVED, STOPPED = "announced", "told_again", "resolved", "stopped"
EVENTS = (ANNOUNCED, AGAIN, RESOLVED, STOPPED)


class NamesRequest(Request):
    en = fields.TextField(required=False, max_length=120)
    ru = fields.TextField(required=False, max_length=120)
    bg = fields.TextField(required=False, max_length=120)


class AffectedRequest(Request):
    """Which orders: all that is said must be true of them."""

    warehouse = fields.TextField(max_length=60, help_text="As orders name it.")
    progress = ListField(
        child=fields.ChoiceField(choices=list(Progress.values)),
        allow_empty=False,
        max_length=len(Progress.values),
        required=False,
        help_text="How far they have come; left out: placed or paid.",
    )


class IncidentRequest(Request):
    names = NamesRequest()
    began_at = fields.MomentField()
    affected = AffectedRequest()
    summary = fields.TextField(
        required=False, allow_blank=True, default="", max_length=2000, help_text="For colleagues."
    )


class IncidentEventRequest(Request):
    event = fields.ChoiceField(choices=list(EVENTS))


class IncidentView(View):
    id = fields.WholeField()
    name = fields.TextField()
    state = fields.ChoiceField(choices=list(Incident.State.values))
    began_at = fields.MomentField()
    announced_at = fields.MomentField(allow_null=True)
    resolved_at = fields.MomentField(allow_null=True)


class IncidentsQuery(PageQuery):
    state = fields.ChoiceField(choices=list(Incident.State.values), required=False)


class IncidentFilter(FilterSet):  # type: ignore[misc]
    class Meta:
        model = Incident
        fields = ("state",)


EXAMPLE = {
    "names": {"en": "The Varna warehouse has no electricity", "bg": "Складът във Варна е без ток"},
    "began_at": "2026-03-02T12:00:00Z",
    "affected": {"warehouse": "varna", "progress": ["placed", "paid"]},
    "summary": "The power company says: back at six.",
}
ANSWER_EXAMPLE = {
    "id": 4,
    "name": "The Varna warehouse has no electricity",
    "state": "draft",
    "began_at": "2026-03-02T12:00:00Z",
    "announced_at": None,
    "resolved_at": None,
}


class Incidents(ApiView):
    operations = {
        "GET": Operation(
            summary="List the shop's incidents",
            scope="incidents:read",
            asks=IncidentsQuery,
            gives=page_of(IncidentView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Draft an incident; nobody is told of anything yet",
            scope="incidents:write",
            takes=IncidentRequest,
            gives=IncidentView,
            status=201,
            refusals=(UnfinishedWords,),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(IncidentFilter({"state": self.asked.get("state")}, _of(self)).qs, IncidentView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def draft(at: datetime) -> Any:
            incident = drafting.draft(
                drafting.Told(
                    names=told["names"],
                    affected=_tree(told["affected"]),
                    began_at=told["began_at"],
                    shop=self.shop,
                    summary=told["summary"],
                ),
                by=None,
                at=at,
            )
            return show(IncidentView, incident)

        return self.once(draft)


class OneIncident(ApiView):
    operations = {
        "GET": Operation(
            summary="Read how an incident stands",
            scope="incidents:read",
            gives=IncidentView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(IncidentView, _incident(self, pk)))


class IncidentEvents(ApiView):
    operations = {
        "POST": Operation(
            summary="Let an incident be announced, told once more to who still waits, resolved; or stop the telling",
            scope="incidents:write",
            takes=IncidentEventRequest,
            gives=IncidentView,
            refusals=(NotGoingOn, NoticeIsOut, NoticeAtWork, NothingIsGoingOut, UnfinishedWords),
            example={"event": "announced"},
            answer_example={**ANSWER_EXAMPLE, "state": "announced", "announced_at": "2026-03-02T12:10:00Z"},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        event, incident = self.read_body()["event"], _incident(self, pk)

        def happen(at: datetime) -> Any:
            if event == STOPPED:
                _stop(incident, at=at)
            else:
                incident_tasks.start_notice(_let_out(incident, event, at=at))
            return show(IncidentView, _incident(self, pk))

        return self.once(happen)


def _let_out(incident: Incident, event: str, *, at: datetime) -> IncidentNotice:
    """Raises NotGoingOn, NoticeIsOut, NoticeAtWork, UnfinishedWords."""
    if event == RESOLVED:
        return resolving.resolve(incident, by=None, at=at)
    if event == ANNOUNCED and not incident.is_draft:
        raise NoticeIsOut
    if event == AGAIN and not incident.is_going_on:
        raise NotGoingOn
    kind = Kind.FIRST if event == ANNOUNCED else Kind.AGAIN
    notice = drafting.notice_of(incident, by=None, at=at, kind=kind)
    return announcing.let_out(notice, by=None, at=at)


def _stop(incident: Incident, *, at: datetime) -> None:
    """Raises NothingIsGoingOut."""
    notice = incident.notices.at_work().first()
    if notice is None:
        raise NothingIsGoingOut
    announcing.stop(notice, at=at)


def _tree(told: dict[str, Any]) -> dict[str, Any]:
    progress = told.get("progress") or [Progress.PLACED.value, Progress.PAID.value]
    return {
        "all": [
            {"field": "order.warehouse", "op": "eq", "value": told["warehouse"]},
            {"field": "order.progress", "op": "in", "value": list(dict.fromkeys(progress))},
        ]
    }


def _of(view: ApiView) -> Any:
    return Incident.objects.filter(shop=view.shop)


def _incident(view: ApiView, pk: int) -> Incident:
    found: Incident | None = _of(view).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
