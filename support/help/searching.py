"""Which articles answer a question, however it was typed: another form of a word, a slip, Latin letters, a layout.

Each word of the question is looked for in each language's dictionary of articles, as it stands and as what it nearly
is. A rare word tells more than a common one; a title tells more than a body. The score is what share of the question
an article covers, from 0 to 1, so that scores of different questions can be compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import TypeAlias

from django.db import connection

from crm.search.search_words import readings, unlikeness
from support.help import indexing, stems
from support.help.reading import in_language
from support.models import Article, ArticleText

LONGEST, MOST_WORDS = 500, 16
MOST_NEAR = 8
# How much a word counts by where it stands: in the title, among the keywords, in the summary, in the body.
PLACES = {"A": 1.0, "B": 0.9, "C": 0.7, "D": 0.5}
TITLE, TITLE_TELLS = "A", 0.15
# What is left of a match whose word has another ending, or one slip, or two. Short words forgive none.
OTHER_ENDING, LONGER, ONE_SLIP, TWO_SLIPS = 0.9, 0.5, 0.7, 0.45
ENDING, FORGIVES_ONE, FORGIVES_TWO = 3, 4, 7
# A word that no article has tells that something else is asked, if less than one that many have.
UNKNOWN = 0.5
# Whoever reads one language is shown what only another one found, but later.
OTHER_LANGUAGE = 0.75
# Below this the words may have been meant for another layout or spelling.
SURE = 0.5
# Another layout or spelling makes words of anything: it was meant only where it says something.
MEANT = 0.35
WORTH_SHOWING = 0.12

NEAR = """
SELECT asked.word, asked.language, near.word
FROM unnest(%(words)s::text[], %(languages)s::text[]) AS asked(word, language)
CROSS JOIN LATERAL (
  SELECT known.word FROM support_articleword known
  WHERE known.language = asked.language AND known.word %% asked.word
  ORDER BY similarity(known.word, asked.word) DESC, known.word LIMIT %(most)s
) AS near
"""
WHERE_FOUND = """
SELECT shown.article_id, shown.language, entry.lexeme, entry.weights[1], title.words
FROM support_articletext shown
JOIN support_article article ON article.id = shown.article_id
CROSS JOIN LATERAL unnest(shown.words) AS entry
CROSS JOIN LATERAL (SELECT count(*) AS words FROM unnest(shown.words) AS its WHERE its.weights[1] = 'A') AS title
WHERE shown.words @@ array_to_string(%(keys)s::text[], '|')::tsquery
  AND entry.lexeme = ANY (%(keys)s) AND (article.ended_at IS NULL OR article.ended_at > %(at)s)
"""
HOW_MANY = "SELECT language, count(*) FROM support_articletext GROUP BY language"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`score` from 0 to 1: the share of the question that the article covers."""

    article: Article
    title: str
    summary: str
    language: str
    score: float


# Of one language: what each word of the question was found as, and how surely.
Found: TypeAlias = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Entry:
    """A word in a text: where it stands, and of how many words the title is made."""

    article: int
    key: str
    place: str
    title_words: int

    @property
    def weight(self) -> float:
        return PLACES[self.place]


def search(text: str, *, language: str, at: datetime, limit: int = 10) -> list[Hit]:
    """Published articles that may answer, the likeliest first, told in `language` where they can be.

    Six queries at most; ten where the words had to be read in another way.
    """
    meant, *otherwise = readings(text)
    if not stems.words_of(meant):
        return []
    scores = _scores([text[:LONGEST]], language=language, at=at)
    if otherwise and max(scores.values(), default=0.0) < SURE:
        for article, score in _scores(otherwise, language=language, at=at).items():
            if score >= MEANT:
                scores[article] = max(score, scores.get(article, 0.0))
    best = sorted(scores, key=lambda article: (-scores[article], article))
    return _told({pk: scores[pk] for pk in best[:limit] if scores[pk] >= WORTH_SHOWING}, language=language)


def likeness(asked: str, word: str) -> float:
    """How surely a word of the dictionary is the one that was asked: 1 the very same, 0 another."""
    cost = unlikeness(asked, word)
    if cost == 0:
        return 1.0
    if cost < 1:
        return OTHER_ENDING if abs(len(word) - len(asked)) <= ENDING else LONGER
    if cost == 1 and len(asked) >= FORGIVES_ONE:
        return ONE_SLIP
    return TWO_SLIPS if cost <= 2 and len(asked) >= FORGIVES_TWO else 0.0


