"""How like a question is to what an article answers: by meanings, and by bare words where they have none. Pure.

An article is known by its phrases: its titles and keywords in every language. What most of them say is what it is
about. A question that says what a phrase says is answered by its article, whatever else the question tells; and so is,
less surely, one that speaks of what the article is about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from crm.words.spoken_words import Dictionary, words_in
from support.bot.meanings import BY_LANGUAGE, LITTLE, MUCH, SOME, TELLS_LITTLE, TELLS_MUCH

# How much of the likeness is that to the best phrase; the rest is that to the article as a whole.
PHRASE = 0.4
# A sentence of several is answered almost as surely as if it stood alone: people tell a story around what they ask.
ONE_SENTENCE = 0.8
# What a bare word tells: one that articles have, and one that none has.
BARE, UNKNOWN = 0.45, 0.35
# A bare word is known by its beginning: endings differ.
STEM = 5
MEANING = "~"
SENTENCE_ENDS = re.compile(r"[.!?;:\n]+|, (?:а|но|и|как|когда|кога|ама|може)\b| (?:но|ама) ")

SMALL = Dictionary(
    """
    а и в во на с со к у о об от до по за из для при же ли бы то не ни но или если что чтобы как так это этот эта эти
    мне меня мой моя мое мои вы вас вам ваш ваша ваши я мы нас нам он она они его ее их есть был была было были будет
    можно могу нужно надо хочу хотел* подскажите скажите пожалуйста здравствуйте добрый привет очень уже еще ещё там тут
    где куда откуда какой какая какие каков сколько почему зачем кто ну вот просто теперь потом сейчас только тоже
    делать сделать дела* вообще
    и да в във на с със за от до по към при се си съм сте са сме е беше бях ще ли ми ме мен мене моя моят моята моето
    моите ви вие вас ваш* аз ние нас той тя то те го ги я един една едно има имам няма може мога искам трябва моля
    здравейте добър какво какъв каква какви как къде колко защо кой коя които който че ако или а но не ни това този
    тази тези там тук вече още само много нещо
    a an the and or of to in on at for with from by is are was be been it its i my me we our you your he she
    they this that these those do does did can could would will have has had not no yes how what where which
    who why please hello hi so just now then there here if but
    """
)


@dataclass(frozen=True)
class Known:
    """An answer as it is compared: `phrases` are sets of features; `about`: which share of them has each."""

    name: str
    phrases: Sequence[frozenset[str]]
    about: Mapping[str, float]


def features(text: str, *, language: str) -> list[str]:
    """Meanings, and for words without one their beginnings; small words tell nothing."""
    return list(dict.fromkeys(_features(words_in(text), language)))


def meanings_in(text: str, *, language: str) -> frozenset[str]:
    """What it speaks of, as far as the thesaurus knows."""
    found = features(text, language=language)
    return frozenset(one.removeprefix(MEANING) for one in found if one.startswith(MEANING))


def likenesses(text: str, known: Sequence[Known], *, language: str) -> Mapping[str, float]:
    """{name: from 0 to 1}, by the whole of it or by one of its sentences."""
    found = _likenesses(text, known, language)
    for sentence in _sentences(text):
        for name, likeness in _likenesses(sentence, known, language).items():
            found[name] = max(found[name], ONE_SENTENCE * likeness)
    return found


def _sentences(text: str) -> Sequence[str]:
    parts = [part for part in SENTENCE_ENDS.split(text) if len(part.split()) > 1]
    return parts if len(parts) > 1 else ()


def _likenesses(text: str, known: Sequence[Known], language: str) -> dict[str, float]:
    asked = frozenset(features(text, language=language))
    spoken = frozenset(feature for one in known for feature in one.about)
    tells = {feature: _tells(feature, spoken) for feature in asked | spoken}
    return {
        one.name: PHRASE * max((_fits(asked, phrase, tells) for phrase in one.phrases), default=0.0)
        + (1 - PHRASE) * _points_to(asked, one.about, tells)
        for one in known
    }


def _fits(asked: frozenset[str], phrase: frozenset[str], tells: Mapping[str, float]) -> float:
    """Of question and phrase, how much is said in both (the harmonic mean of the two shares)."""
    both = sum(tells[feature] for feature in asked & phrase)
    return 2 * both / (sum(tells[one] for one in asked) + sum(tells[one] for one in phrase)) if both else 0.0


def _points_to(asked: frozenset[str], about: Mapping[str, float], tells: Mapping[str, float]) -> float:
    """The cosine between what is asked and what the article is about."""
    both = sum(tells[one] ** 2 * about[one] for one in asked if one in about)
    if not both:
        return 0.0
    long = sqrt(
        sum(tells[one] ** 2 for one in asked) * sum((tells[one] * often) ** 2 for one, often in about.items())
    )
    return both / long


def _tells(feature: str, spoken: frozenset[str]) -> float:
    meaning = feature.removeprefix(MEANING)
    if meaning == feature:
        return BARE if feature in spoken else UNKNOWN
    return MUCH if meaning in TELLS_MUCH else LITTLE if meaning in TELLS_LITTLE else SOME


def _features(words: Sequence[str], language: str) -> Iterator[str]:
    """Two words that mean something together are not heard one by one."""
    n = 0
    while n < len(words):
        pair = "_".join(words[n : n + 2])
        together = _meanings(pair, language) if "_" in pair else ()
        meant = together or _meanings(words[n], language)
        if meant:
            yield from meant
        elif not SMALL(words[n]) and len(words[n]) > 1:
            yield words[n][:STEM]
        n += 2 if together else 1


@cache
def _meanings(word: str, language: str) -> tuple[str, ...]:
    """By the language's own words; by those of another, where it has none: people mix."""
    shortest = word.find("_") + 1
    for spoken in (language, *(one for one in BY_LANGUAGE if one != language)):
        whole, begun = _dictionary(spoken)
        beginnings = (word[:n] for n in range(shortest + 1, len(word) + 1))
        found = [*whole.get(word, ()), *(one for beginning in beginnings for one in begun.get(beginning, ()))]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


@cache
def _dictionary(language: str) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """{word: meanings}, and {beginning: meanings} of those that end in a star."""
    whole: dict[str, list[str]] = defaultdict(list)
    begun: dict[str, list[str]] = defaultdict(list)
    for meaning, words in BY_LANGUAGE.get(language, {}).items():
        for word in words.split():
            (begun if word.endswith("*") else whole)[word.removesuffix("*")].append(MEANING + meaning)
    return whole, begun
