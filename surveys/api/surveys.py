"""What can be asked: the surveys, and the questions of one in the reader's language, for a form of the shop's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import CharField, DictField

from crm.api import fields
from crm.api.shapes import PageQuery, Query, View, page_of, show
from crm.api.views import ApiView, Operation
from surveys import content, questions
from surveys.content import Content, Question
from surveys.models import Survey, SurveyVersion
from surveys.writing import authoring

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class LanguageQuery(Query):
    language = fields.ChoiceField(choices=LANGUAGES, required=False, default="en")


class SurveyView(View):
    slug = fields.TextField()
    names = DictField(child=CharField(), help_text="By the code of the language.")
    occasion = fields.ChoiceField(choices=list(Survey.Budget.values), source="budget")
    is_anonymous = fields.FlagField(help_text="Whether no answer is kept with the person.")
    version = fields.WholeField(help_text="The one that is asked now.")


class PointView(View):
    value = fields.TextField(help_text="What an answer names.")
    label = fields.TextField()  # type: ignore[assignment]  # in JSON it is called so


class WayView(View):
    op = fields.TextField()
    value = fields.TextField(allow_null=True)
    to = fields.TextField(
        allow_null=True, help_text="The key of the question that follows; nothing: the end."
    )


class QuestionView(View):
    key = fields.TextField(help_text="By which it is answered.")
    kind = fields.ChoiceField(choices=list(questions.KINDS))
    text = fields.TextField()
    help = fields.TextField(allow_blank=True)
    is_required = fields.FlagField()
    points = PointView(many=True, help_text="What can be chosen, in order; none where words are written.")
    low = fields.TextField(allow_blank=True, help_text="What the first of them means, on a scale.")
    high = fields.TextField(allow_blank=True)
    ways = WayView(many=True, help_text="The first that holds is taken, else `then`.")
    then = fields.TextField(allow_null=True)


class SurveyQuestionsView(SurveyView):
    language = fields.ChoiceField(choices=LANGUAGES)
    title = fields.TextField()
    thanks = fields.TextField()
    start = fields.TextField(help_text="The key of the first question.")
    questions = QuestionView(many=True)


EXAMPLE = {
    "slug": "after-delivery",
    "names": {"bg": "След доставката"},
    "occasion": "transactional",
    "is_anonymous": False,
    "version": 1,
}
QUESTION_EXAMPLE = {
    "key": "score",
    "kind": "csat",
    "text": "Доколко сте доволни от доставката?",
    "help": "",
    "is_required": True,
    "points": [{"value": "1", "label": "1"}, {"value": "2", "label": "2"}],
    "low": "много недоволен",
    "high": "много доволен",
    "ways": [{"op": "lte", "value": "3", "to": "wrong"}],
    "then": None,
}
ONE_EXAMPLE = {
    **EXAMPLE,
    "language": "bg",
    "title": "Как мина доставката?",
    "thanks": "Благодарим Ви!",
    "start": "score",
    "questions": [QUESTION_EXAMPLE],
}


class Surveys(ApiView):
    operations = {
        "GET": Operation(
            summary="List the surveys that people may be asked",
            scope="surveys:read",
            asks=PageQuery,
            gives=page_of(SurveyView),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(_asked_now().annotate(version=F("versions__number")), SurveyView)


class OneSurvey(ApiView):
    operations = {
        "GET": Operation(
            summary="Read the questions of a survey in a language",
            scope="surveys:read",
            asks=LanguageQuery,
            gives=SurveyQuestionsView,
            answer_example=ONE_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, slug: str) -> Response:
        survey = get_object_or_404(_asked_now(), slug=slug)
        version = authoring.published(survey)
        if version is None:
            raise Http404
        return Response(show(SurveyQuestionsView, _told(survey, version, self.asked["language"])))


def _asked_now() -> QuerySet[Survey]:
    """What colleagues are asked is no shop's."""
    return Survey.objects.in_use(timezone.now()).exclude(budget=Survey.Budget.STAFF)


def _told(survey: Survey, version: SurveyVersion, language: str) -> dict[str, Any]:
    its: Content = content.read(version.content)
    return {
        "slug": survey.slug,
        "names": survey.names,
        "budget": survey.budget,
        "is_anonymous": survey.is_anonymous,
        "version": version.number,
        "language": language,
        "title": its.title_in(language),
        "thanks": its.thanks_in(language),
        "start": its.start,
        "questions": [_question(one, language) for one in its.questions],
    }


def _question(one: Question, language: str) -> dict[str, Any]:
    low, high = one.asked.ends(language)
    return {
        "key": one.key,
        "kind": one.kind,
        "text": one.text_in(language),
        "help": one.help_in(language),
        "is_required": one.is_required,
        "points": one.asked.points(language),
        "low": low,
        "high": high,
        "ways": [{"op": way.op, "value": way.value, "to": way.to} for way in one.ways],
        "then": one.then,
    }
