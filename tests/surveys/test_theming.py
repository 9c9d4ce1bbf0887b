"""What a text is about is told by the beginnings of words, in the language that it is written in."""

from __future__ import annotations

import pytest

from surveys.feedback import ready, theming
from surveys.feedback.theming import Clue, Rules, UnusableClue


def rules(**themes: str) -> Rules:
    """Of English: theme → clues with commas between."""
    return Rules(themes={name: {"en": theming.clues(typed.split(","))} for name, typed in themes.items()})


def theme_of(text: str, its: Rules, language: str = "en") -> str:
    return its.read(text, language=language).theme


def test_a_clue_is_the_beginning_of_a_word_in_any_of_its_forms():
    its = rules(delivery="deliver")

    assert theme_of("Delivered on Monday", its) == "delivery"
    assert theme_of("The DELIVERY?", its) == "delivery"
    assert theme_of("It was undelivered", its) == ""


def test_with_a_full_stop_it_is_the_whole_word():
    its = rules(prices="sale.")

    assert theme_of("There was a sale", its) == "prices"
    assert theme_of("The salesman", its) == ""


def test_words_in_a_row_are_one_clue():
    its = rules(returns="not fit")

    assert theme_of("They do not fit me", its) == "returns"
    assert theme_of("A fit that was not mine", its) == ""


def test_what_weighs_most_has_the_text_and_the_earlier_theme_what_weighs_alike():
    its = rules(delivery="courier, late", service="rude 3", shop="late 2")

    assert theme_of("The courier was late and rude", its) == "service"
    assert theme_of("The courier was late", its) == "delivery"


def test_the_longest_of_a_themes_clues_counts_where_several_begin():
    its = rules(delivery="parcel 1, parcel locker 3")

    assert its.read("A parcel locker", language="en").clues == {
        "delivery": [Clue(words=("parcel", "locker"), weight=3)]
    }


def test_a_clue_said_twice_counts_once():
    its = rules(delivery="courier 2", service="rude 3")

    assert theme_of("The courier, the courier, the courier was rude", its) == "service"


def test_its_own_language_is_read_first_and_another_where_nothing_fits():
    its = Rules(
        themes={
            "delivery": {"ru": theming.clues(["курьер"])},
            "shop": {"bg": theming.clues(["магазин"]), "en": theming.clues(["shop"])},
        }
    )

    assert theme_of("Курьер ехал мимо магазина", its, "ru") == "delivery"
    assert theme_of("Курьер ехал мимо магазина", its, "bg") == "shop"
    assert theme_of("Курьер", its, "en") == "delivery"


def test_yo_is_read_as_ye():
    its = Rules(
        themes={"site": {"ru": theming.clues(["приложен"])}, "prices": {"ru": theming.clues(["дешёв"])}}
    )

    assert theme_of("Дешевле не бывает", its, "ru") == "prices"


@pytest.mark.parametrize("typed", ["", "...", "one two three four five", "a" * 61])
def test_what_is_no_clue_is_refused(typed):
    with pytest.raises(UnusableClue):
        theming.clue(typed)


def test_a_clue_reads_aloud_as_it_is_typed():
    for typed in ("courier", "parcel locker 3", "sale.", "not fit. 2"):
        assert str(theming.clue(typed)) == typed


def test_the_ready_themes_are_known_in_three_languages_and_hold_no_clue_twice():
    for theme in ready.themes():
        assert set(theme.names) == {"en", "ru", "bg"}
        for language, its in theme.by_language().items():
            told = [(clue.words, clue.is_whole) for clue in its]
            assert len(told) == len(set(told)), (theme.slug, language)
            assert len(told) <= theming.MOST_CLUES
    assert [theme.slug for theme in ready.themes() if theme.slug != "other" and len(theme.clues) != 3] == []


def test_every_ready_theme_is_of_a_ready_department_and_one_of_them_takes_the_rest():
    slugs = {department.slug for department in ready.departments()}

    assert {theme.department for theme in ready.themes()} <= slugs
    assert sum(department.takes_the_rest for department in ready.departments()) == 1


def test_what_comes_after_but_weighs_double():
    its = rules(quality="bitter 2", service="friendly 3")

    assert theme_of("Friendly people, the tea was bitter", its) == "service"
    assert theme_of("Friendly people, but the tea was bitter", its) == "quality"


def test_a_short_word_in_a_row_is_not_only_a_beginning():
    its = Rules(themes={"shop": {"bg": theming.clues(["магазина в"])}})

    assert theme_of("В магазина в Бургас", its, "bg") == "shop"
    assert theme_of("В магазина вече няма", its, "bg") == ""
