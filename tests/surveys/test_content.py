"""What a survey holds is read with a place for each fault, and written the same way each time."""

from __future__ import annotations

from typing import Any

import pytest

from surveys import content, walking
from surveys.content import UnusableSurvey
from surveys.questions import Given, UnusableAnswer
from tests.factories import surveys


def places(told: Any) -> set[str]:
    with pytest.raises(UnusableSurvey) as refused:
        content.read(told)
    return {fault.pointer for fault in refused.value.faults}


def keys(*answers: tuple[str, Given]) -> list[str]:
    return [one.key for one in walking.way(content.read(surveys.content()), dict(answers))]


def test_what_was_written_is_read_and_written_again_the_same() -> None:
    its = content.read(surveys.content())
    kept = content.write(its)

    assert content.write(content.read(kept)) == kept
    assert its.questions[0].next_after(Given(value=6)) == "wrong"
    assert its.questions[0].next_after(Given(value=7)) == "word"


def test_every_fault_is_told_with_its_place() -> None:
    told = surveys.content()
    told["questions"][0]["ways"] = [surveys.way("wrong", "lte", 11), surveys.way("wrong", "has", 2)]
    told["questions"][1]["settings"]["options"][1]["key"] = "late"
    told["questions"][2] |= {"text": {"de": "Und?"}, "is_required": "yes"}
    told["start"] = "nowhere"

    assert places(told) == {
        "/start",
        "/questions/0/ways/0/when/value",
        "/questions/0/ways/1/when/op",
        "/questions/1/settings/options/1/key",
        "/questions/2/text/de",
        "/questions/2/is_required",
    }


@pytest.mark.parametrize("told", [None, [], "text", {"questions": {}}, {"questions": [3]}])
def test_what_is_no_survey_is_refused(told: Any) -> None:
    assert places(told)


def test_a_low_score_is_asked_what_was_wrong_and_a_high_one_is_not() -> None:
    assert keys(("score", Given(value=3))) == ["score", "wrong", "word"]
    assert keys(("score", Given(value=9))) == ["score", "word"]


def test_a_question_that_decides_ends_its_page() -> None:
    its = content.read(surveys.content())
    pages = walking.pages(its, {"score": Given(value=3)})

    assert [[one.key for one in page] for page in pages] == [["score"], ["wrong", "word"]]


def test_answers_beside_the_way_are_left_out() -> None:
    raw = {"score": "9", "wrong": ["late"], "word": "  Fine.\r\nThanks "}

    given = walking.answered(content.read(surveys.content()), raw)

    assert given == {"score": Given(value=9), "word": Given(text="Fine.\nThanks")}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({}, "/score"),
        ({"score": ""}, "/score"),
        ({"score": 11}, "/score"),
        ({"score": True}, "/score"),
        ({"score": 1e30}, "/score"),
        ({"score": "٣"}, "/score"),
        ({"score": {"value": 3}}, "/score"),
        ({"score": 3, "wrong": ["warm"]}, "/wrong"),
        ({"score": 3, "wrong": [{}]}, "/wrong"),
        ({"score": 3, "wrong": {"late": 1}}, "/wrong"),
        ({"score": 3, "word": 4}, "/word"),
        ({"score": 3, "word": "\ud800"}, "/word"),
        ({"score": 3, "word": "a" * 4001}, "/word"),
        ({"score": 3, "other": "x"}, "/other"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_place(raw: dict[str, Any], place: str) -> None:
    with pytest.raises(UnusableAnswer) as refused:
        walking.answered(content.read(surveys.content()), raw)

    assert [fault.pointer for fault in refused.value.faults] == [place]


def test_one_unhappy_answer_is_enough() -> None:
    its = content.read(surveys.content())

    assert walking.is_unhappy(its, {"score": Given(value=6)})
    assert not walking.is_unhappy(its, {"score": Given(value=7)})
