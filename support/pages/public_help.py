"""`/help/`: the shop's help centre. It works without script, and nobody has to say who they are."""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm import company
from crm.integrations import rate_limits
from crm.messages import file_types
from crm.pages.requests import client_address
from support.help import marking, reading, searching, sessions, voting
from support.help.reading import Shown
from support.models import ArticleFile, ArticleVote
from support.pages.help_visit import LANGUAGE, Visitor, language_of, spoken, wished

MOST_SEARCHES_AN_HOUR, MOST_ANSWERS_AN_HOUR = 600, 120
LONGEST_QUESTION = 200
FILE_LASTS_SECONDS = 365 * 24 * 60 * 60


class VoteForm(forms.Form):
    answer = forms.ChoiceField(choices=ArticleVote.Answer.choices)
    why = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=ArticleVote.Why.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=voting.LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_safe
@spoken
def front(request: HttpRequest) -> HttpResponse:
    """The shelves; with `?q=` what was found."""
    at, language = timezone.now(), language_of(request)
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUESTION]
    if not asked:
        context = {"shelves": reading.shelves(language, at=at), "read": reading.most_read(language, at=at)}
        return _cached(render(request, _template(request), {**context, **_place(request)}))
    if _too_often(request, "help-search", MOST_SEARCHES_AN_HOUR, at):
        return render(
            request, _template(request), {"asked": asked, "is_too_often": True, **_place(request)}, status=429
        )
    hits = searching.search(asked, language=language, at=at)
    visitor = Visitor(request)
    sessions.searched(visitor.session(at=at), words=asked, found=len(hits), language=language, at=at)
    response = render(request, _template(request), {"asked": asked, "hits": hits, **_place(request)})
    patch_cache_control(response, private=True, no_store=True)
    return visitor.keep(response)


