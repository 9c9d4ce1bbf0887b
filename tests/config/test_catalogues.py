"""The interface words of the design office, held against what the catalogues really say."""

from __future__ import annotations

import re
import shutil

import polib
import pytest
from django.conf import settings
from django.core.management import call_command

NEVER = {
    "ru": {
        r"\bточ(ка|ки|ек)\b": "баллы",
        r"\bчлен\b": "участник",
        r"\bбилет": "обращение",
        r"\bудержани": "резерв",
        r"\b(купил|заказал|вернул|написал)(а|\(а\))?\b": "без рода: «заказ оплачен»",
        r"\bВы\b(?<!^Вы)": "вы",
    },
    "bg": {
        r"\bчлен\b": "участник",
        r"\bбилет": "запитване",
        r"\bзадържан": "резервирани",
        r"(?<!\w)вие(?!\w)": "Вие",
        r"\bпоканен": "без род",
    },
}


def said(language: str) -> list[tuple[str, str]]:
    """(msgid, what it is in this language), each plural form apart."""
    catalogue = polib.pofile(str(settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"))
    return [
        (entry.msgid, form)
        for entry in catalogue
        for form in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
    ]


@pytest.mark.parametrize(
    ("language", "word", "better"),
    [(language, word, better) for language, words in NEVER.items() for word, better in words.items()],
)
def test_a_word_we_never_say_is_not_said(language: str, word: str, better: str) -> None:
    wrong = [form for _, form in said(language) if re.search(word, form)]

    assert not wrong, f"say «{better}»"


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_the_names_in_a_sentence_are_the_same_in_each_language(language: str) -> None:
    """`{order_number}` and `%(count)s` must survive translation, or the sentence breaks when it is read."""
    name = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")
    wrong = [
        (msgid, form)
        for msgid, form in said(language)
        if form and set(name.findall(msgid)) != set(name.findall(form))
    ]

    assert not wrong


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_russian_and_bulgarian_are_written_in_cyrillic(language: str) -> None:
    """A sentence that kept its English words was not translated."""
    wrong = [
        (msgid, form)
        for msgid, form in said(language)
        if len(re.findall(r"[a-z]{3,}", re.sub(r"\{\w*\}|%\(\w+\)[sd]|<[^>]*>|https?://\S+", "", form))) > 3
        and not re.search(r"[а-яё]", form)
    ]

    assert not wrong


@pytest.mark.skipif(
    not shutil.which("xgettext"), reason="GNU gettext is not installed: the catalogues were NOT checked"
)
def test_every_string_is_translated_and_compiled() -> None:
    before = {file: file.read_bytes() for file in settings.LOCALE_PATHS[0].rglob("django.*")}

    call_command("catalogues", check=True)

    assert {file: file.read_bytes() for file in settings.LOCALE_PATHS[0].rglob("django.*")} == before
