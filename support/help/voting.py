"""Was it useful? One answer of one reader on one article: the last one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.words.plain_text import plain
from support.help import sessions
from support.models import Article, ArticleVersion, ArticleVote, HelpSession

OURS = "help centre"
LONGEST = 300


class NotShown(Refusal):
    code = "article-not-shown"
    title = _("Customers do not see this article.")


@dataclass(frozen=True, kw_only=True)
class Voter:
    """Who votes: `source` and `source_id` name them, once and for all."""

    source: str
    source_id: str
    session: HelpSession | None = None


def visitor(session: HelpSession) -> Voter:
    return Voter(source=OURS, source_id=str(session.pk), session=session)


@transaction.atomic
def vote(
    article: Article,
    *,
    voter: Voter,
    answer: str,
    language: str,
    at: datetime,
    why: str = "",
    words: str = "",
) -> ArticleVote:
    """Note the answer, in place of what this reader said before. Numbers and addresses in their words are not kept.

    Raises:
        NotShown: nothing is noted.
    """
    version = ArticleVersion.objects.filter(article=article, state=ArticleVersion.State.PUBLISHED).first()
    if version is None:
        raise NotShown
    is_no = answer == ArticleVote.Answer.NO
    said = {
        "version": version,
        "session": voter.session,
        "language": language[:5],
        "answer": answer,
        "why": why if is_no else "",
        "words": sessions.quiet(plain(words), longest=LONGEST) if is_no else "",
        "voted_at": at,
    }
    noted, _is_new = ArticleVote.objects.update_or_create(
        article=article, source=voter.source, source_id=voter.source_id, defaults=said
    )
    return noted
