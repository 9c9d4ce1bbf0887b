"""Twelve scripts to begin with. ⟡ One file, one script; to add one, write its file and its line here.

A file is the content of a version (support.scripts.content), and above it what the script and its scenario are called
and suggested by. What colleagues read of actions (a reason, a tag, a promise) stands in three languages too, and is
adopted in one: that in which they write to each other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crm.content_reading import in_language
from crm.typed_settings import Words
from support.scripts import content

# The surest to recognise first: in this order they are suggested.
READY = (
    "double_charge",
    "lost_points",
    "damaged",
    "wrong_item",
    "late_parcel",
    "lost_parcel",
    "return",
    "refund",
    "outage",
    "person",
    "angry",
    "thanks",
)
FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class ReadyScript:
    """`words`: language → what customers say who need it. `steps`: words of actions still in all languages."""

    slug: str
    names: Words
    folder: Words
    topics: Sequence[str]
    words: Mapping[str, Sequence[str]]
    start: str
    steps: Sequence[Mapping[str, Any]]
    suggest_when: Mapping[str, Any] | None = None

    def tree(self, language: str) -> dict[str, Any]:
        """Its content, with what colleagues read of its actions in one language."""
        told = {"start": self.start, "steps": [_in_one(step, language) for step in self.steps]}
        return content.write(content.read(told))


@cache
def scripts() -> Sequence[ReadyScript]:
    return tuple(ReadyScript(**tomllib.loads((FOLDER / f"{name}.toml").read_text())) for name in READY)


def _in_one(step: Mapping[str, Any], language: str) -> dict[str, Any]:
    actions = [
        {"kind": action["kind"], "settings": _settings(action["settings"], language)}
        for action in step.get("actions", ())
    ]
    return {**step, "actions": actions}


def _settings(told: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        name: in_language(value, language) if isinstance(value, Mapping) else value
        for name, value in told.items()
    }
