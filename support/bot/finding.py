"""What the bot could answer a question with: articles that the search finds, and tools that know themselves asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from support.bot import guessing, library, likening, outside
from support.bot.library import Library
from support.bot.tools import PREFIX, TOOLS
from support.bot.tools.base import PERHAPS, SURELY
from support.bot.understanding import FAIRLY_SURE, Offer
from support.help import searching
from support.models import ArticleText

ENGLISH = "en"
# As many as could be offered, and some for the choice among them.
MOST_FOUND = 8
MOST_SEARCHED = 30
# Of what an article is believed to answer, so much by its meanings; the rest by the search of the help centre.
BY_MEANING = 0.5
# Of what an article is believed to answer of which it is known how customers ask for it, so much by that.
BY_HABIT = 0.5
# Where nothing of ours is likelier than ELSEWHERE, no such article is offered; where it is likelier than DOUBTFUL, none
# is sure. Chosen as guessing.SMOOTHED was.
ELSEWHERE, DOUBTFUL = 0.5, 0.1
UNSURE = FAIRLY_SURE - 0.01


def find(text: str, *, language: str, at: datetime) -> Sequence[Offer]:
    """The likeliest first. The titles are in the active language, which is `language`."""
    hits = searching.search(text, language=language, at=at, limit=MOST_SEARCHED)
    shelf = library.read()
    scores = {slug: BY_MEANING * score for slug, score in _by_meaning(text, language, shelf).items()}
    for hit in hits:
        scores[hit.article.slug] = scores.get(hit.article.slug, 0.0) + (1 - BY_MEANING) * hit.score
    scores |= _by_habit(guessing.heard(text, language=language), scores, shelf)
    best = sorted(scores, key=lambda slug: -scores[slug])[:MOST_FOUND]
    titles = {hit.article.slug: hit.title for hit in hits}
    articles = [
        Offer(name=slug, title=titles.get(slug) or title_of(slug, language=language), score=scores[slug])
        for slug in best
    ]
    return sorted([*_tools(text, language), *articles], key=lambda offer: -offer.score)


def _by_meaning(text: str, language: str, shelf: Library) -> Mapping[str, float]:
    return likening.likenesses(text, shelf.known, language=language)


def _by_habit(said: frozenset[str], scores: Mapping[str, float], shelf: Library) -> Mapping[str, float]:
    """How surely each is meant that was taught how it is asked for. What was taught in these very words is meant."""
    chances = guessing.chances(said, shelf.habits)
    nowhere = chances.get(guessing.NOWHERE, 0.0)
    most = 0.0 if nowhere > ELSEWHERE else UNSURE if nowhere > DOUBTFUL else 1.0
    found = {
        slug: min(most, (1 - BY_HABIT) * scores.get(slug, 0.0) + BY_HABIT * chances.get(slug, 0.0))
        for slug in shelf.taught
    }
    return found | dict.fromkeys(shelf.word_for_word.get(said, ()), 1.0)


def _tools(text: str, language: str) -> Iterator[Offer]:
    """Where somebody else is named, it is not sure that the asker's own account is meant."""
    surest = PERHAPS if outside.names_somebody_else(text) else SURELY
    for name, tool in TOOLS.items():
        if score := min(surest, tool.score(text, language=language)):
            yield Offer(name=PREFIX + name, title=str(tool.label), score=score, is_own=score >= SURELY)


def text_of(slug: str, *, language: str) -> ArticleText | None:
    """An article as it is shown now, in this language, else in English, else in any; None: it is not shown any more."""
    texts = {
        text.language: text for text in ArticleText.objects.filter(article__slug=slug).defer("plain", "words")
    }
    return texts.get(language) or texts.get(ENGLISH) or next(iter(texts.values()), None)


def address_of(slug: str, *, language: str) -> str:
    """Where it stands in the help centre, in this language."""
    return f"{settings.PUBLIC_ADDRESS}{reverse('help-article', args=[slug])}?{urlencode({'lang': language})}"


def title_of(name: str, *, language: str) -> str:
    """Of an article or a tool; its short name, if it is gone."""
    tool = TOOLS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if tool:
        return str(tool.label)
    text = text_of(name, language=language)
    return text.title if text else name
