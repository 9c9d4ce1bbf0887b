"""What the bot could answer a question with: articles that the search finds, and tools that know themselves asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from support.bot.tools import PREFIX, TOOLS
from support.bot.understanding import Offer
from support.help import searching
from support.models import ArticleText

ENGLISH = "en"
# As many as could be offered, and some for the choice among them.
MOST_FOUND = 5


def find(text: str, *, language: str, at: datetime) -> Sequence[Offer]:
    """The likeliest first. The titles are in the active language, which is `language`."""
    hits = searching.search(text, language=language, at=at, limit=MOST_FOUND)
    articles = [Offer(name=hit.article.slug, title=hit.title, score=hit.score) for hit in hits]
    scored = ((name, tool, tool.score(text)) for name, tool in TOOLS.items())
    tools = [
        Offer(name=PREFIX + name, title=str(tool.label), score=score) for name, tool, score in scored if score
    ]
    return sorted([*tools, *articles], key=lambda offer: -offer.score)


def text_of(slug: str, *, language: str) -> ArticleText | None:
    """An article as it is shown now, in this language, else in English, else in any; None: it is not shown any more."""
    texts = {
        text.language: text for text in ArticleText.objects.filter(article__slug=slug).defer("plain", "words")
    }
    return texts.get(language) or texts.get(ENGLISH) or next(iter(texts.values()), None)


def address_of(slug: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}/help/{slug}/"


def title_of(name: str, *, language: str) -> str:
    """Of an article or a tool; its short name, if it is gone."""
    tool = TOOLS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if tool:
        return str(tool.label)
    text = text_of(name, language=language)
    return text.title if text else name
