"""Words of the trade that customers should not have to read, and what to say instead. By language.

A stem with * after it stands for all its forms. settings.MORE_JARGON adds a company's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from django.conf import settings

JARGON: Mapping[str, Mapping[str, str]] = {
    "en": {
        "escalat*": "pass on to somebody who decides",
        "SLA": "by when we answer",
        "utilis*": "use",
        "utiliz*": "use",
        "as per": "as … says",
        "per our policy": "what we can do is …",
        "kindly": "please",
        "chargeback*": "money back through the bank",
        "end user*": "customer",
        "processed accordingly": "what exactly happens, and when",
        "revert back": "answer",
        "at this point in time": "now",
        "the fulfilment center": "the warehouse",
    },
    "ru": {
        "тикет*": "обращение",
        "эскалир*": "передать тому, кто решает",
        "эскалаци*": "передать тому, кто решает",
        "SLA": "срок ответа",
        "кейс*": "вопрос",
        "транзакци*": "платёж",
        "процессинг*": "банк",
        "рефанд*": "возврат денег",
        "чарджбэк*": "возврат через банк",
        "фулфилмент*": "склад",
        "функционал*": "возможности",
        "осуществля*": "просто глагол: отправляем, проверяем",
        "осуществлен*": "просто глагол: отправили, проверили",
        "в рамках": "в, по, для",
        "на текущий момент": "сейчас",
        "согласно регламент*": "что мы сделаем и когда",
        "юзер*": "покупатель",
        "данный вопрос": "этот вопрос",
    },
    "bg": {
        "тикет*": "запитване",
        "билет*": "запитване",
        "ескалир*": "предавам на колега, който решава",
        "ескалаци*": "предавам на колега, който решава",
        "SLA": "срок за отговор",
        "кейс*": "въпрос",
        "транзакци*": "плащане",
        "рефънд*": "възстановяване на сумата",
        "чарджбек*": "връщане през банката",
        "фулфилмънт*": "склад",
        "функционалност*": "възможности",
        "осъществява*": "просто глагол: изпращаме, проверяваме",
        "в рамките на процедурата": "какво ще направим и кога",
        "към настоящия момент": "сега",
        "гореспоменат*": "този",
        "юзър*": "клиент",
    },
}


def found_in(text: str, language: str) -> Iterator[tuple[str, str]]:
    """(the word as it stands there, what to say instead), each stem once, in the order of the list."""
    for pattern, instead in _patterns(language):
        if found := pattern.search(text):
            yield found[0], instead


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    own = settings.MORE_JARGON.get(language, {})
    return [(_pattern(stem), instead) for stem, instead in {**JARGON.get(language, {}), **own}.items()]


def clear() -> None:
    """Look at the settings anew."""
    _patterns.cache_clear()


def _pattern(stem: str) -> re.Pattern[str]:
    words = re.escape(stem.removesuffix("*")).replace(r"\ ", r"\s+")
    ending = r"\w*" if stem.endswith("*") else r"\b"
    return re.compile(rf"\b{words}{ending}", re.IGNORECASE)
