"""Texts to customers are looked at before they are used, in the words of whoever writes them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from crm.notices import notices
from crm.words import jargon, text_checks
from crm.words.text_checks import LANGUAGES, Vocabulary

VOCABULARY = Vocabulary(
    names=("who", "points", "order"),
    always=("points",),
    numbers=("points",),
    samples={"en": {"who": "Maria", "points": "5", "order": "LP-1"}},
)


def faults(text: str, *, language: str = "en", channels: tuple[str, ...] = ()) -> list[str]:
    with override("en"):
        found = text_checks.faults(text, language=language, vocabulary=VOCABULARY, channels=channels)
        return [str(fault.detail) for fault in found]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ nobody }}", "There is nothing called like this to fill in: nobody"),
        ("{{ who.__class__|x }}", "This is no name that can be filled in: {{ who.__class__|x }}"),
        ("{% now %} {{ who|you", "A pair of braces was opened and not closed, or closed twice."),
        (
            "Dear {{ who }}",
            "This is not always known. Say what stands there instead, after a bar: {{ who|… }}",
        ),
        ("{{ who|plural:one,many }}", "This is no number that a word could go with: who"),
        (
            "We will ESCALATE this.",
            "“ESCALATE” is a word of the trade. Say it as a customer would: pass on to somebody who decides.",
        ),
    ],
)
def test_what_must_be_put_right_is_said(text: str, sentence: str) -> None:
    assert sentence in faults(text)


def test_a_good_text_has_no_faults() -> None:
    assert faults("{{ who|Dear customer }}, you have {{ points }} {{ points|plural:point,points }}.") == []


def test_it_must_fit_into_its_channel() -> None:
    long = "a" * 3_900 + "{{ points }}" * 20

    assert faults(long[:3900], channels=("telegram", "email")) == []
    assert faults("a" * 671, channels=("sms",)) == ["This has 671 characters, and SMS carries 670."]


def test_a_name_to_fill_in_is_no_jargon_and_what_stands_instead_may_be() -> None:
    assert jargon.JARGON["bg"]["тикет*"] == "запитване"
    assert len(faults("{{ who|тикета }}", language="bg")) == 1


def test_a_company_has_words_of_its_own(settings) -> None:
    settings.MORE_JARGON = {"en": {"stock keeping unit*": "product"}}
    jargon.clear()
    try:
        assert "product" in faults("Two stock keeping units.")[0]
    finally:
        jargon.clear()


def test_long_sentences_and_dear_messages_are_advised_against() -> None:
    with override("en"):
        said = list(
            text_checks.advice("слово " * 40, language="ru", vocabulary=VOCABULARY, channels=("sms",))
        )

    assert said == [
        "“слово слово слово слово слово …” has 40 words: make two sentences of it.",
        "As an SMS this is sent in 4 parts, and each is paid for.",
    ]


def test_languages_without_words_are_named_unless_one_is_waived() -> None:
    assert text_checks.missing_languages({"en": "x", "ru": " "}) == ["bg", "ru"]
    assert text_checks.missing_languages({"en": "x"}, waived=["bg", "ru"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_house_writes_by_itself_passes(language: str) -> None:
    for notice in notices().values():
        names = notice.names()
        vocabulary = Vocabulary(
            names=names, always=names, numbers=names, samples={language: notice.samples(language)}
        )
        words = notice.words[language]
        for text, channels in ((words.subject, ()), (words.long, ("email",)), (words.short, ("sms",))):
            found = text_checks.faults(text, language=language, vocabulary=vocabulary, channels=channels)
            assert [(notice.name, str(fault.detail)) for fault in found] == []
