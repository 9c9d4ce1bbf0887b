"""The inbox: what was said, the newest first, narrowed to what somebody is to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from crm.models import User
from surveys.models import Feedback

SIZE = 30
MARK = "_"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Empty: whatever it is. `state`: waiting, overdue, settled or all; `theme`: an id, 0 is none."""

    state: str = "waiting"
    department: int | None = None
    theme: int | None = None
    source: str = ""
    language: str = ""
    mine: User | None = None

    def rows(self, *, at: datetime) -> QuerySet[Feedback]:
        found = self._in_state(at)
        if self.department is not None:
            found = found.filter(department=self.department)
        if self.theme is not None:
            found = found.filter(theme=self.theme or None)
        if self.source:
            found = found.filter(source=self.source)
        if self.language:
            found = found.filter(language=self.language)
        if self.mine:
            found = found.filter(owner=self.mine)
        return found

    def _in_state(self, at: datetime) -> QuerySet[Feedback]:
        match self.state:
            case "waiting":
                return Feedback.objects.waiting()
            case "overdue":
                return Feedback.objects.overdue(at)
            case "settled":
                return Feedback.objects.filter(settled_at__isnull=False)
        return Feedback.objects.all()


@dataclass(frozen=True, kw_only=True)
class Page:
    """`after`: from where the next page goes on; empty: this is the last."""

    rows: list[Feedback]
    after: str


def page(wanted: Wanted, *, at: datetime, after: str = "", size: int = SIZE) -> Page:
    """One query, whatever there is. Of people who were erased nothing is left to be read."""
    found = wanted.rows(at=at).filter(_beyond(after), erased_at=None).order_by("-occurred_at", "-pk")
    read = found.select_related("theme", "department", "owner", "shop", "customer", "issue")
    rows = list(read[: size + 1])
    shown = rows[:size]
    return Page(rows=shown, after=_mark(shown[-1]) if len(rows) > size else "")


def latest(*, count: int, language: str = "") -> list[Feedback]:
    """What was said last, in this language: what a rule is tried on. One query."""
    found = Feedback.objects.filter(erased_at=None).exclude(text="")
    if language:
        found = found.filter(language=language)
    return list(found.select_related("theme").order_by("-occurred_at", "-pk")[:count])


def _mark(row: Feedback) -> str:
    return f"{row.occurred_at.isoformat()}{MARK}{row.pk}"


def _beyond(mark: str) -> Q:
    """What was written before, or at the same moment and taken in before. A mark that cannot be read is none."""
    moment, found, pk = mark.partition(MARK)
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if not (found and at and at.tzinfo and pk.isascii() and pk.isdigit() and len(pk) < 19):
        return Q()
    return Q(occurred_at__lt=at) | Q(occurred_at=at, pk__lt=int(pk))
