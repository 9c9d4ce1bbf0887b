"""A relationship survey over a quarter: each day asks its share of the people, so that no morning asks them all.

On which day somebody's turn is follows from who they are and which wave it is. A day that was missed is made up for,
in order; whoever became a customer since their day waits for the next wave.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Mod

from crm import company, rules
from crm.drawing import NumberOf
from crm.models import Customer
from surveys.asking.inviting import invite
from surveys.models import Survey, SurveyVersion, Wave

SOURCE = "surveys.wave"
AT_ONCE = 100
A_DAY = timedelta(days=1)


class DayOf(Mod):
    """What `drawing.day_of` says of a customer, counted by the database."""

    def __init__(self, beginning: str, customer: F, *, days: int) -> None:
        super().__init__(NumberOf(beginning, customer), Value(days), output_field=BigIntegerField())


def ask_due(*, at: datetime) -> int:
    """Ask the next people of every wave that goes on, at most AT_ONCE of each; how many were settled.

    May run beside itself: whoever was asked by another run is not asked again.
    """
    today = at.astimezone(company.current().clock).date()
    asked_now = Survey.objects.in_use(at)
    going_on = Wave.objects.filter(starts_on__lte=today, survey__in=asked_now).select_related("survey")
    return sum(_ask_next(wave, today=today, at=at) for wave in going_on.order_by("pk"))


def _ask_next(wave: Wave, *, today: date, at: datetime) -> int:
    """Each person in a transaction of their own; then how far it has come, unless another run was faster."""
    day, since = _next_day(wave, today), {"asked_until": wave.asked_until, "asked_pk": wave.asked_pk}
    version = wave.survey.versions.filter(state=SurveyVersion.State.PUBLISHED).first()
    if day is None or version is None:
        return 0
    version.survey = wave.survey
    people = list(_whose_turn(wave, day, at=at).filter(pk__gt=wave.asked_pk).order_by("pk")[:AT_ONCE])
    for person in people:
        invite(
            version,
            customer=person,
            source=SOURCE,
            source_id=f"{wave.pk}:{person.pk}",
            at=at,
            wave=wave,
            probability=wave.probability,
        )
    is_over = len(people) < AT_ONCE
    now = {"asked_until": day, "asked_pk": 0} if is_over else {"asked_pk": people[-1].pk}
    Wave.objects.filter(pk=wave.pk, **since).update(**now)
    # A day with nobody in it is work too: the next one may have somebody.
    return len(people) or 1


def people_of(wave: Wave, *, at: datetime) -> QuerySet[Customer]:
    """Everybody whom it is about, as they stand now, before anybody is drawn."""
    people = Customer.objects.filter(merged_into=None, erased_at=None)
    if not wave.conditions:
        return people
    clock = company.current().clock
    return people.filter(rules.where(wave.conditions, "customer", at=at, clock=clock))


def days_of(wave: Wave) -> int:
    return (wave.ends_on - wave.starts_on).days + 1


def beginning_of_key(wave: Wave) -> str:
    return f"wave:{wave.pk}:"


def _whose_turn(wave: Wave, day: date, *, at: datetime) -> QuerySet[Customer]:
    turn = DayOf(beginning_of_key(wave), F("pk"), days=days_of(wave))
    return people_of(wave, at=at).annotate(turn=turn).filter(turn=(day - wave.starts_on).days)


def _next_day(wave: Wave, today: date) -> date | None:
    """The first day that was not worked off to its end; None: there is none up to today."""
    day = wave.asked_until + A_DAY if wave.asked_until else wave.starts_on
    return day if day <= min(today, wave.ends_on) else None
