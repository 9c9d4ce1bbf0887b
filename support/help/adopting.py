"""Ready articles made a house's own: published as they are, then changed like any others."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from support.help import ready, writing
from support.models import Article, ArticleCategory, Topic


@transaction.atomic
def adopt(*, by: User | None, at: datetime) -> int:
    """Add and publish the ready articles that the house does not have, by their short names. Returns how many.

    May be repeated: what stands already is left alone, whatever became of it.
    """
    shelves = {told.slug: _shelf(told) for told in ready.categories()}
    topics = Topic.objects.in_bulk(field_name="slug")
    standing = set(Article.objects.values_list("slug", flat=True))
    added = [told for told in ready.articles() if told.slug not in standing]
    articles = [
        Article.objects.create(slug=told.slug, category=shelves[told.category], position=told.position)
        for told in added
    ]
    # All are there before the first is published: they lead to one another.
    for article, told in zip(articles, added, strict=True):
        article.topics.set([topics[slug] for slug in told.topics if slug in topics])
        writing.write(article, told=told.content, by=by, at=at)
        writing.publish(article, by=by, at=at)
    return len(added)


def _shelf(told: ready.ReadyCategory) -> ArticleCategory:
    shelf, _is_new = ArticleCategory.objects.get_or_create(
        slug=told.slug, defaults={"names": dict(told.names), "position": told.position}
    )
    return shelf
