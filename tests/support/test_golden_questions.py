"""A hundred questions of customers in Russian and Bulgarian, and thirty that nothing of ours answers.

Forty of the hundred, and the thirty, were written by somebody who had seen neither the articles nor the code; the
second blind set (forty and thirty) by somebody else, later. Whoever tunes the bot does it on questions of our own
(bot_own.json) and by cross-validation over how customers ask for the ready articles (their writers knew titles and
summaries alone), and never adds the words of a single blind one to an article.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from support.answering.mood import Mood, mood_of
from support.bot import finding, understanding
from support.bot.understanding import AskBack, Before, Decision, Give, HandOver
from support.help import adopting
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent / "golden"
KNOWN: Sequence[Mapping[str, Any]] = json.loads((GOLDEN / "bot_known.json").read_text())
BLIND: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads((GOLDEN / "bot_blind.json").read_text())
BLIND_2: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads((GOLDEN / "bot_blind_2.json").read_text())
OWN: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads((GOLDEN / "bot_own.json").read_text())
HUNDRED = [*KNOWN, *BLIND["answerable"]]


@pytest.fixture
def articles() -> None:
    adopting.adopt(by=None, at=NOON)


def decided(asked: Mapping[str, Any]) -> Decision:
    """As the bot does with the first thing that is said to it."""
    text, language = asked["text"], asked["language"]
    with override(language):
        return understanding.without_searching(
            text, before=Before(), is_upset=mood_of(text) == Mood.ANGRY
        ) or understanding.among(finding.find(text, language=language, at=NOON), before=Before())


def outcome(asked: Mapping[str, Any]) -> str:
    right = asked.get("expects", ())
    match decided(asked):
        case Give(offer):
            return "right" if offer.name in right else "wrong"
        case AskBack(offers):
            return "offered" if any(offer.name in right for offer in offers) else "asked back"
        case HandOver():
            return "handed over"
        case _:
            return "something else"


def tallied(questions: Iterable[Mapping[str, Any]]) -> Counter[str]:
    return Counter(outcome(one) for one in questions)


def test_there_are_a_hundred_questions_and_thirty_without_an_answer() -> None:
    assert (len(HUNDRED), len(BLIND["answerable"]), len(BLIND["unanswerable"])) == (100, 40, 30)
    assert (len(BLIND_2["answerable"]), len(BLIND_2["unanswerable"])) == (40, 30)
    assert {one["language"] for one in HUNDRED} == {"ru", "bg"}


def test_what_is_answered_first_is_right_and_the_rest_is_asked_or_handed_over(articles: None) -> None:
    """Wrong are 3 of all 130 at most, and beside that 80 right ones are the goal."""
    found, nowhere = tallied(HUNDRED), tallied(BLIND["unanswerable"])
    print(dict(found), dict(nowhere))

    assert found["wrong"] + nowhere["wrong"] <= 3
    assert found["right"] >= 83
    assert found["right"] + found["offered"] >= 94
    assert nowhere["handed over"] >= 17
    assert found["something else"] == nowhere["something else"] == 0


def test_it_is_as_careful_with_questions_that_came_after_its_words_were_chosen(articles: None) -> None:
    found, nowhere = tallied(BLIND_2["answerable"]), tallied(BLIND_2["unanswerable"])
    print(dict(found), dict(nowhere))

    assert found["wrong"] + nowhere["wrong"] <= 1
    assert found["right"] >= 27
    assert found["right"] + found["offered"] >= 35
    assert nowhere["handed over"] >= 22


def test_questions_of_our_own_stay_answered(articles: None) -> None:
    """On these it may be tuned, so they prove less: that a change for the sake of one spoils no other."""
    found, nowhere = tallied(OWN["answerable"]), tallied(OWN["unanswerable"])
    print(dict(found), dict(nowhere))

    assert found["wrong"] + nowhere["wrong"] <= 3
    assert found["right"] >= 132
    assert nowhere["handed over"] >= 66
