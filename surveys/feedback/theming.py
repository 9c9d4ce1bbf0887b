"""What a text is about, by words that people wrote down for it. Pure.

Each theme has clues in each language. A clue is the beginning of a word (“доставк”), of a few words in a row (“не
подош”), or with a full stop a whole word (“цена.”); a number after it says how strongly it tells. The theme whose clues
weigh most has the text, and of two that weigh alike the one that stands first. What comes after “but” weighs double:
there people say what they came to say. No dictionary of endings is needed: a beginning is the same in every form of a
word, in Russian as in Bulgarian.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crm.words.spoken_words import words_in

STRONGEST = 9
MOST_WORDS = 4
SHORT = 3
MOST_CLUES = 300
LONGEST_CLUE = 60
# Of a longer text the rest says nothing new.
LONGEST_TEXT = 5_000

# “But”, in every language: people mix them, and none of these means anything else in another.
TURNS = frozenset("but however но однако зато ама обаче".split())
AFTER_A_TURN = 2

_STRENGTH = re.compile(r"(.*\S)\s+([1-9])")


class UnusableClue(ValueError):
    """It holds no word, too many of them, or more signs than a word has."""


@dataclass(frozen=True, kw_only=True)
class Clue:
    """`words`: in the shape of crm.words.spoken_words; `is_whole`: the last one is not only a beginning."""

    words: tuple[str, ...]
    is_whole: bool = False
    weight: int = 1

    def __str__(self) -> str:
        ending, weight = "." if self.is_whole else "", f" {self.weight}" if self.weight > 1 else ""
        return " ".join(self.words) + ending + weight

    def fits(self, words: Sequence[str], place: int) -> bool:
        """Does it stand in a text at this place?"""
        there = words[place : place + len(self.words)]
        if len(there) < len(self.words):
            return False
        if self.is_whole and there[-1] != self.words[-1]:
            return False
        return all(self._is(word, own) for word, own in zip(there, self.words, strict=True))

    def _is(self, word: str, own: str) -> bool:
        """In a row of words a short one (“не”, “в”) is meant as it stands."""
        is_short = len(self.words) > 1 and len(own) <= SHORT
        return word == own if is_short else word.startswith(own)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """By theme, in the order in which themes stand: language → clues."""

    themes: Mapping[str, Mapping[str, Sequence[Clue]]]
    _found: Mapping[str, Finder] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        languages = {language for clues in self.themes.values() for language in clues}
        found = {language: Finder(self._in(language)) for language in sorted(languages)}
        object.__setattr__(self, "_found", found)

    def read(self, text: str, *, language: str) -> Verdict:
        """By the clues of its language; where none fits, by those of another, for people mix them."""
        words = words_in(text[:LONGEST_TEXT])
        own = self._found.get(language)
        others = (its for name, its in self._found.items() if name != language)
        for its in (own, *others) if own else others:
            if verdict := self._verdict(its.clues_in(words)):
                return verdict
        return Verdict(theme="", clues={})

    def _in(self, language: str) -> Iterator[tuple[str, Clue]]:
        for theme, clues in self.themes.items():
            yield from ((theme, clue) for clue in clues.get(language, ()))

    def _verdict(self, clues: Mapping[str, Mapping[Clue, int]]) -> Verdict | None:
        weights = {theme: sum(clues[theme].values()) for theme in self.themes if theme in clues}
        if not weights:
            return None
        heaviest = max(weights, key=weights.__getitem__)
        return Verdict(theme=heaviest, clues={theme: list(its) for theme, its in clues.items()})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`theme`: empty where nothing fits; `clues`: what spoke for which theme."""

    theme: str
    clues: Mapping[str, Sequence[Clue]]

    @property
    def because(self) -> Sequence[str]:
        return [" ".join(clue.words) for clue in self.clues.get(self.theme, ())]


class Finder:
    """Finds clues by how their first word begins, so that a text is read once however many there are."""

    def __init__(self, clues: Iterable[tuple[str, Clue]]) -> None:
        self._by_first: dict[str, list[tuple[str, Clue]]] = {}
        for theme, clue in clues:
            self._by_first.setdefault(clue.words[0], []).append((theme, clue))
        self._lengths = sorted({len(first) for first in self._by_first}, reverse=True)

    def clues_in(self, words: Sequence[str]) -> Mapping[str, Mapping[Clue, int]]:
        """By theme: each clue once, and what it weighs here. Of those that begin at one place the longest counts."""
        found: dict[str, dict[Clue, int]] = {}
        turn = next((place for place, word in enumerate(words) if word in TURNS), len(words))
        for place in range(len(words)):
            told: set[str] = set()
            for theme, clue in self._at(words, place):
                if theme not in told:
                    told.add(theme)
                    weight = clue.weight * (AFTER_A_TURN if place > turn else 1)
                    its = found.setdefault(theme, {})
                    its[clue] = max(its.get(clue, 0), weight)
        return found

    def _at(self, words: Sequence[str], place: int) -> list[tuple[str, Clue]]:
        word = words[place]
        firsts = (word[:length] for length in self._lengths if length <= len(word))
        fitting = [
            one for first in firsts for one in self._by_first.get(first, ()) if one[1].fits(words, place)
        ]
        return sorted(fitting, key=lambda one: -len(" ".join(one[1].words)))


def clue(typed: str) -> Clue:
    """A clue as somebody writes it in a line. Raises UnusableClue."""
    typed, weight = typed.strip(), 1
    if strength := _STRENGTH.fullmatch(typed):
        typed, weight = strength[1], int(strength[2])
    words = tuple(words_in(typed))
    if not words or len(words) > MOST_WORDS or len(typed) > LONGEST_CLUE:
        raise UnusableClue(typed)
    return Clue(words=words, is_whole=typed.endswith("."), weight=weight)


def clues(lines: Iterable[str]) -> Sequence[Clue]:
    """Those of a rule, each once, as they stand. Raises UnusableClue."""
    return tuple(dict.fromkeys(clue(line) for line in lines if line.strip()))
