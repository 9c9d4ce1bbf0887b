"""Each kind of question says what its answers are."""

from __future__ import annotations

import pkgutil
from typing import Any

import pytest
from django.utils.translation import override

from surveys import questions
from surveys.questions import Given, Scale, UnusableQuestion
from tests.factories.surveys import options

# What several kinds share.
NO_KINDS = {"base", "numbers", "options"}


def test_every_file_is_listed() -> None:
    files = {module.name for module in pkgutil.iter_modules(questions.__path__)} - NO_KINDS

    assert files == set(questions.KINDS)


@pytest.mark.parametrize("kind", questions.KINDS)
def test_every_kind_has_a_name_and_can_begin_with_no_settings(kind: str) -> None:
    its = questions.read(kind, {})

    assert str(its.label)
    assert questions.read(kind, its.settings()) == its
    assert all(its.said(given, "en") for given in its.examples())


@pytest.mark.parametrize(
    ("kind", "settings", "scale"),
    [
        ("nps", {}, Scale(0, 10)),
        ("enps", {}, Scale(0, 10)),
        ("csat", {"aspect": "delivery"}, Scale(1, 5)),
        ("ces", {}, Scale(1, 7)),
        ("ces", {"asks_how_hard": True}, Scale(1, 7, -1)),
        ("scale", {"low": 0, "high": 3, "low_is_good": True}, Scale(0, 3, -1)),
        ("text", {}, None),
    ],
)
def test_a_number_lies_on_its_scale(kind: str, settings: dict[str, Any], scale: Scale | None) -> None:
    assert questions.read(kind, settings).scale == scale


@pytest.mark.parametrize(
    ("kind", "settings", "place"),
    [
        ("csat", {"aspect": "weather"}, "/aspect"),
        ("scale", {"low": 5, "high": 5}, "/high"),
        ("scale", {"low": 0, "high": 11}, "/high"),
        ("single", {"options": [{"key": "Late"}]}, "/options/0/key"),
        ("single", {"options": [{"key": "a", "label": {"de": "x"}}]}, "/options/0/label"),
        ("single", {"options": "late"}, "/options"),
        ("nps", {"low": 1}, "/low"),
        ("riddle", {}, "/kind"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_place(
    kind: str, settings: dict[str, Any], place: str
) -> None:
    with pytest.raises(UnusableQuestion) as refused:
        questions.read(kind, settings)

    assert [fault.pointer for fault in refused.value.faults] == [place]


@pytest.mark.parametrize(
    ("kind", "value", "is_unhappy"),
    [
        ("nps", 6, True),
        ("nps", 7, False),
        ("csat", 2, True),
        ("csat", 3, False),
        ("ces", 1, False),
        ("enps", 0, False),
    ],
)
def test_somebody_calls_after_an_unhappy_score(kind: str, value: int, is_unhappy: bool) -> None:
    assert questions.read(kind, {}).is_unhappy(Given(value=value)) is is_unhappy


def test_what_the_ends_mean_is_said_in_the_language_of_the_page() -> None:
    its = questions.read("csat", {"low_label": {"en": "awful"}})

    with override("ru"):
        assert its.ends("en") == ("awful", "very satisfied")


def test_options_are_kept_in_the_order_in_which_they_are_offered() -> None:
    its = questions.read("multiple", options("late", "cold", "rude"))

    given = its.answered(["rude", "late", "rude", ""])

    assert given == Given(choices=("late", "rude"))
    assert its.said(given, "en") == "Late, Rude"
    assert its.condition_aloud("has", "cold", "en") == "“Cold” is chosen"


def test_one_is_chosen_where_one_may_be() -> None:
    its = questions.read("single", options("late", "cold"))

    assert its.answered(["late"]) == its.answered("late") == Given(choices=("late",))
    assert its.answered([]) is its.answered("") is None
