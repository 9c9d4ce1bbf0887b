"""When a survey is asked: staff set triggers and waves, change them, and end them.

Each is one row that is changed in place: whom it asked is told by the invitations, each with its own probability.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import rules
from crm.errors import Fault, Refusal
from surveys.asking.occasions import CUSTOMER, occasion_of
from surveys.models import Survey, Trigger, Wave

LONGEST_DELAY = timedelta(days=365)
LONGEST_WAVE = timedelta(days=366)


class NotAskedOutside(Refusal):
    code = "not-asked-outside"
    title = _("This survey is for colleagues: customers are never asked it.")
    status = 422


class UnusableTrigger(Refusal):
    """Each fault points to its field."""

    code = "unusable-trigger"
    title = _("People cannot be asked at this moment.")
    status = 422


class UnusableWave(Refusal):
    """Each fault points to its field."""

    code = "unusable-wave"
    title = _("This wave cannot be as it is.")
    status = 422


@transaction.atomic
def set_trigger(
    survey: Survey,
    *,
    fact: str,
    delay: timedelta,
    conditions: dict[str, Any],
    probability: Decimal,
    trigger: Trigger | None = None,
) -> Trigger:
    """Ask so long after a fact; or ask otherwise than `trigger` did, which keeps its fact. Locks its row.

    Raises:
        NotAskedOutside, UnusableTrigger, UnusableConditions: nothing is changed.
    """
    _must_be_for_customers(survey)
    its = (
        Trigger.objects.select_for_update().get(pk=trigger.pk)
        if trigger
        else Trigger(survey=survey, fact=fact)
    )
    occasion = occasion_of(its.fact)
    if occasion is None:
        raise UnusableTrigger(Fault(pointer="/fact", detail=_("Nobody can be asked after this.")))
    if not timedelta(0) <= delay <= LONGEST_DELAY:
        raise UnusableTrigger(Fault(pointer="/delay", detail=_("Ask within a year.")))
    _must_be_a_share(probability, UnusableTrigger)
    if conditions:
        rules.check(conditions, occasion.root)
    its.delay, its.conditions, its.probability = delay, conditions, probability
    its.save()
    return its


@transaction.atomic
def end_trigger(trigger: Trigger, *, at: datetime) -> Trigger:
    """Ask nobody after it any more, those included who were to be asked later. Again changes nothing. Locks its row."""
    its = Trigger.objects.select_for_update().get(pk=trigger.pk)
    if its.ended_at is None or its.ended_at > at:
        its.ended_at = at
        its.save(update_fields=["ended_at"])
    return its


@transaction.atomic
def set_wave(
    survey: Survey,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    conditions: dict[str, Any],
    probability: Decimal,
    today: date,
    wave: Wave | None = None,
) -> Wave:
    """Ask over these days, each person on one of them; or change a wave that has not begun. Locks its row.

    Raises:
        NotAskedOutside, UnusableWave, UnusableConditions: nothing is changed.
    """
    _must_be_for_customers(survey)
    its = Wave.objects.select_for_update().get(pk=wave.pk) if wave else Wave(survey=survey)
    if wave and its.starts_on <= today:
        fault = Fault(pointer="", detail=_("It has begun: people are being asked. It can only be ended."))
        raise UnusableWave(fault)
    if faults := _faults_of_days(starts_on, ends_on, today):
        raise UnusableWave(*faults)
    if survey.waves.exclude(pk=its.pk).filter(name=name).exists():
        raise UnusableWave(Fault(pointer="/name", detail=_("Another wave of this survey is called so.")))
    _must_be_a_share(probability, UnusableWave)
    if conditions:
        rules.check(conditions, CUSTOMER)
    its.name, its.starts_on, its.ends_on = name, starts_on, ends_on
    its.conditions, its.probability = conditions, probability
    its.save()
    return its


@transaction.atomic
def end_wave(wave: Wave, *, today: date) -> Wave | None:
    """Ask nobody of it any more; None: it had not begun, and is gone. Again changes nothing. Locks its row.

    Whose day it is follows from the days that were planned: they stay, and the rest of them is counted as asked.
    """
    its = Wave.objects.select_for_update().filter(pk=wave.pk).first()
    if its is None:
        return None
    if its.starts_on > today:
        its.delete()
        return None
    its.asked_until, its.asked_pk = its.ends_on, 0
    its.save(update_fields=["asked_until", "asked_pk"])
    return its


def _must_be_for_customers(survey: Survey) -> None:
    """Raises NotAskedOutside."""
    if survey.budget == Survey.Budget.STAFF:
        raise NotAskedOutside


def _must_be_a_share(probability: Decimal, refusal: type[Refusal]) -> None:
    if not 0 < probability <= 1:
        raise refusal(
            Fault(pointer="/probability", detail=_("Ask more than nobody, and not more than everybody."))
        )


def _faults_of_days(starts_on: date, ends_on: date, today: date) -> list[Fault]:
    faults = []
    if starts_on < today:
        faults.append(Fault(pointer="/starts_on", detail=_("Begin today or later.")))
    if ends_on < starts_on:
        faults.append(Fault(pointer="/ends_on", detail=_("It ends before it begins.")))
    if ends_on - starts_on > LONGEST_WAVE:
        faults.append(Fault(pointer="/ends_on", detail=_("End it within a year.")))
    return faults
