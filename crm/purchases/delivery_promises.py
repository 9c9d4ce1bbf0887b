"""Was a parcel there on the day it was promised for? A pure reading of two dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext, ngettext

from crm.words.wording import number, short_day

Outcome = Literal["unknown", "awaited", "late", "on_time", "came_late", "came", "cancelled"]


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    days_late: int
    promised_on: date | None
    delivered_on: date | None

    @property
    def mood(self) -> str:
        return {"late": "bad", "came_late": "warn", "on_time": "good"}.get(self.outcome, "")

    @property
    def icon(self) -> str:
        icons = {"late": "warning", "came_late": "warning", "awaited": "clock", "cancelled": "cross"}
        return icons.get(self.outcome, "check")

    def aloud(self, today: date) -> str:
        """“2 days late: was promised for 20 Nov”, in the reader's language. Empty where nothing is known."""
        late = ngettext("%(count)s day late", "%(count)s days late", self.days_late) % {
            "count": number(self.days_late)
        }
        words = {
            "late": gettext("%(late)s, was promised for %(promised)s"),
            "came_late": gettext("came %(came)s, %(late)s"),
            "on_time": gettext("came %(came)s, as promised"),
            "came": gettext("came %(came)s"),
            "awaited": gettext("promised for %(promised)s"),
            "cancelled": "",
            "unknown": "",
        }[self.outcome]
        return words % {
            "late": late,
            "promised": short_day(self.promised_on, today) if self.promised_on else "",
            "came": short_day(self.delivered_on, today) if self.delivered_on else "",
        }


def verdict(
    *, promised_on: date | None, delivered_on: date | None, today: date, is_cancelled: bool = False
) -> Verdict:
    """The last day promised is still in time. A cancelled order waits for nothing."""
    days = max(0, ((delivered_on or today) - promised_on).days) if promised_on else 0
    return Verdict(_outcome(promised_on, delivered_on, days, is_cancelled), days, promised_on, delivered_on)


def _outcome(promised_on: date | None, delivered_on: date | None, days: int, is_cancelled: bool) -> Outcome:
    if delivered_on:
        return "came" if promised_on is None else "came_late" if days else "on_time"
    if is_cancelled:
        return "cancelled"
    if promised_on is None:
        return "unknown"
    return "late" if days else "awaited"
