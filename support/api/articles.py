"""Articles of the help centre, for a shop's own pages and its own bot: list, one, search, votes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import CharField, DictField, FloatField, ListField

from crm.api import fields
from crm.api.shapes import NumberParameter, PageQuery, Query, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from support.help import marking, reading, searching, voting
from support.help.reading import Shown
from support.help.voting import NotShown, Voter
from support.models import Article, ArticleVote

LANGUAGES = [code for code, _name in settings.LANGUAGES]
MOST_FOUND = 20


class LanguageQuery(Query):
    language = fields.ChoiceField(choices=LANGUAGES, required=False, default="en")


class SearchQuery(LanguageQuery):
    q = fields.TextField(max_length=500, help_text="The question, as it was typed.")
    limit = NumberParameter(required=False, default=5, min_value=1, max_value=MOST_FOUND)


class VoteRequest(Request):
    reader = fields.TextField(
        max_length=64, help_text="Whoever votes, by a word of yours that tells nobody who they are."
    )
    answer = fields.ChoiceField(choices=list(ArticleVote.Answer.values))
    why = fields.ChoiceField(
        choices=[*ArticleVote.Why.values, ""], required=False, allow_blank=True, default=""
    )
    words = fields.TextField(required=False, allow_blank=True, default="", max_length=voting.LONGEST)
    language = fields.ChoiceField(choices=LANGUAGES)


class ArticleView(View):
    slug = fields.TextField()
    category = fields.TextField(source="category.slug")
    titles = DictField(child=CharField(), help_text="By the code of the language.")


class ArticleTextView(View):
    slug = fields.TextField()
    language = fields.ChoiceField(choices=LANGUAGES, help_text="The one that was asked for, else English.")
    languages = ListField(child=fields.ChoiceField(choices=LANGUAGES))
    title = fields.TextField()
    summary = fields.TextField(allow_blank=True)
    html = fields.TextField(help_text="Safe to be shown; its links lead to the help centre of this house.")
    published_at = fields.MomentField()


class HitView(View):
    slug = fields.TextField(source="article.slug")
    language = fields.ChoiceField(choices=LANGUAGES)
    title = fields.TextField()
    summary = fields.TextField(allow_blank=True)
    score = FloatField(help_text="From 0 to 1: what share of the question the article covers.")


class HitsView(View):
    items = HitView(many=True)


class VoteView(View):
    slug = fields.TextField(source="article.slug")
    answer = fields.ChoiceField(choices=list(ArticleVote.Answer.values))


EXAMPLE = {"slug": "return-goods", "category": "returns", "titles": {"bg": "Как да върна стока?"}}
TEXT_EXAMPLE = {
    "slug": "return-goods",
    "language": "bg",
    "languages": ["bg", "en", "ru"],
    "title": "Как да върна стока?",
    "summary": "До 14 дни след получаването.",
    "html": "<p>Стоката може да се върне до <strong>14 дни</strong>.</p>",
    "published_at": "2026-03-02T12:00:00Z",
}
HIT_EXAMPLE = {name: TEXT_EXAMPLE[name] for name in ("slug", "language", "title", "summary")}
VOTE_EXAMPLE = {"reader": "visitor-81", "answer": "no", "why": "incomplete", "language": "bg"}


class Articles(ApiView):
    operations = {
        "GET": Operation(
            summary="List the articles that customers may read",
            scope="articles:read",
            asks=PageQuery,
            gives=page_of(ArticleView),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        in_use = Article.objects.in_use(timezone.now()).select_related("category")
        return self.page(in_use.prefetch_related("texts"), ArticleView)


class OneArticle(ApiView):
    operations = {
        "GET": Operation(
            summary="Read an article",
            scope="articles:read",
            asks=LanguageQuery,
            gives=ArticleTextView,
            answer_example=TEXT_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, slug: str) -> Response:
        return Response(show(ArticleTextView, _told(_shown(slug, self.asked["language"]))))


class ArticleSearch(ApiView):
    operations = {
        "GET": Operation(
            summary="Find articles that answer a question, however it is spelt",
            scope="articles:read",
            asks=SearchQuery,
            gives=HitsView,
            answer_example={"items": [{**HIT_EXAMPLE, "score": 0.91}]},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        asked = self.asked
        hits = searching.search(
            asked["q"], language=asked["language"], at=timezone.now(), limit=asked["limit"]
        )
        return Response(show(HitsView, {"items": hits}))


class ArticleVotes(ApiView):
    operations = {
        "POST": Operation(
            summary="Say whether an article was useful; the last word of a reader counts",
            scope="articles:write",
            takes=VoteRequest,
            gives=VoteView,
            status=201,
            refusals=(NotShown,),
            example=VOTE_EXAMPLE,
            answer_example={"slug": "return-goods", "answer": "no"},
        ),
    }

    def post(self, request: ApiRequest, slug: str) -> HttpResponse:
        told = self.read_body()
        article = _shown(slug, told["language"]).text.article
        voter = Voter(source=self.key.source, source_id=told.pop("reader"))

        def vote(at: datetime) -> Any:
            return show(VoteView, voting.vote(article, voter=voter, at=at, **told))

        return self.once(vote)


def _shown(slug: str, language: str) -> Shown:
    found = reading.shown(slug, language, at=timezone.now())
    if found is None:
        raise Http404
    return found


def _told(shown: Shown) -> dict[str, Any]:
    language = shown.text.language
    return {
        "slug": shown.text.article.slug,
        "language": language,
        "languages": sorted([language, *shown.others]),
        "title": shown.text.title,
        "summary": shown.text.summary,
        "html": marking.html(shown.body, address_of=_address),
        "published_at": shown.version.published_at,
    }


def _address(slug: str) -> str:
    return str(settings.PUBLIC_ADDRESS) + reverse("help-article", args=[slug])
