"""Thirty articles to begin with, a file each, in three languages; and the shelves they stand on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CATEGORIES = HERE / "categories.toml"
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
            yield ReadyArticle(
                slug=told["slug"],
                category=told["category"],
                topics=tuple(told.get("topics", ())),
                position=told["position"],
                content={language: told[language] for language in LANGUAGES},
            )
