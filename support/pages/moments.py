"""The moments that agents choose again and again, and others that they type."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal

MORNING, EVENING = time(9), time(18)
LABELS: dict[str, str | Promise] = {
    "hour": _("In an hour"),
    "evening": _("This evening"),
    "morning": _("Tomorrow morning"),
    "monday": _("On Monday"),
}


class MomentPassed(Refusal):
    code = "moment-passed"
    title = _("Choose a moment that is still to come.")
    status = 422


def usual(at: datetime) -> dict[str, datetime]:
    """In an hour, this evening, tomorrow, on Monday: those that are still to come, each once."""
    today = timezone.localdate(at)
    monday = today + timedelta(days=7 - today.weekday())
    moments = {
        "hour": at + timedelta(hours=1),
        "evening": _on_the_clock(today, EVENING),
        "morning": _on_the_clock(today + timedelta(days=1), MORNING),
        "monday": _on_the_clock(monday, MORNING),
    }
    if moments["monday"] == moments["morning"]:
        del moments["monday"]
    return {name: moment for name, moment in moments.items() if moment > at}


def choices(at: datetime) -> list[tuple[str, str | Promise, datetime]]:
    return [(name, LABELS[name], moment) for name, moment in usual(at).items()]


def read(asked: str, typed: str, *, at: datetime) -> datetime:
    """One of the usual moments by its name; else the day and hour that were typed, on the company's clock.

    Raises:
        MomentPassed: or it cannot be read as one.
    """
    if asked in (moments := usual(at)):
        return moments[asked]
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if moment is None:
        raise MomentPassed
    aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if aware <= at:
        raise MomentPassed
    return aware


def _on_the_clock(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
