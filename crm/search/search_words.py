"""What somebody typed into the search box may mean: another keyboard layout, another spelling, a slip of the finger.

Pure: no database, no clock. How names sound is the database's own matter (crm_fold), so that stored names and typed
ones are heard by the same ear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

LONGEST = 120
MOST_WORDS = 6
SHORTEST_NUMBER = 4

# Key for key, what each layout writes where an English one writes this.
KEYS = "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,./@"
LAYOUTS = {
    "ru": 'ёйцукенгшщзхъ\\фывапролджэячсмитьбю."',
    "bg phonetic": "чявертъуиопшщюасдфгхйкл;'зьцжбнм,./@",
    "bg phonetic of 2006": "ючшертъуиопящьасдфгхйкл;'зжцвбнм,./@",
    "bg": "(,уеишщксдзц;„ьяаожгтнвмчюйъэфхпрлб?",
}
CYRILLIC = re.compile("[а-яёА-ЯЁ]")
LATIN = re.compile("[a-zA-Z]")
CONSONANT = "bcdfghjklmnpqrstvwxz"

# The article and the plural in Bulgarian, and what ends most words in both languages; the longest first.
ENDINGS = tuple(
    (
        "овете евете ията иято иите ове еве ата ята ото ето ите ът ят та то те "
        "ой ей ом ем ам ям ах ях ии ия а я и ы у ю е о й ь"
    ).split()
)

# An ending that inflection changes: Иванова, Ивановой; Мария, Марии, Марией.
LONGEST_ENDING = 3
SHORTEST_STEM = 3
PREFIX_COSTS, ENDING_COSTS, WITHIN_COSTS = 0.3, 0.6, 2.5


def readings(text: str) -> tuple[str, ...]:
    """What the text may have been meant to say: as it stands first, then by other layouts and spellings."""
    text = text[:LONGEST]
    return tuple(dict.fromkeys([text, *_respelt(text), *_retyped(text)]))


def number_in(text: str) -> tuple[str, str]:
    """(the digits of a phone, card or order, the words beside it): “Вера 17-02” is (“1702”, “Вера”).

    No digits when there are fewer than four: nobody is found by three.
    """
    digits = "".join(re.findall(r"\d+", text))
    if len(digits) < SHORTEST_NUMBER or re.search(r"[^\W\d_]\d|\d[^\W\d_]", text):
        return "", text
    return digits, " ".join(re.sub(r"[\d+()\-./]+", " ", text).split())


def allowed_slips(word: str) -> float:
    """How unlike a word of a name may be to what was typed, and still be meant."""
    return 1.0 if len(word) < 5 else 2.0


@lru_cache(maxsize=8192)
def unlikeness(asked: str, word: str) -> float:
    """0 for the same word; less than one for the same with more or another ending; otherwise slips of the finger."""
    if asked == word:
        return 0.0
    if word.startswith(asked):
        return PREFIX_COSTS + 0.01 * (len(word) - len(asked))
    if _differ_in_ending(asked, word):
        return ENDING_COSTS
    slips = float(_slips(asked, word))
    if len(asked) >= SHORTEST_STEM and asked in word:
        return min(slips, WITHIN_COSTS)
    return slips


def stem(word: str) -> str:
    """A word of a text without a Bulgarian article or a common ending, to be looked for by how it begins."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _respelt(text: str) -> Iterator[str]:
    """ъ is written a, u or y in Latin letters (Вълчев is Valchev, Vulchev, Vylchev), and ц may be a c (Cocov)."""
    if "ъ" in text.lower():
        yield text.replace("ъ", "у").replace("Ъ", "У")
        yield text.replace("ъ", "и").replace("Ъ", "И")
    between = re.compile(f"(?<=[{CONSONANT}])[uy](?=[{CONSONANT}])", re.IGNORECASE)
    if between.search(text):
        yield between.sub("a", text)
    hissed = re.compile("c(?=[aou])", re.IGNORECASE)
    if hissed.search(text):
        yield hissed.sub("ts", text)


def _retyped(text: str) -> Iterator[str]:
    for layout in LAYOUTS:
        if LATIN.search(text) and not CYRILLIC.search(text):
            yield text.lower().translate(_to(layout))
        if CYRILLIC.search(text) and not LATIN.search(text):
            yield text.lower().translate(_from(layout))


@cache
def _to(layout: str) -> dict[int, str]:
    return {ord(key): written for key, written in zip(KEYS, LAYOUTS[layout], strict=True)}


@cache
def _from(layout: str) -> dict[int, str]:
    return {ord(written): key for key, written in zip(KEYS, LAYOUTS[layout], strict=True)}


def _differ_in_ending(one: str, other: str) -> bool:
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return (
        same >= SHORTEST_STEM and max(len(one), len(other)) - same <= LONGEST_ENDING and same * 2 > len(one)
    )


def _slips(one: str, other: str) -> int:
    """Letters added, left out, mistaken, or swapped with a neighbour (optimal string alignment)."""
    two_ago: list[int] = []
    ago = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        row = [i]
        for j, right in enumerate(other, start=1):
            cost = min(ago[j] + 1, row[j - 1] + 1, ago[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, two_ago[j - 2] + 1)
            row.append(cost)
        two_ago, ago = ago, row
    return ago[-1]
