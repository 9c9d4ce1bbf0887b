"""What the bot knows to answer from: published articles, read once and kept until one of them changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max

from support.bot.likening import Known, features
from support.models import ArticleVersion


def known() -> Sequence[Known]:
    """One query while nothing changes."""
    published = ArticleVersion.objects.filter(state=ArticleVersion.State.PUBLISHED)
    state = published.aggregate(latest=Max("pk"), many=Count("pk"))
    return _read((state["latest"], state["many"]))


@lru_cache(maxsize=2)
def _read(state: tuple[int | None, int]) -> Sequence[Known]:
    published = ArticleVersion.objects.filter(state=ArticleVersion.State.PUBLISHED)
    rows = published.order_by("pk").values_list("article__slug", "content")
    return [known_of(slug, content) for slug, content in rows]


def known_of(slug: str, content: Mapping[str, Any]) -> Known:
    phrases = list(_phrases(content))
    times = Counter(feature for phrase in phrases for feature in phrase)
    return Known(slug, phrases, {feature: many / len(phrases) for feature, many in times.items()})


def _phrases(content: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    for language, wording in content.items():
        for text in (wording.get("title", ""), *wording.get("keywords", [])):
            if found := features(text, language=language):
                yield frozenset(found)
