"""What kind of customer somebody is to the company: what they bring, how they keep buying, what goes wrong. Pure.

Two axes and one alarm: whether they bring much (money score of 4 or 5 of 5), whether they keep buying (two days of
purchases or more, and not silent), and whether much of it comes back. A category changes only after the figures have
said another one for DWELL days, so that an order more or less does not throw anybody about; an alarm counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

DWELL = timedelta(days=30)
BRINGS_MUCH = 4
KEEPS_BUYING = 2
# So many returns, and such a share of the orders, before trust is in question.
FEWEST_RETURNS = 2
MANY_RETURNED = 0.3


class Category(models.TextChoices):
    STAR = "star", pgettext_lazy("category of a customer", "Star")
    PRODUCTIVE = "productive", pgettext_lazy("category of a customer", "Productive")
    QUESTION = "question", pgettext_lazy("category of a customer", "Question mark")
    TRUST = "trust", pgettext_lazy("category of a customer", "Trust to rebuild")


@dataclass(frozen=True)
class Standing:
    """The category that holds, and the one that the figures say now: the same, unless a change is under way."""

    category: Category
    since: date
    leaning: Category
    leaning_since: date


def category_of(
    *, money_score: int | None, purchase_days: int, is_silent: bool, orders: int, returns: int
) -> Category:
    """What the figures of one day say by themselves."""
    if returned_often(orders=orders, returns=returns):
        return Category.TRUST
    if purchase_days < KEEPS_BUYING or is_silent:
        return Category.QUESTION
    return Category.STAR if (money_score or 0) >= BRINGS_MUCH else Category.PRODUCTIVE


def returned_often(*, orders: int, returns: int) -> bool:
    return returns >= FEWEST_RETURNS and returns >= MANY_RETURNED * orders


def settle(said: Category, *, before: Standing | None, on: date) -> Standing:
    """The standing of the day, from the one before it. May be called again for the same day."""
    if before is None or (said == Category.TRUST and before.category != Category.TRUST):
        return Standing(said, on, said, on)
    since = before.leaning_since if said == before.leaning else on
    if said != before.category and on - since >= DWELL:
        return Standing(said, on, said, since)
    return Standing(before.category, before.since, said, since)
