"""A survey that leads nowhere, in circles, or into silence is not published."""

from __future__ import annotations

from typing import Any

from surveys import content
from surveys.writing import checking
from tests.factories import surveys


def places(told: Any) -> set[str]:
    return {fault.pointer for fault in checking.faults(told)}


def test_the_example_can_be_asked() -> None:
    assert checking.faults(surveys.content()) == []
    assert checking.advice(checking.check(surveys.content())) == []


def test_a_loop_is_found_wherever_it_turns() -> None:
    told = surveys.content()
    told["questions"][2]["then"] = "wrong"

    assert places(told) == {"/questions/1/then", "/questions/2/then"}


def test_a_question_that_leads_to_itself_is_a_loop() -> None:
    told = surveys.content()
    told["questions"][2]["ways"] = [surveys.way("word", "written")]

    assert places(told) == {"/questions/2/then"}


def test_a_question_to_which_no_way_leads_is_found() -> None:
    told = surveys.content()
    told["questions"][0]["ways"] = []

    assert places(told) == {"/questions/1"}


def test_a_way_that_nobody_takes_is_found() -> None:
    told = surveys.content()
    told["questions"][0]["ways"].append(surveys.way(None, "eq", 4))
    told["questions"][1]["ways"] = [surveys.way("word", "has", "late"), surveys.way(None, "has", "late")]

    assert places(told) == {"/questions/0/ways/1/when", "/questions/1/ways/1/when"}


def test_a_way_to_nowhere_is_found() -> None:
    told = surveys.content()
    told["questions"][2]["then"] = "more"

    assert places(told) == {"/questions/2/then"}


def test_a_language_is_written_wholly_or_not_at_all() -> None:
    told = surveys.content()
    del told["questions"][1]["text"]["ru"]
    del told["questions"][1]["settings"]["options"][2]["label"]["ru"]
    assert places(told) == {"/questions/1/text/ru", "/questions/1/settings/options/2/label/ru"}

    only_english = surveys.only("nps")
    for words in (only_english["title"], only_english["thanks"], only_english["questions"][0]["text"]):
        del words["ru"], words["bg"]
    assert places(only_english) == set()
    assert len(checking.advice(content.read(only_english))) == 2


def test_what_is_empty_is_not_asked() -> None:
    assert places({}) == {"/questions", "/title", "/thanks"}
    silent = {"start": "a", "questions": [surveys.question("a", text={})]}
    assert places(silent) == {"/title", "/thanks", "/questions/0/text"}
    assert places(surveys.only("single")) == {"/questions/0/settings/options"}


def test_words_of_the_trade_and_gaps_are_refused() -> None:
    told = surveys.only("csat")
    told["questions"][0]["text"]["en"] = "How was it, {{ customer.first_name }}?"

    assert places(told) == {"/questions/0/text/en"}


def test_many_questions_are_advised_against() -> None:
    told = surveys.content()
    more = [surveys.question(f"more-{n}", then=f"more-{n + 1}" if n < 4 else None) for n in range(1, 5)]
    told["questions"][2]["then"] = "more-1"
    told["questions"] += more

    assert places(told) == set()
    assert "7" in str(checking.advice(content.read(told))[0].detail)
