"""Texts are filled from a flat table of strings, and nothing in them is ever run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.words.rendering import UnusableText, ValueMissing, check, names_in, plural_form, render

NAMES = {"customer.first_name", "points", "order.number"}
VALUES = {"customer.first_name": "Ирина", "points": "5", "order.number": "LP-1"}


def filled(text: str, language: str = "ru", **values: str) -> str:
    return render(
        text,
        {**VALUES, **{name.replace("__", "."): value for name, value in values.items()}},
        language=language,
    )


def test_names_are_filled_in() -> None:
    assert filled("{{ customer.first_name }}, заказ {{order.number}}") == "Ирина, заказ LP-1"


def test_what_is_not_known_says_its_fallback() -> None:
    assert filled("{{ customer.first_name|Добрый день }}!", customer__first_name="") == "Добрый день!"
    assert filled("{{ customer.first_name| }}!", customer__first_name="") == "!"


def test_what_is_not_known_and_has_no_fallback_blocks_the_sending() -> None:
    with pytest.raises(ValueMissing) as refused:
        filled("{{ customer.first_name }}", customer__first_name="")

    assert refused.value.figures == {"name": "customer.first_name"}


@pytest.mark.parametrize(
    ("count", "word"),
    [
        *(("1", "балл"), ("2", "балла"), ("5", "баллов"), ("11", "баллов"), ("12", "баллов"), ("21", "балл")),
        *(
            ("22", "балла"),
            ("111", "баллов"),
            ("1\N{NO-BREAK SPACE}001", "балл"),
            ("0", "баллов"),
            ("−2", "балла"),
        ),
    ],
)
def test_a_word_takes_the_form_its_number_asks_for(count: str, word: str) -> None:
    assert filled("{{ points|plural:балл,балла,баллов }}", points=count) == word


def test_bulgarian_and_english_have_two_forms() -> None:
    assert [filled("{{ points|plural:точка,точки }}", "bg", points=n) for n in ("1", "2", "21")] == [
        "точка",
        "точки",
        "точки",
    ]
    assert filled("{{ points|plural:point,points }}", "en", points="1,001") == "points"


@pytest.mark.parametrize("value", ["", "2,5", "many", "1 2", "1e3", "٣"])
def test_no_form_is_guessed_for_what_is_no_whole_number(value: str) -> None:
    with pytest.raises(ValueMissing):
        filled("{{ points|plural:балл,балла,баллов }}", points=value)


@pytest.mark.parametrize(
    "text",
    [
        "{{ customer.password }}",
        "{{ customer }}",
        "{{ points.__class__ }}",
        "{{ points.__class__.__mro__ }}",
        "{{ points|plural:балл,баллов }}",
        "{{ points|plural:балл,,баллов }}",
        "{{ points",
        "points }}",
        "{{ {{ points }} }}",
        "{{ points()|x }}",
        "{{ points|{{ order.number }} }}",
        "{{}}",
        "{{ Points }}",
        "{{ роints }}",
        "x" * 4001,
    ],
)
def test_a_text_that_could_not_be_filled_in_is_not_saved(text: str) -> None:
    with pytest.raises(UnusableText) as refused:
        check(text, names=NAMES, language="ru")

    assert refused.value.faults


@pytest.mark.parametrize(
    "text",
    ["", "{% debug %}", "{points}", "{0.__class__}", "%(points)s", "${points}", "{ { points } }", "<%= 1 %>"],
)
def test_what_other_engines_would_run_is_plain_text_here(text: str) -> None:
    check(text, names=NAMES, language="ru")

    assert filled(text) == text


def test_every_name_of_a_text_can_be_listed() -> None:
    assert names_in("{{ points }} {{ points|plural:a,b }} {{ order.number|x }}") == {"points", "order.number"}


@given(value=st.text(min_size=1))
def test_what_is_filled_in_is_not_looked_through_again(value: str) -> None:
    """A customer may call herself `{{ points }}`."""
    assert filled("a {{ customer.first_name }} z", customer__first_name=value) == f"a {value} z"


@given(text=st.text(alphabet=st.sampled_from("{}|. plurasconte_\n:,ё1"), max_size=60))
def test_a_text_that_was_accepted_is_filled_in_or_lacks_a_value(text: str) -> None:
    try:
        check(text, names=NAMES, language="ru")
    except UnusableText:
        return
    try:
        assert "\0" not in render(text, VALUES, language="ru")
    except ValueMissing as missing:
        assert missing.figures["name"] in NAMES


class Person:
    """What a curious template would read of an object."""

    password = "scrypt$secret"

    def __str__(self) -> str:
        raise AssertionError("somebody put it into words")

    __repr__ = __format__ = __str__  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> object:
        if name.startswith("__") and name != "__class__":
            return object.__getattribute__(self, name)
        if name == "__class__":
            return Person
        raise AssertionError(f"somebody read {name}")


@given(
    text=st.sampled_from(
        [
            "{{ customer }}",
            "{{ customer|x }}",
            "{{ customer.password|x }}",
            "{customer.password}",
            "{{ customer|plural:a,b,c }}",
        ]
    )
)
def test_an_object_in_the_table_is_refused_and_nothing_of_it_is_read(text: str) -> None:
    try:
        said = render(text, {"customer": Person()}, language="ru")  # type: ignore[dict-item]
    except TypeError as refused:
        assert "secret" not in str(refused)
    else:
        assert said in ("x", text)


@given(count=st.integers(min_value=0, max_value=10**9))
def test_the_form_depends_on_the_last_two_digits_alone(count: int) -> None:
    assert plural_form(count, "ru") == plural_form(count % 100, "ru")
