"""Articles of the help centre, as readers see them."""

from __future__ import annotations

from typing import Any

from support.help import writing
from support.models import Article, ArticleCategory
from tests.factories.shops import NOON

RETURNS = {
    "ru": {
        "title": "Как вернуть товар?",
        "summary": "В течение 14 дней.",
        "body": "Товар можно вернуть за **14 дней**.\n\n1. Откройте заказ.\n2. Выберите товар: [деньги](refund-when).",
        "keywords": ["возврат", "не подошло"],
    },
    "bg": {
        "title": "Как да върна стока?",
        "summary": "До 14 дни.",
        "body": "Стоката може да се върне до **14 дни**.",
        "keywords": ["връщане"],
    },
    "en": {
        "title": "How do I return goods?",
        "summary": "Within 14 days.",
        "body": "You have **14 days**.",
        "keywords": ["return"],
    },
}


def published(slug: str = "return-goods", told: Any = None, **more: Any) -> Article:
    shelf, _is_new = ArticleCategory.objects.get_or_create(
        slug="returns", defaults={"names": {"en": "Returns", "ru": "Возврат", "bg": "Връщане"}}
    )
    # Where its links lead: nobody has written that one yet.
    Article.objects.get_or_create(slug="refund-when", defaults={"category": shelf})
    article, _is_new = Article.objects.get_or_create(slug=slug, defaults={"category": shelf, **more})
    writing.write(article, told=told or RETURNS, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    return article
