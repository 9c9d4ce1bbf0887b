"""What changed in the contract, day by day, as docs/api-changelog.md tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings

CHANGELOG = settings.BASE_DIR / "docs" / "api-changelog.md"
DAY = re.compile(r"^## (\d{4}-\d{2}-\d{2})\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"^- (.*?)(?=^- |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Day:
    """Each change is words and code by turns, words first."""

    date: str
    changes: Sequence[Sequence[str]]


@cache
def contract_changes() -> Sequence[Day]:
    """The newest first. It is read once in a process."""
    text = CHANGELOG.read_text(encoding="utf-8")
    return [Day(date, _changes(told)) for date, told in DAY.findall(text)]


def _changes(told: str) -> Sequence[Sequence[str]]:
    return [" ".join(change.split()).split("`") for change in CHANGE.findall(told)]
