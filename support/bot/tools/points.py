"""How a day of points is said."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone


def day_of(moment: datetime | None) -> str:
    """“24 November 2026” in the active language; empty: no day is known."""
    return formats.date_format(timezone.localdate(moment), "DATE_FORMAT") if moment else ""
