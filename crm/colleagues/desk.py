"""What needs whom, on the first page of a day. Its lists come from `config.desk`, so that other apps can add theirs.

A list is a function that takes a `Morning` and answers a `DeskList`, or None for who may not see it. It asks the
database a fixed number of questions, reads a few rows by an index, and changes nothing. Every row opens its record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import import_module
from typing import Any, Literal, TypeAlias

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise

from crm.models import User

Words: TypeAlias = str | Promise

ROWS = 8


@dataclass(frozen=True, kw_only=True)
class Morning:
    """Somebody opens the desk at a moment."""

    reader: User
    at: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @property
    def evening(self) -> datetime:
        """The last moment of today."""
        return timezone.make_aware(datetime.combine(self.today, time.max))


@dataclass(frozen=True, kw_only=True)
class Row:
    text: Words
    url: str
    more: Words = ""
    end: Words = ""
    mood: Literal["bad", "warn", ""] = ""


@dataclass(frozen=True, kw_only=True)
class DeskList:
    """`url` leads to all of them; `is_cut` says that there are more than stand here."""

    title: Words
    icon: str
    rows: Sequence[Row]
    empty: Words
    url: str = ""
    is_cut: bool = False


DeskSource: TypeAlias = Callable[[Morning], DeskList | None]


def lists(morning: Morning) -> list[DeskList]:
    table: Any = import_module(settings.DESK)
    return [found for source in table.LISTS if (found := source(morning))]
