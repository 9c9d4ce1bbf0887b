"""The words that articles are found by: stems as they sound, so that no spelling, alphabet or ending hides them.

A key is made in two steps. The ending goes (PostgreSQL's stemmers for Russian and English, ours for Bulgarian), and
what is left is written as it sounds, in Latin letters (crm_fold): возврата, возвратом, “vozvrat” become “vozvrat”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from django.db import connection

from support.help import marking, stems
from support.help.content import Wording
from support.models import ArticleText

# (language, word) → its key.
Keys: TypeAlias = Mapping[tuple[str, str], str]

# A stemmer answers with an empty list for words that its language does not count: they have no key.
KEYS = """
SELECT asked.language, asked.word, replace(crm_fold(coalesce(stem.found, asked.stem)), ' ', '')
FROM unnest(%(languages)s::text[], %(words)s::text[], %(stems)s::text[]) AS asked(language, word, stem)
CROSS JOIN LATERAL (
  SELECT CASE asked.language
    WHEN 'ru' THEN coalesce((ts_lexize('pg_catalog.russian_stem', asked.stem))[1], '')
    WHEN 'en' THEN coalesce((ts_lexize('pg_catalog.english_stem', asked.stem))[1], '')
  END AS found
) AS stem
"""
WRITE = """
UPDATE support_articletext SET words =
  setweight(array_to_tsvector(%(title)s), 'A') || setweight(array_to_tsvector(%(keywords)s), 'B')
  || setweight(array_to_tsvector(%(summary)s), 'C') || setweight(array_to_tsvector(%(body)s), 'D')
WHERE id = %(pk)s
"""
NOTE = """
INSERT INTO support_articleword (language, word) SELECT %(language)s, unnest(%(words)s::text[])
ON CONFLICT DO NOTHING
"""


def keys_of(words: Sequence[str], *, languages: Sequence[str]) -> Keys:
    """The key of each word in each language, without those that tell nothing. One query."""
    asked = [(language, word) for language in languages for word in words]
    if not asked:
        return {}
    told = {
        "languages": [language for language, _word in asked],
        "words": [word for _language, word in asked],
        "stems": [stems.bulgarian(word) if language == "bg" else word for language, word in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEYS, told)
        return {(language, word): key for language, word, key in cursor.fetchall() if key}


def write(text: ArticleText, wording: Wording) -> None:
    """Note the words of a text that was just made; each part of the article counts by its own weight."""
    parts = {
        "title": stems.words_of(wording.title),
        "keywords": stems.words_of(" ".join(wording.keywords)),
        "summary": stems.words_of(wording.summary),
        "body": stems.words_of(marking.plain(wording.body)),
    }
    keys = keys_of(_all(parts.values()), languages=[text.language])
    heard = {
        part: _all([[keys[text.language, word] for word in words if (text.language, word) in keys]])
        for part, words in parts.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"pk": text.pk, **heard})
        # In one order: two who publish at once do not wait for each other in a ring.
        cursor.execute(NOTE, {"language": text.language, "words": sorted(_all(heard.values()))})


def _all(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(word for words in lists for word in words))
