"""People by their names, however those are spelt: in another alphabet, another layout, another order, with slips.

Exact words come first, by an index; what they do not find is corrected by the dictionary of names (crm_nameword),
which is small, and looked for again. Nothing here reads more than AT_MOST people, whatever is typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from crm.search.search_words import MOST_WORDS, SHORTEST_STEM, allowed_slips, readings, unlikeness

AT_MOST = 120
ENOUGH = 5
NEAR_ASKED, NEAR_TRIED = 60, 12
OTHER_READING_COSTS, MISSING_COSTS = 0.2, 3.0

Words = tuple[str, ...]

PEOPLE = """
SELECT c.id, tsvector_to_array(crm_name_words(c.given_name, c.patronymic, c.family_name)), f.last_order_at
FROM (
  SELECT id, given_name, patronymic, family_name FROM crm_customer
  WHERE crm_name_words(given_name, patronymic, family_name) @@ %s::tsquery AND erased_at IS NULL
  LIMIT %s
) AS c
LEFT JOIN crm_customerfigures f ON f.customer_id = c.id
"""
NAMES = """
SELECT c.id, tsvector_to_array(crm_name_words(c.given_name, c.patronymic, c.family_name)), f.last_order_at
FROM crm_customer c LEFT JOIN crm_customerfigures f ON f.customer_id = c.id
WHERE c.id = ANY (%s) AND c.erased_at IS NULL
"""


@dataclass(frozen=True)
class Heard:
    """Somebody, as search knows them."""

    id: int
    words: Words
    last_order_at: datetime | None


def people(text: str) -> list[int]:
    """Ids of those who may be called so, likeliest first. At most nine queries, two when the name is spelt well."""
    asked = heard(readings(text))
    if not asked:
        return []
    found: dict[int, Heard] = {}
    for query, enough in _queries(asked):
        if query:
            found |= {person.id: person for person in _rows(PEOPLE, [query, AT_MOST])}
        if len(found) >= enough:
            break
    return in_order(found.values(), asked)


def among(ids: Iterable[int], text: str) -> list[int]:
    """Of these people, those who may be called so (all, when nothing is said of a name), likeliest first."""
    asked = heard([text])
    known = _rows(NAMES, [list(ids)])
    return in_order([person for person in known if not asked or _fits(person, asked[0])], asked)


def heard(texts: Sequence[str]) -> list[Words]:
    """The words of each text as names sound, each sequence once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT crm_fold(t.said) FROM unnest(%s::text[]) WITH ORDINALITY AS t(said, n) ORDER BY n",
            [list(texts)],
        )
        keys = [tuple(key.split()[:MOST_WORDS]) for (key,) in cursor.fetchall()]
    return list(dict.fromkeys(words for words in keys if words))


def spoken_query(text: str) -> str:
    """For lists: everybody whose name has, for each word typed, that word or one that begins with it or holds it."""
    asked = heard([text])
    if not asked:
        return ""
    near = _near(asked[:1])
    return _all_of(
        [{_beginning(word), *(_quoted(one) for one in near[word] if word in one)} for word in asked[0]]
    )


def in_order(found: Iterable[Heard], asked: Sequence[Words]) -> list[int]:
    """Likeliest first; among the equally likely, who bought last."""

    def place(person: Heard) -> tuple[float, float, int]:
        last = person.last_order_at.timestamp() if person.last_order_at else 0.0
        return round(_unlikeness(person, asked), 1), -last, person.id

    return [person.id for person in sorted(found, key=place)]


def _queries(asked: Sequence[Words]) -> Iterator[tuple[str, int]]:
    """What to look for, surest first, and how many found by then are enough to look no further."""
    typed, others = asked[0], _telling(asked[1:])
    yield _beginning_with(typed), ENOUGH
    yield " | ".join(_beginning_with(words) for words in others), ENOUGH
    near = _near([typed])
    yield _all_of([_alternatives(word, near[word], most=1.0) for word in typed]), 1
    yield _all_of([_alternatives(word, near[word], most=allowed_slips(word)) for word in typed]), 1
    near_others = _near(others)
    known = ([_alternatives(word, near_others[word], most=1.0) for word in words] for words in others)
    yield " | ".join(_all_of(alternatives) for alternatives in known), 1
    yield " | ".join(_without_one([_alternatives(word, near[word], most=1.0) for word in typed])), 1


def _telling(readings_heard: Sequence[Words]) -> list[Words]:
    """Other readings are mostly noise: of their words only those long enough to tell anything."""
    long = (tuple(word for word in words if len(word) >= SHORTEST_STEM) for words in readings_heard)
    return list(dict.fromkeys(words for words in long if words))


def _near(asked: Sequence[Words]) -> Mapping[str, list[str]]:
    """For each word, what the dictionary of names has like it."""
    words = sorted({word for one in asked for word in one})
    near: dict[str, list[str]] = {word: [] for word in words}
    if words:
        with connection.cursor() as cursor:
            cursor.execute("SELECT asked_word, word FROM crm_near_words(%s, %s)", [words, NEAR_ASKED])
            for word, found in cursor.fetchall():
                near[word].append(found)
    return near


def _alternatives(word: str, near: Sequence[str], *, most: float) -> set[str]:
    """What to look for where this word was typed: names that begin so, and those that it may be a slip of."""
    liked = sorted((unlikeness(word, one), one) for one in near if not one.startswith(word))
    meant = {_quoted(one) for unlike, one in liked[:NEAR_TRIED] if unlike <= most or word in one}
    return meant | {_beginning(word)}


def _beginning_with(words: Words) -> str:
    """The last word may not have been typed to its end; initials never are."""
    last = len(words) - 1
    parts = [
        _beginning(word) if n == last or len(word) < SHORTEST_STEM else _quoted(word)
        for n, word in enumerate(words)
    ]
    return " & ".join(parts)


def _all_of(alternatives: Sequence[set[str]]) -> str:
    """A query for people who have one of the alternatives of each word."""
    each = (" | ".join(sorted(parts)) for parts in alternatives)
    return " & ".join(f"({one})" for one in each)


def _without_one(alternatives: Sequence[set[str]]) -> Iterator[str]:
    """A city or a nickname among the words must not hide the person."""
    if len(alternatives) > 2:
        for n in range(len(alternatives)):
            yield _all_of([*alternatives[:n], *alternatives[n + 1 :]])


def _beginning(word: str) -> str:
    return f"{_quoted(word)}:*"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("\\", "\\\\") + "'"


def _rows(sql: str, params: Sequence[Any]) -> list[Heard]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Heard(pk, tuple(words), last) for pk, words, last in cursor.fetchall()]


def _fits(person: Heard, asked: Words) -> bool:
    return all(any(unlikeness(word, own) <= allowed_slips(word) for own in person.words) for word in asked)


def _unlikeness(person: Heard, asked: Sequence[Words]) -> float:
    return min(
        (_unlike(person.words, words) + (OTHER_READING_COSTS if n else 0) for n, words in enumerate(asked)),
        default=0.0,
    )


def _unlike(own: Words, asked: Words) -> float:
    return sum(min([MISSING_COSTS, *(unlikeness(word, one) for one in own)]) for word in asked)
