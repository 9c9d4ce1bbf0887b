"""What else the one search box finds: other apps add their sources in the table that settings.SEARCH names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.utils.functional import Promise

from crm.colleagues.desk import Row
from crm.models import User


@dataclass(frozen=True, kw_only=True)
class Group:
    title: str | Promise
    rows: Sequence[Row]


SearchSource: TypeAlias = Callable[[str, User, datetime], Group | None]


def groups(typed: str, *, reader: User, at: datetime) -> list[Group]:
    """Of each source what this reader may see of it; those that found nothing are left out."""
    table: Any = import_module(settings.SEARCH)
    found = (source(typed, reader, at) for source in table.SOURCES)
    return [group for group in found if group and group.rows]
