"""What the bot learns from how customers ask, without a database: whose a question is, and when it is nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import process_time

import pytest

from support.bot import guessing, library, outside
from support.bot.guessing import NOWHERE, chances, heard, learn
from support.help import ready

# (its short name or nobody's, language, how it is asked)
Phrase = tuple[str, str, str]
THIRDS = 3
SURELY = 0.6


def test_a_question_belongs_where_others_asked_alike():
    said = [("brewing", "сколько минут настаивать улун"), ("shops", "до скольки вы открыты сегодня")]
    habits = learn((name, heard(text, language="ru")) for name, text in said)

    found = chances(heard("а сколько настаивать белый чай", language="ru"), habits)

    assert found["brewing"] > 0.8
    assert sum(found.values()) == pytest.approx(1)


def test_where_nothing_of_it_was_ever_said_nothing_is_guessed():
    habits = learn([("brewing", heard("сколько минут настаивать улун", language="ru"))])

    assert chances(heard("zzz", language="ru"), habits) == {}
    assert chances(heard("сколько минут", language="ru"), guessing.Habits()) == {}


def test_a_question_that_says_more_is_no_surer_for_its_length_alone():
    said = [
        ("brewing", "настаивать улун"),
        ("shops", "открыты сегодня"),
        ("brewing", "вода"),
        ("shops", "адрес"),
    ]
    habits = learn((name, heard(text, language="ru")) for name, text in said)

    short = chances(heard("вода адрес улун", language="ru"), habits)["brewing"]
    long = chances(heard("вода адрес улун настаивать открыты сегодня вода адрес", language="ru"), habits)

    assert long["brewing"] <= short


def test_an_article_is_known_by_habit_once_enough_ways_of_asking_stand_with_it():
    few = {"ru": {"title": "Как заварить?", "asked": [f"как заварить сорт {n}" for n in range(9)]}}
    many = {"ru": {"title": "Где вы?", "asked": [f"где вы, дом {n}" for n in range(10)]}}

    shelf = library.library_of([("few", few), ("many", many)])

    assert shelf.taught == {"many"}
    assert set(shelf.habits.silent) == {"many", NOWHERE}
    assert shelf.word_for_word[heard("как заварить сорт 3", language="ru")] == {"few"}


def test_what_is_asked_elsewhere_is_told_in_every_language_and_of_no_article():
    asked = {phrase.lower() for _name, _language, phrase in of_articles()}

    assert {language for language, _question in outside.asked()} == {"ru", "bg", "en"}
    assert [question for _language, question in outside.asked() if question.lower() in asked] == []


def test_each_third_of_the_phrases_is_found_by_what_the_others_taught():
    """A hard question: these say it in every way that two people could think of. By chance one in 31 would be right."""
    told = of_articles()
    right = sure = sure_and_wrong = 0
    for third in range(THIRDS):
        habits = taught([phrase for n, phrase in enumerate(told) if n % THIRDS != third])
        for name, language, text in told[third::THIRDS]:
            found = chances(heard(text, language=language), habits)
            best = max(found, key=lambda one: found[one], default=NOWHERE)
            right += best == name
            sure += found.get(best, 0.0) >= SURELY and best != NOWHERE
            sure_and_wrong += found.get(best, 0.0) >= SURELY and best not in (name, NOWHERE)

    assert right >= 0.5 * len(told)
    assert sure_and_wrong <= 0.12 * sure


def test_a_guess_takes_milliseconds():
    told = of_articles()
    habits = taught(told)
    began = process_time()
    for _name, language, text in told[:300]:
        chances(heard(text, language=language), habits)

    assert (process_time() - began) / 300 < 0.015


def of_articles() -> list[Phrase]:
    return [
        (article.slug, language, phrase)
        for article in ready.articles()
        for language, wording in article.content.items()
        for phrase in wording["asked"]
    ]


def taught(phrases: Sequence[Phrase]) -> guessing.Habits:
    return learn(_heaps(phrases))


def _heaps(phrases: Sequence[Phrase]) -> Iterator[tuple[str, frozenset[str]]]:
    for name, language, text in phrases:
        yield name, heard(text, language=language)
    for language, text in outside.asked():
        yield NOWHERE, heard(text, language=language)