@require_safe
@spoken
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article. Unchanged it is not sent again; whoever searched before is counted as its reader."""
    at = timezone.now()
    shown = _shown(request, slug, at)
    etag = _etag(request, shown, at)
    visitor = Visitor(request)
    if visitor.is_known:
        session = visitor.session(at=at)
        sessions.opened(session, article=shown.text.article, language=shown.text.language, at=at)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _cached(HttpResponseNotModified(headers={"ETag": etag}))
    response = render(request, "support/public/help_article.html", _article_context(request, shown, at))
    response.headers["ETag"] = etag
    return visitor.keep(_cached(response))


@require_POST
@spoken
def opened(request: HttpRequest, slug: str) -> HttpResponse:
    """The page says by itself that somebody stayed on it."""
    at = timezone.now()
    shown = _shown(request, slug, at)
    visitor = Visitor(request)
    sessions.opened(visitor.session(at=at), article=shown.text.article, language=shown.text.language, at=at)
    return visitor.keep(HttpResponse(status=204))


@require_POST
@spoken
def votes(request: HttpRequest, slug: str) -> HttpResponse:
    """Yes: it is solved. No: and a word why, if the reader has one."""
    at = timezone.now()
    shown = _shown(request, slug, at)
    form = VoteForm(request.POST)
    if not form.is_valid() or _too_often(request, "help-votes", MOST_ANSWERS_AN_HOUR, at):
        return _answered(request, shown, "")
    visitor, told = Visitor(request), form.cleaned_data
    session = visitor.session(at=at)
    article = shown.text.article
    sessions.opened(session, article=article, language=shown.text.language, at=at)
    voting.vote(article, voter=voting.visitor(session), language=shown.text.language, at=at, **told)
    if told["answer"] == ArticleVote.Answer.YES:
        sessions.solved(session, article=article, language=shown.text.language, at=at)
    has_said_why = bool(told["why"] or told["words"])
    return visitor.keep(_answered(request, shown, "why" if has_said_why else told["answer"]))


@require_safe
def file(request: HttpRequest, token: str) -> FileResponse:
    """A picture of an article. It never changes under its name."""
    found = get_object_or_404(ArticleFile, token=token, content_type__in=file_types.SHOWABLE)
    response = FileResponse(found.file.open(), content_type=found.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, public=True, max_age=FILE_LASTS_SECONDS, immutable=True)
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    texts = list(reading.everything(at=timezone.now()))
    spoken_by: dict[int, list[str]] = {}
    for text in texts:
        spoken_by.setdefault(text.article_id, []).append(text.language)
    pages = [
        {
            "address": _address(text.article.slug, text.language),
            "changed": text.version.published_at,
            "others": [(other, _address(text.article.slug, other)) for other in spoken_by[text.article_id]],
        }
        for text in texts
    ]
    context = {"pages": pages, "front": settings.PUBLIC_ADDRESS + reverse("help")}
    return render(request, "support/public/help_sitemap.xml", context, content_type="application/xml")


def _template(request: HttpRequest) -> str:
    is_part = request.headers.get("HX-Target") == "found"
    return "support/public/_help_found.html" if is_part else "support/public/help.html"


def _place(request: HttpRequest) -> dict[str, object]:
    """Links go on in the language that the address asked for; other languages have addresses of their own."""
    told = wished(request)
    return {
        "lang_query": f"?{urlencode({LANGUAGE: told})}" if told else "",
        "lang": told,
        "alternates": [
            (code, f"{settings.PUBLIC_ADDRESS}{reverse('help')}?{LANGUAGE}={code}")
            for code, _name in settings.LANGUAGES
        ],
    }


def _article_context(request: HttpRequest, shown: Shown, at: datetime) -> dict[str, object]:
    place = _place(request)
    article = shown.text.article
    languages = [shown.text.language, *shown.others]
    body = marking.html(
        shown.body, address_of=lambda slug: reverse("help-article", args=[slug]) + str(place["lang_query"])
    )
    return {
        **place,
        "text": shown.text,
        "version": shown.version,
        "body": body,
        "is_foreign": shown.text.language != language_of(request),
        "related": reading.related(article, language_of(request), at=at),
        "form": VoteForm(initial={"answer": ArticleVote.Answer.NO}),
        "said": request.GET.get("said", ""),
        "canonical": _address(article.slug, shown.text.language),
        "alternates": [(code, _address(article.slug, code)) for code in sorted(languages)],
    }


def _answered(request: HttpRequest, shown: Shown, said: str) -> HttpResponse:
    slug = shown.text.article.slug
    if request.headers.get("HX-Request"):
        context = {"text": shown.text, "said": said, "form": VoteForm(), **_place(request)}
        return render(request, "support/public/_help_vote.html", context)
    query = urlencode({name: value for name, value in ((LANGUAGE, wished(request)), ("said", said)) if value})
    return HttpResponseRedirect(f"{reverse('help-article', args=[slug])}{'?' if query else ''}{query}#useful")


def _shown(request: HttpRequest, slug: str, at: datetime) -> Shown:
    found = reading.shown(slug, language_of(request), at=at)
    if found is None:
        raise Http404
    return found


def _etag(request: HttpRequest, shown: Shown, at: datetime) -> str:
    """What the page is made of; a day at most, so that what stands around the article is never old."""
    made_of = [
        shown.version.pk,
        shown.text.language,
        language_of(request),
        request.META.get("QUERY_STRING", ""),
        request.COOKIES.get("theme", ""),
        company.current().name,
        at.date(),
    ]
    return f'"{hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]}"'


def _cached(response: HttpResponse) -> HttpResponse:
    """By the browser, which asks each time whether it is still so."""
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Language", "Cookie", "HX-Target"])
    return response


def _address(slug: str, language: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}{reverse('help-article', args=[slug])}?{LANGUAGE}={language}"


def _too_often(request: HttpRequest, form: str, most: int, at: datetime) -> bool:
    return rate_limits.is_too_often(client_address(request), form=form, most_an_hour=most, at=at)
