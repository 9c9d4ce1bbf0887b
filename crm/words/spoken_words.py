"""Words of a message, one by one, and small dictionaries to know them by. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_ONLY_RUSSIAN = re.compile("[ыэ]|ь(?!о)")
_WORD = re.compile(r"[^\W_]+")


def said(text: str) -> str:
    """In one shape: lower case, composed, ё as е, blanks as one."""
    plain = unicodedata.normalize("NFC", text).lower().replace("ё", "е")
    return " ".join(plain.split())


def words_in(text: str) -> list[str]:
    return _WORD.findall(said(text))


class Dictionary:
    """Words between blanks; a star stands for any ending. Called with a word it says whether it is one of them."""

    def __init__(self, words: str) -> None:
        forms = (re.escape(word).replace(r"\*", r"\w*") for word in words.split())
        self._forms = re.compile("|".join(forms))

    def __call__(self, word: str) -> bool:
        return self._forms.fullmatch(word) is not None


def has(words: Sequence[str], known: Dictionary) -> bool:
    return any(known(word) for word in words)


# What only one of two languages writes, or writes all the time.
_is_russian = Dictionary(
    "что как это где когда я мне меня у вас еще есть нет или если почему сколько можно мой моя чтобы"
)
_is_bulgarian = Dictionary(
    "какво как това къде кога аз ми ме съм са сте ще не има няма или ако защо колко може мой моята да се"
)
_is_english = Dictionary("the is my i you a to of how what where when do does can it and for me not have are")


def language_of(text: str, *, known: str) -> str:
    """In which language somebody writes: ru, bg or en by the letters and small words; `known` where they do not say."""
    words = words_in(text)
    if not any("а" <= letter <= "я" for letter in said(text)):
        return "en" if sum(map(_is_english, words)) >= 2 else known
    # In Bulgarian ь stands before о alone, in Russian nearly everywhere; ъ is the other way.
    russian = sum(map(_is_russian, words)) + sum(bool(_ONLY_RUSSIAN.search(word)) for word in words)
    bulgarian = sum(map(_is_bulgarian, words)) + sum("ъ" in word[:-1] for word in words)
    if russian == bulgarian:
        return known
    return "ru" if russian > bulgarian else "bg"
