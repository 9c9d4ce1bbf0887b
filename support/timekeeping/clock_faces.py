"""How a ticket's clock reads at a moment: what is left or missed in words, and how much of its time is left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from support.timekeeping.deadlines import Kind

SOON_PERCENT = 25
# Without the beginning of its time at hand, so little left is soon.
SOON = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Face:
    """`percent_left` is of the time by the wall, for the ring; `due_at` for machines."""

    state: Literal["ok", "soon", "late", "paused"]
    words: str
    percent_left: int = 0
    due_at: datetime | None = None


def running(kind: str, *, began_at: datetime | None, due_at: datetime, at: datetime) -> Face:
    left = due_at - at
    if left < timedelta(0):
        words = _("{time} late").format(time=span(-left))
        return Face(state="late", words=words, due_at=due_at)
    percent = _percent_left(began_at, due_at, at)
    is_soon = percent <= SOON_PERCENT if began_at else left <= SOON
    return Face(
        state="soon" if is_soon else "ok",
        words=_sentence(kind).format(time=span(left)),
        percent_left=percent,
        due_at=due_at,
    )


def paused(words: str) -> Face:
    return Face(state="paused", words=words)


def span(time: timedelta) -> str:
    """“8 min”, “1 h 40 min”, “3 days”: no finer than anybody acts upon."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 60:
        return ngettext("{n} min", "{n} min", minutes).format(n=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=rest)
    return ngettext("{n} day", "{n} days", hours // 24).format(n=hours // 24)


def _sentence(kind: str) -> str:
    if kind in (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE):
        return _("answer within {time}")
    if kind == Kind.PROMISE:
        return _("promised within {time}")
    if kind == Kind.CONTACT:
        return _("speak to them within {time}")
    return _("resolve within {time}")


def _percent_left(began_at: datetime | None, due_at: datetime, at: datetime) -> int:
    whole = (due_at - began_at).total_seconds() if began_at else 0
    return max(0, min(100, round(100 * (due_at - at).total_seconds() / whole))) if whole > 0 else 100
