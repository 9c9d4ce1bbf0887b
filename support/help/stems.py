"""The stem of a Bulgarian word, and words that tell nothing about a question. Pure.

PostgreSQL has stemmers for Russian and English and none for Bulgarian, where the article is a part of the word:
поръчка, поръчката, поръчки, поръчките. What is stripped here is an article, then a plural or the ending of a verb;
the rest need not be a word, only the same for all its forms.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# Numbers of phones, cards and orders, and addresses of any kind: they tell who asks, never what about.
PERSONAL = re.compile(r"\S*@\S*|\S*\d\S*\d\S*\d\S*|\S*://\S*")
SHORTEST = 3
# та, то and те alone are left: карта and място are no shorter than картата and мястото without theirs.
ARTICLES = "ището ищата овете евете ията иите ъта ята ата ето ото ите ета ът ят".split()
ENDINGS = (
    "ваше ваха вахме вахте ваме вате ване вани ваш ваха вайте вам ват ваше "
    "ихме ихте иха ахме ахте аха яхме яхте яха еше аше яше "
    "ение ения ания ание ене ане яне аме ате яме яте име ите ете ем ете "
    "ища ище ове еве ели или али яла ила ала ело ило ало "
    "ен ена ено ени ан ана ано ани ян яна яно яни ия ии ът ел ял ал ил "
    "ам аш ат ят ям яш еш им иш ва вам ях ах их ия ай ой ей а я о е и у ю й ь"
).split()
BY_LENGTH = sorted(set(ENDINGS), key=len, reverse=True)
# ц and к, ч and к, з and г take turns: язици and език, мога and може.
TURNS = str.maketrans({"ц": "к", "ч": "к", "ж": "г", "ш": "с", "щ": "т"})

SMALL_WORDS = frozenset(
    (
        # en (beside those of PostgreSQL)
        "hi hello please thanks thank dear want need like would could can get got tell know im ive id whats hows "
        "there's doesn't don't isn't can't "
        # ru
        "здравствуйте добрый день вечер утро пожалуйста подскажите скажите спасибо привет хочу хотел хотела хотелось "
        "нужно надо можно могу можете делать сделать почему зачем откуда это этот эта моя мой мое мои мне меня вы вас "
        "ваш ваша ваши если ли же бы который которая которые очень просто вообще есть будет ещё еще уже "
        # bg
        "здравейте здрасти добър добро ден вечер утро моля благодаря искам исках може мога можете може-ли трябва "
        "какво какъв каква какви как кога къде защо дали ли ми ме мен мене моя моят моята моето моите си се съм сте са "
        "е сме беше бях и в във на за от до с със по при към че да не ако или а но той тя то те аз ти ви вас ваш ваша "
        "вашия вашата вашите ни нас това този тази тези един една едно има няма имам нямам още вече много само ще "
        "който която което които кой коя кое кажете подскажете някой нещо някаква някакъв правя направя"
    ).split()
)


def words_of(text: str, *, most: int | None = None) -> list[str]:
    """In lower case, without small words, numbers and addresses, each once; ё is е."""
    found = (match.group().lower().replace("ё", "е") for match in WORD.finditer(PERSONAL.sub(" ", text)))
    kept = list(dict.fromkeys(word for word in found if word not in SMALL_WORDS and len(word) > 1))
    return kept[:most]


def bulgarian(word: str) -> str:
    if len(word) <= SHORTEST:
        return word
    return _without(_without(word, ARTICLES), BY_LENGTH).translate(TURNS)


def _without(word: str, endings: list[str]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word
