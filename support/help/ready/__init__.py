"""Thirty articles to begin with, a file each, in three languages; and the shelves they stand on.

In asked/ stands beside each how customers ask for it, written by people who knew its title and summary alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CATEGORIES = HERE / "categories.toml"
ASKED = HERE / "asked"
LANGUAGES = ("en", "ru", "bg")


@dataclass(frozen=True, kw_only=True)
class ReadyCategory:
    slug: str
    position: int
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ReadyArticle:
    """`topics` are slugs of topics; a house that has none of them is asked for none."""

    slug: str
    category: str
    topics: tuple[str, ...]
    position: int
    content: Mapping[str, Any]


def categories() -> Iterator[ReadyCategory]:
    for slug, told in tomllib.loads(CATEGORIES.read_text()).items():
        names = {language: told[language] for language in LANGUAGES}
        yield ReadyCategory(slug=slug, position=told["position"], names=names)


def articles() -> Iterator[ReadyArticle]:
    """In the order of their slugs."""
    for file in sorted(HERE.glob("*.toml")):
        if file != CATEGORIES:
            told = tomllib.loads(file.read_text())
            asked = _asked(told["slug"])
            yield ReadyArticle(
                slug=told["slug"],
                category=told["category"],
                topics=tuple(told.get("topics", ())),
                position=told["position"],
                content={
                    language: {**told[language], "asked": asked.get(language, [])} for language in LANGUAGES
                },
            )


def _asked(slug: str) -> Mapping[str, Sequence[str]]:
    file = ASKED / f"{slug}.toml"
    return tomllib.loads(file.read_text()) if file.exists() else {}
