"""A script is refused before it is played for whatever would leave a colleague or a customer alone with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override

from support.scripts import checking, content
from support.scripts.content import UnusableScript
from tests.factories import scripts
from tests.factories.scripts import choice, said, step, words

pytestmark = pytest.mark.django_db

Tree = dict[str, Any]


def of(tree: Tree, key: str) -> Tree:
    return next(one for one in tree["steps"] if one["key"] == key)


def texts(tree: Tree, key: str, english: str) -> None:
    of(tree, key)["texts"]["en"]["any"] = english


def unknown_next(tree: Tree) -> None:
    of(tree, "give")["choices"][0]["next"] = "nowhere"


def unreachable(tree: Tree) -> None:
    tree["steps"].append(step("island", "say", choice("done")))


def dead_end(tree: Tree) -> None:
    of(tree, "tell")["choices"] = []


def circle(tree: Tree) -> None:
    tree["steps"] += [step("round", "say", choice("again")), step("again", "say", choice("round"))]
    of(tree, "look")["choices"].append(choice("round", "Round"))


def eight_choices(tree: Tree) -> None:
    of(tree, "look")["choices"] += [choice("give", f"More {number}") for number in range(6)]


def all_conditional(tree: Tree) -> None:
    for one in of(tree, "look")["choices"]:
        one["when"] = {"field": "ticket.channel", "op": "eq", "value": "email"}


def unknown_variable(tree: Tree) -> None:
    texts(tree, "hear", "Your password is {{ customer.password_hash|none }}.")


def code_in_braces(tree: Tree) -> None:
    texts(tree, "hear", "{{ customer.first_name.__class__ }}")


def no_fallback(tree: Tree) -> None:
    texts(tree, "hear", "Sorry, {{ customer.first_name }}.")


def points_before_they_are_given(tree: Tree) -> None:
    texts(tree, "hear", "We gave you {{ points.given }}.")


def two_forms_in_russian(tree: Tree) -> None:
    of(tree, "hear")["texts"]["ru"]["any"] = "{{ points.balance|plural:балл,балла }}"


def no_bulgarian_words(tree: Tree) -> None:
    del of(tree, "tell")["texts"]["bg"]


def no_russian_label(tree: Tree) -> None:
    del of(tree, "look")["choices"][0]["label"]["ru"]


def no_title(tree: Tree) -> None:
    of(tree, "tell")["title"]["en"] = " "


def unknown_kind(tree: Tree) -> None:
    of(tree, "tell")["kind"] = "shout"


def unknown_action(tree: Tree) -> None:
    of(tree, "give")["actions"] = [{"kind": "delete_customer", "settings": {}}]


def action_without_reason(tree: Tree) -> None:
    of(tree, "give")["actions"] = [{"kind": "give_points", "settings": {"points": 50}}]


def no_action(tree: Tree) -> None:
    of(tree, "give")["actions"] = []


def no_end(tree: Tree) -> None:
    for key in ("done", "passed"):
        of(tree, key).update(kind="say", outcome="", choices=[choice("hear")], texts=said("Again."))


def no_escalation(tree: Tree) -> None:
    of(tree, "passed")["outcome"] = "solved"


def end_without_outcome(tree: Tree) -> None:
    of(tree, "done")["outcome"] = ""


def way_on_after_an_end(tree: Tree) -> None:
    of(tree, "done")["choices"] = [choice("hear")]


def must_say_nothing(tree: Tree) -> None:
    of(tree, "look")["must_say"] = True


def too_long_for_sms(tree: Tree) -> None:
    of(tree, "hear")["texts"]["ru"]["sms"] = "Извините. " * 100


def jargon(tree: Tree) -> None:
    of(tree, "hear")["texts"]["ru"]["any"] = "Ваш тикет эскалирован."


def only_by_phone(tree: Tree) -> None:
    of(tree, "hear")["texts"]["en"] = {"phone": "Say sorry."}


def two_alike(tree: Tree) -> None:
    of(tree, "look")["choices"][1]["label"]["en"] = " it is LATE"


def unknown_condition(tree: Tree) -> None:
    of(tree, "look")["choices"][0]["when"] = {"field": "user.password", "op": "eq", "value": "x"}


def no_start(tree: Tree) -> None:
    tree["start"] = "nowhere"


def key_twice(tree: Tree) -> None:
    tree["steps"].append(step("hear", "say", choice("done")))


PLANTED: list[tuple[Callable[[Tree], None], str, str]] = [
    (unknown_next, "/steps/2/choices/0/next", "There is no step “nowhere”."),
    (unreachable, "/steps/7", "No way leads to this step."),
    (dead_end, "/steps/3/choices", "Say what comes next, or make this an end."),
    (circle, "/steps/7", "No way leads from this step to an end."),
    (eight_choices, "/steps/1/choices", "There are 8 choices, and keys for 7: divide them into two steps."),
    (
        all_conditional,
        "/steps/1/choices",
        "Let one choice be offered always: where no condition holds, nobody could go on.",
    ),
    (
        unknown_variable,
        "/steps/0/texts/en/any",
        "There is nothing called like this to fill in: customer.password_hash",
    ),
    (
        code_in_braces,
        "/steps/0/texts/en/any",
        "This is no name that can be filled in: {{ customer.first_name.__class__ }}",
    ),
    (
        no_fallback,
        "/steps/0/texts/en/any",
        "This is not always known. Say what stands there instead, after a bar: {{ customer.first_name|… }}",
    ),
    (
        points_before_they_are_given,
        "/steps/0/texts/en/any",
        "This is not always known. Say what stands there instead, after a bar: {{ points.given|… }}",
    ),
    (
        two_forms_in_russian,
        "/steps/0/texts/ru/any",
        "Give as many forms of the word as the language has after a number: "
        "{{ points.balance|plural:балл,балла }}",
    ),
    (no_bulgarian_words, "/steps/3/texts/bg", "This step has no words in this language."),
    (no_russian_label, "/steps/1/choices/0/label/ru", "This choice has no label in this language."),
    (no_title, "/steps/3/title/en", "This step has no title in this language."),
    (unknown_kind, "/steps/3/kind", "Write one of these: say, ask, check, action, note, end."),
    (unknown_action, "/steps/2/actions/0/kind", "There is no such action."),
    (action_without_reason, "/steps/2/actions/0/reason", "This setting is missing."),
    (no_action, "/steps/2/actions", "Say what is done in this step, or make it one to check."),
    (no_end, "/steps", "Write at least one end."),
    (
        no_escalation,
        "/steps",
        "Write an end that passes it on to somebody who decides: not everything can be solved here.",
    ),
    (end_without_outcome, "/steps/5/outcome", "Say how it ended."),
    (way_on_after_an_end, "/steps/5/choices", "Nothing comes after an end."),
    (
        must_say_nothing,
        "/steps/1/must_say",
        "Only what is said or asked can be a must: there is nothing to say here.",
    ),
    (too_long_for_sms, "/steps/0/texts/ru/sms", "This has 1000 characters, and SMS carries 670."),
    (
        jargon,
        "/steps/0/texts/ru/any",
        "“тикет” is a word of the trade. Say it as a customer would: обращение.",
    ),
    (only_by_phone, "/steps/0/texts/en/any", "Write the words for all other channels too."),
    (two_alike, "/steps/1/choices/1/label/en", "Two choices read the same in this language."),
    (unknown_condition, "/steps/1/choices/0/when/field", ""),
    (no_start, "/start", "Say with which step it begins."),
    (key_twice, "/steps/7/key", "Another step has this key."),
]


def test_a_good_script_passes() -> None:
    assert checking.faults(scripts.content()) == []


@pytest.mark.parametrize(
    ("plant", "pointer", "sentence"), PLANTED, ids=lambda one: getattr(one, "__name__", "")
)
def test_a_planted_fault_is_refused_with_its_own_sentence(
    plant: Callable[[Tree], None], pointer: str, sentence: str
) -> None:
    tree = scripts.content()
    plant(tree)
    with override("en"), pytest.raises(UnusableScript) as refused:
        checking.check(tree)

    told = {fault.pointer: str(fault.detail) for fault in refused.value.faults}
    assert pointer in told
    assert not sentence or sentence in [
        str(fault.detail) for fault in refused.value.faults if fault.pointer == pointer
    ]


def test_a_waived_language_may_be_missing() -> None:
    tree = scripts.content()
    for one in tree["steps"]:
        one["title"].pop("bg")
        one["texts"].pop("bg", None)
        for its in one["choices"]:
            its["label"].pop("bg", None)

    assert checking.faults(tree)
    assert checking.faults(tree, waived=["bg"]) == []


def test_long_sentences_are_advised_against_and_not_refused() -> None:
    tree = scripts.content()
    texts(tree, "hear", "word " * 31 + ".")

    assert checking.faults(tree) == []
    assert [fault.pointer for fault in checking.advice(content.read(tree))] == ["/steps/0/texts/en/any"]


def test_what_is_kept_reads_back_the_same() -> None:
    its = content.read(scripts.content())

    assert content.read(content.write(its)) == content.read(content.write(content.read(content.write(its))))
    assert checking.faults(content.write(its)) == []


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        [],
        "x",
        {"steps": 3},
        {"steps": [None]},
        {"steps": [{"key": 1, "kind": []}]},
        {"steps": [{"texts": {"en": {"any": "\0"}}}]},
        {"steps": [{"texts": {"en": {"any": "\ud800"}}}]},
        {"steps": [{"actions": [{"kind": "x", "settings": 1}]}]},
        {"steps": [{"choices": [{"next": "a", "when": 3}]}]},
        {"steps": [{}] * 1000},
        {"start": {"a": 1}},
        {"surprise": 1},
    ],
)
def test_what_is_no_tree_is_refused_and_breaks_nothing(rubbish: Any) -> None:
    with pytest.raises(UnusableScript):
        content.read(rubbish)
    assert checking.faults(rubbish)


def test_words_go_by_channel_and_language() -> None:
    its = content.read(
        {"steps": [step("a", texts={"en": {"any": "Write", "phone": "Say"}, "ru": {"any": "Пишем"}})]}
    ).steps[0]

    assert its.text_in("en", "phone") == "Say"
    assert its.text_in("ru", "phone") == "Пишем"
    assert its.text_in("bg", "chat") == "Write"
    assert words("x")["ru"]
