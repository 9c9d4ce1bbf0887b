"""What readers of the help centre are shown: shelves, what is read most, one article in their language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from support.models import Article, ArticleCategory, ArticleText, ArticleVersion, HelpEvent

MOST_READ, MOST_READ_WITHIN = 5, timedelta(days=90)
RELATED = 3


@dataclass(frozen=True, kw_only=True)
class Shelf:
    category: ArticleCategory
    texts: Sequence[ArticleText]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An article as one reader sees it. `others` are the other languages that have it."""

    text: ArticleText
    version: ArticleVersion
    others: tuple[str, ...]

    @property
    def body(self) -> str:
        return str(self.version.content[self.text.language]["body"])


def in_language(texts: Iterable[ArticleText], language: str) -> list[ArticleText]:
    """One text of each article: in this language, else in English, else in any; in the order they came."""
    chosen: dict[int, ArticleText] = {}
    for text in texts:
        standing = chosen.get(text.article_id)
        if standing is None or _rank(text.language, language) < _rank(standing.language, language):
            chosen[text.article_id] = text
    return list(chosen.values())


def shelves(language: str, *, at: datetime) -> list[Shelf]:
    """Every article in use, on its shelf, in order. One query."""
    texts = in_language(
        _texts(at).order_by("article__category__position", "article__position", "pk"), language
    )
    by_category: dict[ArticleCategory, list[ArticleText]] = {}
    for text in texts:
        by_category.setdefault(text.article.category, []).append(text)
    return [Shelf(category=category, texts=on_it) for category, on_it in by_category.items()]


def most_read(language: str, *, at: datetime) -> list[ArticleText]:
    """Two queries."""
    opened = HelpEvent.objects.filter(kind=HelpEvent.Kind.OPENED, at__gt=at - MOST_READ_WITHIN, at__lte=at)
    counted = opened.values_list("article").annotate(readers=Count("pk")).order_by("-readers", "article")
    order = [pk for pk, _readers in counted[:MOST_READ]]
    texts = in_language(_texts(at).filter(article__in=order), language)
    return sorted(texts, key=lambda text: order.index(text.article_id))


def shown(slug: str, language: str, *, at: datetime) -> Shown | None:
    """One query."""
    found = list(_texts(at).filter(article__slug=slug).select_related("version", "article__category"))
    if not found:
        return None
    (text,) = in_language(found, language)
    others = tuple(sorted(other.language for other in found if other != text))
    return Shown(text=text, version=text.version, others=others)


def related(article: Article, language: str, *, at: datetime) -> list[ArticleText]:
    """Others of the same shelf, those after it first. One query."""
    texts = _texts(at).filter(article__category=article.category_id).exclude(article=article)
    near = in_language(texts.order_by("article__position", "article__pk"), language)
    after = [text for text in near if text.article.position >= article.position]
    return [*after, *(text for text in near if text not in after)][:RELATED]


def everything(*, at: datetime) -> QuerySet[ArticleText]:
    """Each text of each article in use."""
    return _texts(at).order_by("article__pk", "language")


def _texts(at: datetime) -> QuerySet[ArticleText]:
    in_use = ArticleText.objects.filter(article__in=Article.objects.in_use(at))
    return in_use.select_related("article__category", "version").defer("plain", "words")


def _rank(spoken: str, wished: str) -> int:
    return [wished, "en"].index(spoken) if spoken in (wished, "en") else 2
