"""The help centre for those who keep it: which articles there are and how they do, and what was looked for in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.measures.intervals import Share
from crm.pages.requests import StaffRequest
from crm.words.wording import percent
from support.help import figures, reading
from support.help.figures import ArticleFigures
from support.models import Article, ArticleText, ArticleVersion
from support.pages.deeds import number_of

SEES, MAY_WRITE, MAY_PUBLISH = "support.view_article", "support.change_article", "support.publish_article"
SHOWN = 50
COUNTED = timedelta(days=90)
LONGEST_SEARCH = 60
AT_WORK = (ArticleVersion.State.DRAFT, ArticleVersion.State.PUBLISHED)


@dataclass(frozen=True, kw_only=True)
class Row:
    article: Article
    title: str
    figures: ArticleFigures

    @property
    def useful(self) -> str:
        return told(self.figures.useful)

    @property
    def deflected(self) -> str:
        return told(self.figures.deflected)

    @property
    def is_voted_down(self) -> bool:
        """The interval lies below a half: more readers than not say that it is no use."""
        return self.figures.useful.of > 0 and self.figures.useful.interval.high < 0.5


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """A page of articles by their order, with the figures of COUNTED; `?q=` finds by title and short name."""
    at = timezone.now()
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH].replace("\0", "")
    found = list(_listed(words, number_of(request.GET.get("after", "")))[: SHOWN + 1])
    done = figures.of_articles(since=at - COUNTED, until=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Help centre"),
        "rows": _rows(found[:SHOWN], done),
        "words": words,
        "after": found[SHOWN - 1].pk if len(found) > SHOWN else None,
        "whole": told(figures.of_the_house(since=at - COUNTED, until=at)),
        "in_vain": figures.in_vain(since=at - COUNTED),
        "may_write": request.user.has_perm(MAY_WRITE),
        "days": COUNTED.days,
    }
    return TemplateResponse(request, "support/articles/list.html", context)


def told(share: Share) -> str:
    """A share with its interval; under thirty only what was counted."""
    if not share.of:
        return "—"
    if share.is_few:
        return _("%(count)s of %(of)s") % {"count": share.count, "of": share.of}
    return _("%(share)s (%(low)s to %(high)s), n = %(of)s") % {
        "share": percent(share.value, share.of),
        "low": percent(share.interval.low, share.of),
        "high": percent(share.interval.high, share.of),
        "of": share.of,
    }


def _listed(words: str, after: int | None) -> QuerySet[Article]:
    versions = ArticleVersion.objects.filter(state__in=AT_WORK).order_by("-number")
    texts = ArticleText.objects.defer("plain", "words").order_by("pk")
    found = Article.objects.select_related("category").order_by("pk")
    found = found.prefetch_related(Prefetch("versions", versions, to_attr="alive"), Prefetch("texts", texts))
    if words:
        titled = ArticleText.objects.filter(title__icontains=words).values("article")
        found = found.filter(Q(slug__icontains=words) | Q(pk__in=titled))
    return found.filter(pk__gt=after) if after else found


def _rows(articles: Sequence[Article], done: Mapping[int, ArticleFigures]) -> list[Row]:
    language = get_language() or ""
    return [
        Row(
            article=article,
            title=title_of(article, language),
            figures=done.get(article.pk, ArticleFigures()),
        )
        for article in articles
    ]


def title_of(article: Article, language: str) -> str:
    """As customers see it, else as the draft says, else by its short name."""
    if texts := reading.in_language(article.texts.all(), language):
        return texts[0].title
    versions: list[ArticleVersion] = getattr(article, "alive", [])
    drafted = versions[0].content if versions else {}
    found = [drafted.get(language, {}), drafted.get("en", {}), *drafted.values()]
    return next((told["title"] for told in found if told.get("title")), article.slug)


def moment(told_at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told_at) if told_at else None
    except ValueError:
        return None
