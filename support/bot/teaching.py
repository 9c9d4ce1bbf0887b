"""Colleagues read what the bot failed to answer, and do something about it: an article more, or a word of one more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from crm.words.plain_text import plain
from support.help import writing
from support.help.content import LONGEST_ASKED, LONGEST_KEYWORD, LONGEST_TITLE, MOST_ASKED, MOST_KEYWORDS
from support.help.stems import PERSONAL
from support.help.voting import NotShown
from support.models import Article, ArticleCategory, BotTurn

# So many words are another name for it, which the search finds as well; more are a question, as customers put it.
MOST_WORDS_OF_A_NAME = 4


class NoShelf(Refusal):
    code = "no-category-of-articles"
    title = _("Articles need a category. Add one first.")


class NothingToTeach(Refusal):
    code = "nothing-to-teach"
    title = _("Write by which words customers ask for it.")
    status = 422


class KnowsEnough(Refusal):
    code = "too-many-words-of-an-article"
    title = _("This article has as many words to be found by as one can have. Take some of them away first.")


@transaction.atomic
def make_article(
    turns: Iterable[BotTurn], *, question: str, language: str, by: User, at: datetime
) -> Article:
    """Begin an article with a question as its title, once: the questions count as dealt with. Locks nothing else.

    Raises:
        NothingToTeach, NoShelf: nothing is made.
    """
    title = " ".join(plain(question).split())[:LONGEST_TITLE]
    if not title:
        raise NothingToTeach
    shelf = ArticleCategory.objects.order_by("position", "pk").first()
    if shelf is None:
        raise NoShelf
    asked = list(turns)
    slug = f"question-{min(turn.pk for turn in asked)}"
    article, is_new = Article.objects.get_or_create(slug=slug, defaults={"category": shelf})
    if is_new:
        writing.write(article, told={language: {"title": title}}, by=by, at=at)
    settle(asked, by=by, at=at)
    return article


@transaction.atomic
def point_to(
    article: Article, turns: Iterable[BotTurn], *, words: str, language: str, by: User, at: datetime
) -> Article:
    """It should have been this article: from now on it is found by these words too. Locks the article's row.

    A whole question is kept as a way of asking, a few words as a keyword. Numbers and addresses are left out: they tell
    who asked.

    What customers see changes at once, unless a colleague is writing a draft: then the words go into that.

    Raises:
        NothingToTeach, NotShown, KnowsEnough, UnusableArticle: nothing is changed.
    """
    said = " ".join(PERSONAL.sub(" ", plain(words)).split())[:LONGEST_ASKED]
    if not said:
        raise NothingToTeach
    draft, published = writing.standing(article)
    if published is None:
        raise NotShown
    writing.write(article, told=_with((draft or published).content, language, said), by=by, at=at)
    if draft is None and writing.standing(article)[0]:
        writing.publish(article, by=by, at=at)
    settle(turns, by=by, at=at)
    return article


@transaction.atomic
def settle(turns: Iterable[BotTurn], *, by: User, at: datetime) -> int:
    """These were read, and nothing more has to be done about them. How many. Idempotent."""
    standing = BotTurn.objects.filter(pk__in=[turn.pk for turn in turns], settled_at=None)
    return standing.update(settled_at=at, settled_by=by)


def _with(content: dict[str, Any], language: str, said: str) -> dict[str, Any]:
    """The content with this in it as well, in its language or, where it has none, in the first that it has."""
    spoken = language if language in content else next(iter(content), language)
    wording = content.get(spoken, {})
    is_name = len(said.split()) <= MOST_WORDS_OF_A_NAME and len(said) <= LONGEST_KEYWORD
    part, most = ("keywords", MOST_KEYWORDS) if is_name else ("asked", MOST_ASKED)
    phrases = [*wording.get(part, [])]
    if said in phrases:
        return content
    if len(phrases) >= most:
        raise KnowsEnough
    return {**content, spoken: {**wording, part: [*phrases, said]}}
