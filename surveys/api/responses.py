"""Answers: a shop's own form posts them, and reads what was answered. Of anonymous surveys only figures are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response as ApiResponse
from rest_framework.serializers import CharField, ListField

from crm.api import fields
from crm.api.orders import known_customer
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, Refusal, UnknownCustomer
from crm.people.same_person import ids_by
from surveys.answers import answering
from surveys.answers.answering import LinkUsed, SurveyOver, Voice
from surveys.models import Answer, Invitation, Response, SurveyVersion
from surveys.questions import UnusableAnswer

LANGUAGES = [code for code, _name in settings.LANGUAGES]
CHANNEL = "api"
AS_ASKED = Prefetch("answers", Answer.objects.order_by("pk"))


class UnknownSurvey(Refusal):
    code = "unknown-survey"
    title = _("There is no such survey, or nobody is asked it now.")
    status = 422


class UnknownInvitation(Refusal):
    code = "unknown-invitation"
    title = _("There is no such invitation.")
    status = 422


class ResponseRequest(Request):
    survey = fields.SlugField(
        required=False, allow_null=True, default=None, max_length=50, help_text="Its short name."
    )
    invitation = fields.WholeField(
        required=False, allow_null=True, default=None, help_text="Instead of the survey: whom you invited."
    )
    external_id = fields.TextField(
        max_length=64, help_text="Its id in your system: sent again it takes the place of what was answered."
    )
    customer = fields.WholeField(
        required=False, allow_null=True, default=None, help_text="Nobody, where you do not know who it is."
    )
    language = fields.ChoiceField(choices=LANGUAGES)
    answers = fields.ObjectField(
        help_text="By the keys of the questions: a number, the key of an option, a list of keys, or words."
    )


class SurveyAnswerView(View):
    question = fields.TextField()
    kind = fields.TextField()
    aspect = fields.TextField(allow_blank=True)
    value = fields.WholeField(allow_null=True)
    choices = ListField(child=CharField())
    text = fields.TextField(allow_blank=True)


class ResponseView(View):
    id = fields.WholeField()
    survey = fields.TextField(source="version.survey.slug")
    version = fields.WholeField(source="version.number")
    invitation = fields.WholeField(source="invitation_id", allow_null=True)
    customer = fields.WholeField(source="customer_id", allow_null=True)
    language = fields.TextField()
    channel = fields.TextField(allow_blank=True)
    answered_at = fields.MomentField()
    answers = SurveyAnswerView(many=True, source="answers.all")


class ResponsesQuery(PageQuery):
    survey = fields.SlugField(required=False, max_length=50)
    customer = NumberParameter(
        required=False, help_text="Of this person, under whichever number they were known."
    )


EXAMPLE = {
    "survey": "after-delivery",
    "external_id": "form-77",
    "customer": 17,
    "language": "bg",
    "answers": {"score": 2, "word": "Пакетът дойде мокър."},
}
ANSWER_EXAMPLE = {
    "id": 41,
    "survey": "after-delivery",
    "version": 1,
    "invitation": None,
    "customer": 17,
    "language": "bg",
    "channel": "api",
    "answered_at": "2026-03-02T12:00:00Z",
    "answers": [
        {"question": "score", "kind": "csat", "aspect": "delivery", "value": 2, "choices": [], "text": ""},
        {
            "question": "word",
            "kind": "text",
            "aspect": "",
            "value": None,
            "choices": [],
            "text": "Пакетът дойде мокър.",
        },
    ],
}


class Responses(ApiView):
    operations = {
        "GET": Operation(
            summary="List what was answered; anonymous surveys tell only figures",
            scope="responses:read",
            asks=ResponsesQuery,
            gives=page_of(ResponseView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell what somebody answered on a form of yours",
            scope="responses:write",
            takes=ResponseRequest,
            gives=ResponseView,
            status=201,
            refusals=(
                UnknownSurvey,
                UnknownInvitation,
                UnknownCustomer,
                UnusableAnswer,
                SurveyOver,
                LinkUsed,
            ),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> ApiResponse:
        found = _readable(self)
        if survey := self.asked.get("survey"):
            found = found.filter(version__survey__slug=survey)
        if customer := self.asked.get("customer"):
            found = found.filter(customer__in=ids_by(customer))
        return self.page(found, ResponseView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def keep(at: datetime) -> Any:
            with _pointing_at_answers():
                kept = _invited(self, told, at) if told["invitation"] else _open(self, told, at)
            prefetch_related_objects([kept], AS_ASKED)
            return show(ResponseView, kept)

        return self.once(keep)


class OneResponse(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what somebody answered",
            scope="responses:read",
            gives=ResponseView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> ApiResponse:
        return ApiResponse(show(ResponseView, get_object_or_404(_readable(self), pk=pk)))


def _readable(view: ApiView) -> QuerySet[Response]:
    """Of this shop, or of no shop alone."""
    ours = Response.objects.filter(Q(shop=view.shop) | Q(shop=None), version__survey__is_anonymous=False)
    return ours.select_related("version__survey").prefetch_related(AS_ASKED)


def _invited(view: ApiView, told: dict[str, Any], at: datetime) -> Response:
    invitations = Invitation.objects.filter(Q(shop=view.shop) | Q(shop=None))
    invitation = invitations.filter(pk=told["invitation"]).first()
    if invitation is None:
        raise UnknownInvitation(Fault(pointer="/invitation", detail=UnknownInvitation.title))
    return answering.answer(
        invitation, answers=told["answers"], at=at, language=told["language"], channel=CHANNEL
    )


def _open(view: ApiView, told: dict[str, Any], at: datetime) -> Response:
    published = SurveyVersion.objects.filter(survey__slug=told["survey"], state=SurveyVersion.State.PUBLISHED)
    version = published.select_related("survey").first()
    if version is None:
        raise UnknownSurvey(Fault(pointer="/survey", detail=UnknownSurvey.title))
    voice = Voice(
        source=view.key.source,
        source_id=told["external_id"],
        channel=CHANNEL,
        customer=known_customer(told["customer"]) if told["customer"] else None,
        shop=view.shop,
    )
    return answering.answer_openly(
        version, voice=voice, answers=told["answers"], at=at, language=told["language"]
    )


@contextmanager
def _pointing_at_answers() -> Iterator[None]:
    """Raises UnusableAnswer, whose pointers lead into the body."""
    try:
        yield
    except UnusableAnswer as refused:
        faults = [Fault(pointer=f"/answers{fault.pointer}", detail=fault.detail) for fault in refused.faults]
        raise UnusableAnswer(*faults) from refused
