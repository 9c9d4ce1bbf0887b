"""How a customer sounds: angry, disappointed, or calm. Pure, and told from the words and the way they are typed.

A short list of beginnings of words in three languages, capitals, and exclamation marks: an ear, no verdict. It orders
what is suggested to a colleague, and decides nothing about a customer.
"""

from __future__ import annotations

import re
import unicodedata

from django.db import models
from django.utils.translation import pgettext_lazy

from support.answering.thanks import THANKS


class Mood(models.TextChoices):
    CALM = "calm", pgettext_lazy("mood", "calm")
    DISAPPOINTED = "disappointed", pgettext_lazy("mood", "disappointed")
    ANGRY = "angry", pgettext_lazy("mood", "angry")


# Beginnings of words, by language. What is said in anger is heard in any of them: people mix.
ANGER = {
    "en": "angry anger furious outrag ridiculous unacceptabl disgust scam fraud liar lying pathetic terrible "
    "awful horrible shame worst disgrace nonsense sick_of fed_up",
    "ru": "возмущ возмут безобраз отврат ужас хамств хамит наглост издева кошмар мошенн обман врёте врете позор достал "
    "бесит злюсь злит безответств беспредел жалоб роспотребнадзор прокуратур в_суд сколько_можно надоел",
    "bg": "възмут безобраз отврат ужас наглост подигр кошмар измам лъжете лъжа позор ядос бесен бясна бесн "
    "безотговорн безхаберн жалба кзп на_съд докога писна недопустим",
}
DISAPPOINTMENT = {
    "en": "disappoint unhappy upset sad unfortunately let_down again_and_again still_waiting not_happy",
    "ru": "разочаров расстро обидно обижен жаль печальн недовол неприятн опять снова_не до_сих_пор никто_не",
    "bg": "разочаров разстро обидно тъжн недовол неприятн пак_не отново_не все_още_не още_не никой_не",
}
LETTERS_AT_LEAST = 10
_GAPS = re.compile(r"[\W_]+")


def mood_of(text: str) -> Mood:
    """Angry by angry words, or by disappointed ones shouted; disappointed by such words, or by shouting alone."""
    said = unicodedata.normalize("NFC", text)
    plain = f" {_GAPS.sub(' ', said.lower())} "
    shouts = _is_in_capitals(said) or (said.count("!") >= 2 and not _thanks(plain))
    if _says(plain, ANGER):
        return Mood.ANGRY
    if _says(plain, DISAPPOINTMENT):
        return Mood.ANGRY if shouts else Mood.DISAPPOINTED
    return Mood.DISAPPOINTED if shouts else Mood.CALM


def _says(plain: str, beginnings: dict[str, str]) -> bool:
    return any(
        f" {beginning.replace('_', ' ')}" in plain for its in beginnings.values() for beginning in its.split()
    )


def _thanks(plain: str) -> bool:
    return any(word in THANKS for word in plain.split())


def _is_in_capitals(said: str) -> bool:
    """Most letters, of more than a short cry or an order number."""
    letters = [letter for letter in said if letter.isalpha()]
    return len(letters) >= LETTERS_AT_LEAST and sum(letter.isupper() for letter in letters) > len(letters) / 2
