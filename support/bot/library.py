"""What the bot knows to answer from: published articles, read once and kept until one of them changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from django.db.models import Count, Max

from support.bot import guessing, outside
from support.bot.guessing import Habits
from support.bot.likening import Known, features
from support.models import ArticleVersion

# By fewer ways of asking nobody is known: such an article is found by its words alone.
FEWEST_ASKED = 10
# (short name, its content)
Article: TypeAlias = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Library:
    """`taught` are those of which `habits` know how they are asked for; `word_for_word`: whose a phrase is."""

    known: Sequence[Known]
    taught: frozenset[str]
    habits: Habits
    word_for_word: Mapping[frozenset[str], frozenset[str]]


def read() -> Library:
    """One query while nothing changes."""
    published = ArticleVersion.objects.filter(state=ArticleVersion.State.PUBLISHED)
    state = published.aggregate(latest=Max("pk"), many=Count("pk"))
    return _read((state["latest"], state["many"]))


@lru_cache(maxsize=2)
def _read(state: tuple[int | None, int]) -> Library:
    published = ArticleVersion.objects.filter(state=ArticleVersion.State.PUBLISHED)
    return library_of(list(published.order_by("pk").values_list("article__slug", "content")))


def library_of(articles: Sequence[Article]) -> Library:
    taught = [(slug, content) for slug, content in articles if len(list(_asked(content))) >= FEWEST_ASKED]
    names = frozenset(slug for slug, _content in taught)
    return Library(
        known=[known_of(slug, content, is_taught=slug in names) for slug, content in articles],
        taught=names,
        habits=guessing.learn(_heaps(taught)) if taught else Habits(),
        word_for_word=_word_for_word(articles),
    )


def known_of(slug: str, content: Mapping[str, Any], *, is_taught: bool = False) -> Known:
    """Of those of which much is taught the habits know more than a likeness to this or that phrase would."""
    phrases = [frozenset(said) for said in _phrases(content, is_taught=is_taught) if said]
    times = Counter(feature for phrase in phrases for feature in phrase)
    return Known(slug, phrases, {feature: many / len(phrases) for feature, many in times.items()})


def _phrases(content: Mapping[str, Any], *, is_taught: bool) -> Iterator[Sequence[str]]:
    for language, wording in content.items():
        more = () if is_taught else wording.get("asked", ())
        for text in (wording.get("title", ""), *wording.get("keywords", ()), *more):
            yield features(text, language=language)


def _heaps(taught: Sequence[Article]) -> Iterator[tuple[str, frozenset[str]]]:
    for slug, content in taught:
        for language, wording in content.items():
            for text in (wording.get("title", ""), wording.get("summary", ""), *wording.get("keywords", ())):
                yield slug, guessing.heard(text, language=language)
        for language, text in _asked(content):
            yield slug, guessing.heard(text, language=language)
    for language, text in outside.asked():
        yield guessing.NOWHERE, guessing.heard(text, language=language)


def _word_for_word(articles: Sequence[Article]) -> Mapping[frozenset[str], frozenset[str]]:
    whose: dict[frozenset[str], set[str]] = defaultdict(set)
    for slug, content in articles:
        for language, text in _asked(content):
            whose[guessing.heard(text, language=language)].add(slug)
    return {said: frozenset(names) for said, names in whose.items() if said}


def _asked(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for language, wording in content.items():
        for text in wording.get("asked", ()):
            yield language, text
