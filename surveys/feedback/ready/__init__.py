"""Ten themes and six departments to begin with. ⟡ One file, one theme; to add one, write its file and its line here.

A theme's file says whose it is, and by which clues it is known in each language: see surveys.feedback.theming.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from crm.typed_settings import Words
from surveys.feedback import theming
from surveys.feedback.theming import Clue, Rules

# Of two themes that fit a text alike, the earlier has it.
READY = (
    "returns",
    "loyalty",
    "site",
    "assortment",
    "delivery",
    "shop",
    "prices",
    "quality",
    "service",
    "other",
)
FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class ReadyDepartment:
    slug: str
    names: Words
    answer_within_hours: int
    takes_the_rest: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadyTheme:
    """`clues`: language → clues with commas between, as they stand in the file."""

    slug: str
    names: Words
    department: str
    clues: Mapping[str, str] = field(default_factory=dict)

    def by_language(self) -> dict[str, Sequence[Clue]]:
        return {
            language: theming.clues(typed.replace("\n", " ").split(","))
            for language, typed in self.clues.items()
        }


@cache
def departments() -> Sequence[ReadyDepartment]:
    told = tomllib.loads((FOLDER / "departments.toml").read_text())
    return tuple(ReadyDepartment(slug=slug, **its) for slug, its in told.items())


@cache
def themes() -> Sequence[ReadyTheme]:
    return tuple(
        ReadyTheme(slug=slug, **tomllib.loads((FOLDER / f"{slug}.toml").read_text())) for slug in READY
    )


@cache
def rules() -> Rules:
    return Rules(themes={theme.slug: theme.by_language() for theme in themes()})
