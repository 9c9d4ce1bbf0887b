"""The words that articles are found by: stems as they sound, so that no spelling, alphabet or ending hides them.

A key is made in two steps. The ending goes (PostgreSQL's stemmers for Russian and English, ours for Bulgarian), and
what is left is written as it sounds, in Latin letters (crm_fold): возврата, возвратом, “vozvrat” become “vozvrat”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
WRITE = "UPDATE support_articletext SET words = %(vector)s::tsvector WHERE id = %(pk)s"
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
    """Note the words of a text that was just made, each with the weightiest place where it stands."""
    places = {
        "A": stems.words_of(wording.title),
        "B": stems.words_of(" ".join(wording.keywords)),
        "C": stems.words_of(wording.summary),
        "D": stems.words_of(marking.plain(wording.body)),
    }
    words = list(dict.fromkeys(word for said in places.values() for word in said))
    keys = keys_of(words, languages=[text.language])
    heard: dict[str, str] = {}
    for place, said in places.items():
        for word in said:
            if key := keys.get((text.language, word)):
                heard.setdefault(key, place)
    # A key has letters and digits alone, and needs no quoting inside of its quotes.
    vector = " ".join(f"'{key}':1{place}" for key, place in heard.items())
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"pk": text.pk, "vector": vector})
        # In one order: two who publish at once do not wait for each other in a ring.
        cursor.execute(NOTE, {"language": text.language, "words": sorted(heard)})
