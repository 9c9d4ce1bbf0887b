"""Eight surveys to begin with. ⟡ One file, one survey; to add one, write its file and its line here.

A file is the content of a version (surveys.content), and above it what the survey is called and how it is asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crm.typed_settings import Words
from surveys import content

READY = (
    "relationship",
    "first_order",
    "delivery",
    "resolved_ticket",
    "recovery",
    "aspects",
    "leaving",
    "colleagues",
)
FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class ReadySurvey:
    """In TOML nothing is null: a question without `then` is the last of its way."""

    slug: str
    names: Words
    budget: str
    title: Words
    thanks: Words
    start: str
    questions: Sequence[Mapping[str, Any]]
    is_anonymous: bool = False
    opens_tickets: bool = True
    reminder_days: int | None = None

    def content(self) -> dict[str, Any]:
        told = {
            "title": self.title,
            "thanks": self.thanks,
            "start": self.start,
            "questions": [dict(question) for question in self.questions],
        }
        return content.write(content.read(told))


@cache
def surveys() -> Sequence[ReadySurvey]:
    return tuple(ReadySurvey(**tomllib.loads((FOLDER / f"{name}.toml").read_text())) for name in READY)
