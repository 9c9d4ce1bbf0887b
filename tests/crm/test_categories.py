"""What kind of customer somebody is, and that an order more or less does not throw anybody about."""

from datetime import date, timedelta

import pytest

from crm.worth.categories import DWELL, Category, Standing, category_of, settle

TODAY = date(2026, 3, 1)


def said(**more) -> Category:
    told = {"money_score": 3, "purchase_days": 5, "is_silent": False, "orders": 5, "returns": 0}
    return category_of(**{**told, **more})


@pytest.mark.parametrize(
    ("figures", "category"),
    [
        ({"money_score": 5}, Category.STAR),
        ({"money_score": 3}, Category.PRODUCTIVE),
        ({"money_score": 5, "is_silent": True}, Category.QUESTION),
        ({"money_score": 5, "purchase_days": 1}, Category.QUESTION),
        ({"money_score": None}, Category.PRODUCTIVE),
        ({"money_score": 5, "orders": 6, "returns": 2}, Category.TRUST),
        ({"money_score": 5, "orders": 7, "returns": 2}, Category.STAR),
        ({"money_score": 5, "orders": 1, "returns": 1}, Category.STAR),
    ],
)
def test_money_rhythm_and_returns_say_the_category(figures, category):
    assert said(**figures) == category


def walk(words: list[Category]) -> list[Category]:
    """The category that holds on each of these days."""
    standing: Standing | None = None
    held = []
    for n, word in enumerate(words):
        standing = settle(word, before=standing, on=TODAY + timedelta(days=n))
        held.append(standing.category)
    return held


def test_the_first_category_counts_at_once():
    assert walk([Category.STAR]) == [Category.STAR]


def test_a_customer_at_the_border_is_not_thrown_about():
    assert set(walk([Category.STAR, *[Category.PRODUCTIVE, Category.STAR] * 50])) == {Category.STAR}


def test_another_category_counts_once_it_was_said_for_thirty_days():
    held = walk([Category.STAR, *[Category.PRODUCTIVE] * 40])

    assert held.index(Category.PRODUCTIVE) == 1 + DWELL.days
    assert held[-1] == Category.PRODUCTIVE


def test_an_order_in_between_begins_the_thirty_days_anew():
    held = walk([Category.STAR, *[Category.PRODUCTIVE] * 29, Category.STAR, *[Category.PRODUCTIVE] * 29])

    assert set(held) == {Category.STAR}


def test_lost_trust_counts_at_once_and_is_won_back_slowly():
    held = walk([Category.STAR, Category.TRUST, *[Category.STAR] * 31])

    assert held[1] == Category.TRUST
    assert held[31] == Category.TRUST
    assert held[32] == Category.STAR


def test_the_same_day_told_twice_changes_nothing():
    before = Standing(Category.STAR, TODAY, Category.PRODUCTIVE, TODAY)
    later = TODAY + DWELL
    once = settle(Category.PRODUCTIVE, before=before, on=later)

    assert settle(Category.PRODUCTIVE, before=once, on=later) == once
    assert (once.category, once.since) == (Category.PRODUCTIVE, later)