def _scores(texts: Sequence[str], *, language: str, at: datetime) -> dict[int, float]:
    """{article: score}, of each article its best: by the reading and the language that find it."""
    questions = [words for text in texts if (words := stems.words_of(text, most=MOST_WORDS))]
    sizes = _how_many() if questions else {}
    keys = indexing.keys_of(
        list(dict.fromkeys(word for words in questions for word in words)), languages=list(sizes)
    )
    near = _near(keys)
    entries = _where_found(sorted({key for known in near.values() for key in known}), at=at)
    best: dict[int, float] = defaultdict(float)
    for words in questions:
        for spoken, size in sizes.items():
            found = {word: near[spoken, keys[spoken, word]] for word in words if (spoken, word) in keys}
            falls_short = 1.0 if spoken == language else OTHER_LANGUAGE
            for article, score in _covered(found, entries[spoken], size):
                best[article] = max(best[article], score * falls_short)
    return best


def _covered(found: Found, entries: Sequence[Entry], size: int) -> Iterator[tuple[int, float]]:
    """Of each article with one of the words, what share of the question it covers."""
    stands: dict[int, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        stands[entry.article][entry.key] = entry
    tells = {word: _tells(known, stands, size) for word, known in found.items()}
    whole = sum(tells.values())
    for article, placed in stands.items():
        matches = {word: _best(known, placed) for word, known in found.items()}
        covered = sum(tells[word] * weight for word, (weight, _entry) in matches.items())
        yield article, _to_the_point(matches.values()) * covered / whole if whole else 0.0


def _best(known: Mapping[str, float], placed: Mapping[str, Entry]) -> tuple[float, Entry | None]:
    """What a word of the question found in an article, and how much that counts."""
    matches = [(sure * placed[key].weight, placed[key]) for key, sure in known.items() if key in placed]
    return max(matches, key=lambda match: match[0], default=(0.0, None))


def _to_the_point(matches: Iterable[tuple[float, Entry | None]]) -> float:
    """Of two that cover as much, the one comes first whose title says less beside it."""
    titles = {entry.key: entry for _weight, entry in matches if entry and entry.place == TITLE}
    share = max((len(titles) / entry.title_words for entry in titles.values()), default=0.0)
    return 1 - TITLE_TELLS * (1 - share)


def _tells(known: Mapping[str, float], stands: Mapping[int, Mapping[str, Entry]], size: int) -> float:
    """How much a word tells, from 0 to 1: the fewer articles have it, the more."""
    among = sum(1 for placed in stands.values() if any(key in placed for key in known))
    return log((size + 1) / (among + 0.5)) / log((size + 1) / 0.5) if among else UNKNOWN


def _near(keys: indexing.Keys) -> dict[tuple[str, str], dict[str, float]]:
    """(language, key) → {word of the dictionary: how surely it is meant}. One query."""
    near: dict[tuple[str, str], dict[str, float]] = {
        (language, key): {} for (language, _word), key in keys.items()
    }
    asked = list(near)
    if not asked:
        return near
    words, languages = [key for _language, key in asked], [language for language, _key in asked]
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"words": words, "languages": languages, "most": MOST_NEAR})
        for key, language, word in cursor.fetchall():
            if sure := likeness(key, word):
                near[language, key][word] = sure
    return near


def _where_found(keys: Sequence[str], *, at: datetime) -> Mapping[str, list[Entry]]:
    entries: dict[str, list[Entry]] = defaultdict(list)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(WHERE_FOUND, {"keys": list(keys), "at": at})
            for article, language, key, place, title_words in cursor.fetchall():
                entries[language].append(Entry(article, key, place, title_words))
    return entries


def _how_many() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(HOW_MANY)
        return dict(cursor.fetchall())


def _told(scores: Mapping[int, float], *, language: str) -> list[Hit]:
    """In the reader's language, else in English, else in any. One query, in the order of `scores`."""
    texts = ArticleText.objects.filter(article__in=scores).select_related("article").order_by("pk")
    told = in_language(texts.defer("plain", "words"), language)
    preferred = {text.article_id: text for text in told}
    return [
        Hit(
            article=preferred[pk].article,
            title=preferred[pk].title,
            summary=preferred[pk].summary,
            language=preferred[pk].language,
            score=round(scores[pk], 4),
        )
        for pk in scores
        if pk in preferred
    ]
