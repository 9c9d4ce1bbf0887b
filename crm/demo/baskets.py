"""What people buy together: a person leans to one section, the month leans to its season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from crm.demo.catalogue import ARTICLES, Article, wanted

SECTIONS = ("Tea", "Cosmetics", "Gifts")


@dataclass(frozen=True)
class Taste:
    """A favourite section, and the few things a person comes back for."""

    section: str
    favourites: Sequence[Article]


@dataclass(frozen=True)
class Picked:
    article: Article
    quantity: int
    discount_percent: int = 0


def draw_taste(random: Random) -> Taste:
    section = random.choices(SECTIONS, (50, 36, 14))[0]
    own = [article for article in ARTICLES if article.section == section]
    return Taste(section, random.choices(own, [article.appeal for article in own], k=3))


def draw_basket(random: Random, taste: Taste, *, month: int) -> list[Picked]:
    """One to six different things; favourites come back, December adds a gift."""
    size = random.choices((1, 2, 3, 4, 5, 6), (30, 28, 20, 12, 6, 4))[0]
    picked: dict[str, Picked] = {}
    for _ in range(size):
        article = _one(random, taste, month)
        picked.setdefault(article.sku, Picked(article, _quantity(random, article), _discount(random)))
    return list(picked.values())


def _one(random: Random, taste: Taste, month: int) -> Article:
    chance = random.random()
    if chance < 0.4:
        return random.choice(taste.favourites)
    section = (
        taste.section if chance < 0.75 else random.choices(SECTIONS, (35, 35, 30 + 40 * (month == 12)))[0]
    )
    articles, weights = _weighed(section, month)
    return random.choices(articles, cum_weights=weights)[0]


@cache
def _weighed(section: str, month: int) -> tuple[list[Article], list[float]]:
    articles, weights, total = [], [], 0.0
    for article in ARTICLES:
        if article.section == section:
            total += wanted(article, month)
            articles.append(article)
            weights.append(total)
    return articles, weights


def _quantity(random: Random, article: Article) -> int:
    return 1 if article.price > 15 else random.choices((1, 2, 3), (74, 20, 6))[0]


def _discount(random: Random) -> int:
    return random.choices((0, 10, 15, 20), (86, 7, 4, 3))[0]
