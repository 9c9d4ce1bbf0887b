"""Articles from a draft to what customers read. What was published never changes: the next version takes its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from support.help import checking, content, indexing, marking
from support.help.content import Content, UnusableArticle
from support.models import Article, ArticleText, ArticleVersion

DRAFT, PUBLISHED, RETIRED = (
    ArticleVersion.State.DRAFT,
    ArticleVersion.State.PUBLISHED,
    ArticleVersion.State.RETIRED,
)


class NothingToPublish(Refusal):
    code = "nothing-to-publish"
    title = _("This article has no draft.")


class NothingToWithdraw(Refusal):
    code = "nothing-to-withdraw"
    title = _("Customers do not see this article.")


class DraftChanged(Refusal):
    """Another colleague has saved it since the page was opened."""

    code = "draft-changed"
    title = _("A colleague has changed this draft meanwhile. Look at it before you save yours.")
    status = 409


def languages() -> frozenset[str]:
    return frozenset(code for code, _name in settings.LANGUAGES)


def known_slugs() -> frozenset[str]:
    return frozenset(Article.objects.values_list("slug", flat=True))


def standing(article: Article) -> tuple[ArticleVersion | None, ArticleVersion | None]:
    """(the draft, what is published). One query."""
    found = {
        version.state: version
        for version in article.versions.filter(state__in=[DRAFT, PUBLISHED]).order_by("pk")
    }
    return found.get(DRAFT), found.get(PUBLISHED)


@transaction.atomic
def write(
    article: Article, *, told: Any, by: User | None, at: datetime, seen_at: datetime | None = None
) -> ArticleVersion:
    """Keep a draft: the one that is being written, else a new version. May be repeated. Locks the article's row.

    `seen_at` is when the draft that was changed had been written; None does not ask.

    Raises:
        UnusableArticle, DraftChanged: nothing is kept.
    """
    kept = content.write(content.read(told, languages=languages()))
    _lock(article)
    draft, _published = standing(article)
    if draft is None:
        return ArticleVersion.objects.create(
            article=article, number=_next_number(article), content=kept, written_by=by, written_at=at
        )
    if draft.content == kept:
        return draft
    if seen_at is not None and draft.written_at != seen_at:
        raise DraftChanged
    draft.content, draft.written_by, draft.written_at = kept, by, at
    draft.save(update_fields=["content", "written_by", "written_at"])
    return draft


@transaction.atomic
def publish(article: Article, *, by: User | None, at: datetime) -> ArticleVersion:
    """Show the draft to customers in place of what they see now. Locks the article's row.

    Raises:
        NothingToPublish: there is no draft, or it was published already.
        UnusableArticle: with everything that is not fit for customers, see support.help.checking.
    """
    _lock(article)
    draft, published = standing(article)
    if draft is None:
        raise NothingToPublish
    wordings = content.read(draft.content, languages=languages())
    if faults := list(checking.faults(wordings, slugs=known_slugs())):
        raise UnusableArticle(*faults)
    if published:
        _retire(published, at=at)
    draft.state, draft.published_by, draft.published_at = PUBLISHED, by, at
    draft.save(update_fields=["state", "published_by", "published_at"])
    _show(draft, wordings)
    return draft


@transaction.atomic
def withdraw(article: Article, *, at: datetime) -> ArticleVersion:
    """Customers do not see it any more; its versions and figures stay. Locks the article's row.

    Raises:
        NothingToWithdraw: nothing is changed.
    """
    _lock(article)
    _draft, published = standing(article)
    if published is None:
        raise NothingToWithdraw
    _retire(published, at=at)
    article.texts.all().delete()
    return published


def _lock(article: Article) -> None:
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)


def _next_number(article: Article) -> int:
    last = article.versions.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _retire(version: ArticleVersion, *, at: datetime) -> None:
    version.state, version.retired_at = RETIRED, at
    version.save(update_fields=["state", "retired_at"])


def _show(version: ArticleVersion, wordings: Content) -> None:
    """Every language anew: its text, and the words it is found by."""
    ArticleText.objects.filter(article=version.article_id).delete()
    for language, wording in wordings.items():
        text = ArticleText.objects.create(
            article_id=version.article_id,
            version=version,
            language=language,
            title=wording.title,
            summary=wording.summary,
            plain=marking.plain(wording.body),
        )
        indexing.write(text, wording)
